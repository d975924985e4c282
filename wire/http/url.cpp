#include "wire/http/url.hpp"

#include <boost/url.hpp>

#include "wire/base/limits.hpp"
#include "wire/base/text.hpp"
#include "wire/json/json.hpp"

namespace weir::wire {

namespace {

namespace urls = boost::urls;

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

/// Characters that RFC 3986 section 2 lets stand in a URI as they are, '%' included.
bool is_uri_character(char c) {
  return is_letter(c) || is_digit(c) || std::string_view("-._~:/?#[]@!$&'()*+,;=%").find(c) != std::string_view::npos;
}

/// The text for a message: printable, short, and without the credentials of its authority.
std::string shown(std::string_view text) {
  std::string out(text);
  const auto slashes = out.find("//");
  const auto begin = slashes == std::string::npos ? 0 : slashes + 2;
  const auto end = std::min(out.find_first_of("/?#", begin), out.size());
  const auto at = out.rfind('@', end);
  if (at != std::string::npos && at >= begin && at < end) { out.replace(begin, at - begin, "..."); }
  return "'" + excerpt(std::string_view(out)) + "'";
}

tl::unexpected<Error> bad(std::string_view text, std::string_view what, std::uint64_t offset = 0) {
  return fail(ErrorCode::bad_input, fmt::format("{} {}", shown(text), what), offset);
}

bool is_local(std::string_view text) {
  const auto host = text.substr(0, text.find_first_of(":/?"));
  return host == "localhost" || host.starts_with("127.") || text.starts_with("[::1]");
}

/// What most likely was meant by a text without "://".
tl::unexpected<Error> without_scheme(std::string_view text) {
  if (text.starts_with("//")) { return bad(text, fmt::format("has no scheme: write https:{}", excerpt(text))); }
  if (text.starts_with("/")) {
    return bad(text, fmt::format("has no scheme and no host: write https://example.com{}", excerpt(text)));
  }
  const auto colon = text.find(':');
  const auto scheme = lower(text.substr(0, colon));
  if (colon != std::string_view::npos && (scheme == "http" || scheme == "https")) {
    const auto rest = text.substr(std::min(text.find_first_not_of(":/", colon), text.size()));
    return bad(text, fmt::format("has no '//' after its scheme: write {}://{}", scheme, excerpt(rest)));
  }
  const bool other_scheme = colon != std::string_view::npos && colon > 0 && colon + 1 < text.size() &&
                            !is_digit(text[colon + 1]) && std::all_of(scheme.begin(), scheme.end(), is_letter);
  if (other_scheme) {
    return bad(text, fmt::format("uses the scheme '{}': only http and https can be tested", excerpt(scheme)));
  }
  if (text.find('@') != std::string_view::npos) { return bad(text, "has no scheme: write https:// before it"); }
  return bad(text, fmt::format("has no scheme: write {}://{}", is_local(text) ? "http" : "https", excerpt(text)));
}

std::optional<tl::unexpected<Error>> bad_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == ' ') { return bad(text, fmt::format("has a space at byte {}: write %20 or remove it", i), i); }
    if (byte < 0x20 || byte == 0x7f) {
      return bad(text, fmt::format("has the control byte 0x{:02x} at byte {}: remove it", byte, i), i);
    }
    if (byte >= 0x80) {
      return bad(text,
                 fmt::format("has the byte 0x{:02x} at byte {}: write it percent-encoded, a host in punycode", byte, i),
                 i);
    }
    if (!is_uri_character(text[i])) {
      return bad(text, fmt::format("has '{}' at byte {}: write it as %{:02X}", text[i], i, byte), i);
    }
  }
  return std::nullopt;
}

Result<std::uint16_t> port_of(const urls::url_view& url, std::string_view text, bool tls) {
  const std::string digits(url.port());
  if (digits.empty()) { return tls ? kHttpsPort : kHttpPort; }
  unsigned value = 0;
  for (const char c : digits) {
    value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > 65535) { break; }
  }
  if (value == 0 || value > 65535) {
    return bad(text, fmt::format("has the port {}: write one between 1 and 65535", excerpt(digits, 20)));
  }
  return static_cast<std::uint16_t>(value);
}

Result<std::string> host_of(const urls::url_view& url, std::string_view text) {
  if (url.host_type() == urls::host_type::ipv6) { return std::string(url.host_ipv6_address().to_string()); }
  if (url.host_type() == urls::host_type::ipvfuture) {
    return bad(text, "has a host in brackets that is no IPv6 address: write a name or an address");
  }
  std::string host = lower(url.host());
  if (host.empty()) { return bad(text, "has no host: write it as in https://example.com/mcp"); }
  const auto odd = std::find_if(host.begin(), host.end(), [](char c) {
    return !is_letter(c) && !is_digit(c) && c != '-' && c != '.' && c != '_';
  });
  if (odd != host.end()) {
    return bad(text,
               fmt::format("has '{}' in its host: write a host name or an address", excerpt(std::string(1, *odd))));
  }
  return host;
}

/// `text` is only for messages.
Result<Url> from_view(const urls::url_view& view, std::string_view text) {
  Url url;
  url.scheme = lower(std::string(view.scheme()));
  if (url.scheme != "http" && url.scheme != "https") {
    const bool web_socket = url.scheme == "ws" || url.scheme == "wss";
    return bad(text, web_socket ? fmt::format("uses the scheme '{}': write {}://", url.scheme,
                                              url.scheme == "ws" ? "http" : "https")
                                : fmt::format("uses the scheme '{}': only http and https can be tested", url.scheme));
  }
  auto host = host_of(view, text);
  if (!host) { return tl::unexpected(host.error()); }
  auto port = port_of(view, text, url.tls());
  if (!port) { return tl::unexpected(port.error()); }
  url.host = std::move(*host);
  url.port = *port;
  url.path = std::string(view.encoded_path());
  if (url.path.empty()) { url.path = "/"; }
  if (!url.path.starts_with('/')) {  // Boost.URL 1.81 takes what follows the authority for a path, whatever it is.
    return bad(text, fmt::format("has '{}' after its host: write a ':' and a port, or a path", excerpt(url.path, 20)));
  }
  url.has_query = view.has_query();
  url.query = std::string(view.encoded_query());
  url.userinfo = std::string(view.encoded_userinfo());
  return url;
}

Result<urls::url_view> parse_reference(std::string_view text) {
  if (text.size() > limits::kUrlBytes) {
    return bad(text, fmt::format("is {} bytes long: at most {} are accepted", text.size(), limits::kUrlBytes));
  }
  if (auto error = bad_character(text)) { return *error; }
  auto parsed = urls::parse_uri_reference(text);
  if (parsed.has_error()) {
    const auto percent = text.find('%');
    if (percent != std::string_view::npos) {
      return bad(text, "does not parse: write '%' itself as %25, and encoded bytes with two hexadecimal digits");
    }
    return bad(text, "does not parse as a URL: write it as in https://example.com:8443/mcp");
  }
  return *parsed;
}

/// The port, where it is more than digits, said before Boost.URL says only that nothing parses.
std::optional<tl::unexpected<Error>> bad_port(std::string_view text, std::size_t authority) {
  const auto end = std::min(text.find_first_of("/?#", authority), text.size());
  auto host = text.substr(authority, end - authority);
  host.remove_prefix(std::min(host.rfind('@') + 1, host.size()));
  const auto colon = host.find(':', host.starts_with('[') ? std::min(host.find(']'), host.size()) : 0);
  if (colon == std::string_view::npos) { return std::nullopt; }
  const auto port = host.substr(colon + 1);
  if (std::all_of(port.begin(), port.end(), is_digit)) { return std::nullopt; }
  return bad(text, port.find(':') != std::string_view::npos
                       ? std::string("has several colons in its host: write an IPv6 address in brackets")
                       : fmt::format("has the port '{}': write one between 1 and 65535", excerpt(port, 20)));
}

/// RFC 3986 section 5.2.4.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const auto next = std::min(path.find('/', 1), path.size());
    const auto segment = path.substr(0, next);
    const bool last = next == path.size();
    if (segment == "/..") { out.erase(std::min(out.rfind('/'), out.size())); }
    if (segment == "/." || segment == "/..") {
      out += last ? "/" : "";
    } else {
      out += segment;
    }
    path.remove_prefix(next);
  }
  return out;
}

/// RFC 3986 section 5.2.2, for a reference without scheme and authority.
void apply_path(const urls::url_view& reference, Url& url) {
  const std::string path(reference.encoded_path());
  if (!path.empty()) {
    url.path = without_dot_segments(path.starts_with('/') ? path : url.path.substr(0, url.path.rfind('/') + 1) + path);
  }
  if (!path.empty() || reference.has_query()) {
    url.has_query = reference.has_query();
    url.query = std::string(reference.encoded_query());
  }
}

}  // namespace

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls() ? kHttpsPort : kHttpPort) ? name : fmt::format("{}:{}", name, port);
}

std::string Url::origin() const { return scheme + "://" + authority(); }

std::string Url::target() const { return has_query ? path + "?" + query : path; }

std::string Url::str() const { return origin() + target(); }

Result<Url> parse_url(std::string_view text) {
  if (text.empty()) { return fail(ErrorCode::bad_input, "the URL is empty: write it as in https://example.com/mcp"); }
  if (auto error = bad_character(text)) { return *error; }
  const auto separator = text.find("://");
  if (separator == std::string_view::npos || text.find_first_of("/?#") < separator) { return without_scheme(text); }
  if (auto error = bad_port(text, separator + 3)) { return *error; }
  auto view = parse_reference(text);
  if (!view) { return tl::unexpected(view.error()); }
  if (view->has_fragment()) {
    return bad(text,
               fmt::format("has a fragment, which is never sent: remove '{}'", excerpt(text.substr(text.find('#')))));
  }
  return from_view(*view, text);
}

Result<Url> parse_target_url(std::string_view text) {
  auto url = parse_url(text);
  if (!url || url->userinfo.empty()) { return url; }
  return fail(ErrorCode::bad_input,
              "the URL holds a password: pass credentials with --header-env 'Authorization: VAR' instead");
}

Result<Url> resolve(const Url& base, std::string_view reference) {
  auto view = parse_reference(reference);
  if (!view) { return tl::unexpected(view.error()); }
  Url out = base;
  if (view->has_scheme() || view->has_authority()) {
    const std::string_view without_fragment = reference.substr(0, reference.find('#'));
    auto url = parse_url((view->has_scheme() ? "" : base.scheme + ":") + std::string(without_fragment));
    if (!url) { return url; }
    out = std::move(*url);
    out.path = without_dot_segments(out.path);
  } else {
    apply_path(*view, out);
  }
  return out;
}

}  // namespace weir::wire
