// Absolute http and https URLs (RFC 3986), normalised once so that the rest of the code compares plain strings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "wire/base/error.hpp"

namespace weir::wire {

struct Url {
  std::string scheme;      ///< "http" or "https", lower case.
  std::string host;        ///< Lower case, without brackets for IPv6.
  std::uint16_t port = 0;  ///< Always set (80 and 443 are filled in).
  std::string path = "/";  ///< As written, percent-encoding kept; never empty.
  std::string query;       ///< Without '?'.
  bool has_query = false;
  std::string userinfo;  ///< "user:password" where the URL carried one; never printed.

  bool tls() const { return scheme == "https"; }
  /// "https://host" or "https://host:8443": the default port is left out (RFC 6454).
  std::string origin() const;
  /// "host" or "host:8443" or "[::1]:80", as the Host header wants it.
  std::string authority() const;
  /// Path and query, as the request line wants it.
  std::string target() const;
  /// The whole URL without userinfo.
  std::string str() const;

  bool operator==(const Url&) const = default;
};

/// "example.com:8080/mcp" (no scheme), fragments, other schemes and empty hosts are errors that name the fix.
Result<Url> parse_url(std::string_view text);

/// Likewise, of what users name as their target: a password in it, which RFC 3986 section 3.2.1 deprecates, is an error
/// that does not quote it.
Result<Url> parse_target_url(std::string_view text);

/// Resolves a reference (RFC 3986 section 5.2) as an `endpoint` event or a Location header carries it.
Result<Url> resolve(const Url& base, std::string_view reference);

}  // namespace weir::wire
