// Whether a load may be put on a host. What is neither loopback nor private is somebody's production, or somebody
// else's: there the one who starts the load says in so many words that it may be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/target/profile.hpp"

namespace weir::wire {

/// Whether an address is of this machine or of a network that no other party's machines stand in: loopback and the
/// unspecified address, RFC 1918 and fc00::/7, link-local (169.254/16, fe80::/10), and 100.64/10 (RFC 6598), which
/// clouds and mesh VPNs give to machines of their customers. An IPv4 address within IPv6 is what the IPv4 address is.
bool is_private_address(std::string_view ip);

/// A host as --i-may-load and `load_allowed` name it, in lower case and without brackets: no URL, port or pattern.
Result<std::string> parse_load_host(std::string_view text);

/// Who said that which hosts may be loaded.
struct LoadPermission {
  std::vector<std::string> by_flag;     ///< --i-may-load.
  std::vector<std::string> by_profile;  ///< `load_allowed`.
};
/// The profile's own hosts, and those of the flags; bad_input for a flag that names no host.
Result<LoadPermission> load_permission(const std::optional<LoadAllowed>& allowed,
                                       const std::vector<std::string>& flags);

/// Why a load on all these addresses ("203.0.113.7:443") of a host is allowed, in some words; or bad_input with the
/// one sentence that names the host, the address that asks for permission, and the flag.
Result<std::string> may_load(const LoadPermission& permission, std::string_view host,
                             const std::vector<std::string>& addresses);

/// What a load asks for at most, all its shards together.
struct LoadDemand {
  std::int64_t streams = 0;
  double opens_per_second = 0;
  double calls_per_second = 0;
};
/// bad_input with both numbers where the demand is above what the profile allows, on whatever host.
Result<void> within_load_allowed(const std::optional<LoadAllowed>& allowed, const LoadDemand& demand);

}  // namespace weir::wire
