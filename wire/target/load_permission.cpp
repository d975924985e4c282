#include "wire/target/load_permission.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "wire/base/text.hpp"
#include "wire/http/name_lookup.hpp"
#include "wire/http/url.hpp"

namespace weir::wire {
namespace {

struct Network {
  std::uint32_t address;
  unsigned bits;
};
constexpr std::array kPrivateNetworks = {
    Network{0x00000000, 32},  // 0.0.0.0, which a connection takes for this machine.
    Network{0x7f000000, 8},   // Loopback.
    Network{0x0a000000, 8},   // RFC 1918: 10/8, 172.16/12 and 192.168/16.
    Network{0xac100000, 12}, Network{0xc0a80000, 16}, Network{0xa9fe0000, 16},  // Link-local.
    Network{0x64400000, 10},                                                    // RFC 6598.
};

bool is_private_v4(std::uint32_t address) {
  return std::any_of(kPrivateNetworks.begin(), kPrivateNetworks.end(),
                     [&](const Network& network) { return (address ^ network.address) >> (32U - network.bits) == 0; });
}

bool is_private_v6(const in6_addr& address) {
  const auto* bytes = address.s6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    return is_private_v4(static_cast<std::uint32_t>(bytes[12]) << 24 | static_cast<std::uint32_t>(bytes[13]) << 16 |
                         static_cast<std::uint32_t>(bytes[14]) << 8 | bytes[15]);
  }
  const bool unique_local = (bytes[0] & 0xfeU) == 0xfc;
  const bool link_local = bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80;
  return IN6_IS_ADDR_LOOPBACK(&address) || IN6_IS_ADDR_UNSPECIFIED(&address) || unique_local || link_local;
}

std::string folded_host(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') { host = host.substr(1, host.size() - 2); }
  if (host.ends_with('.')) { host.remove_suffix(1); }  // The root of the names, which changes nothing.
  return lower(host);
}

bool names(const std::vector<std::string>& hosts, std::string_view host) {
  return std::find(hosts.begin(), hosts.end(), folded_host(host)) != hosts.end();
}

template <class Number>
Result<void> below(std::string_view key, std::string_view what, Number asked, const std::optional<Number>& most) {
  if (!most || asked <= *most) { return {}; }
  return fail(ErrorCode::bad_input,
              fmt::format("the load asks for {} {}, and the profile's load_allowed.{} is {}: ask for less, or have "
                          "it raised by who answers for the target",
                          static_cast<double>(asked), what, key, static_cast<double>(*most)));
}

}  // namespace

bool is_private_address(std::string_view ip) {
  const std::string text(ip.substr(0, ip.find('%')));  // "fe80::1%eth0": the zone says through which interface.
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) { return is_private_v4(ntohl(v4.s_addr)); }
  in6_addr v6{};
  return ::inet_pton(AF_INET6, text.c_str(), &v6) == 1 && is_private_v6(v6);
}

Result<std::string> parse_load_host(std::string_view text) {
  std::string host = folded_host(text);
  in6_addr v6{};
  const bool address = ::inet_pton(AF_INET6, host.c_str(), &v6) == 1;
  if (!host.empty() && (address || host.find_first_of(":/*?@#[] \t") == std::string::npos)) { return host; }
  return fail(ErrorCode::bad_input,
              fmt::format("'{}' is no host: write its name alone, as in mcp.example.com", excerpt(text, 60)));
}

Result<LoadPermission> load_permission(const std::optional<LoadAllowed>& allowed,
                                       const std::vector<std::string>& flags) {
  LoadPermission permission;
  for (const auto& flag : flags) {
    auto host = parse_load_host(flag);
    if (!host) { return fail(ErrorCode::bad_input, "--i-may-load: " + host.error().detail); }
    permission.by_flag.push_back(*std::move(host));
  }
  if (allowed) { permission.by_profile = allowed->hosts; }
  return permission;
}

Result<std::string> may_load(const LoadPermission& permission, std::string_view host,
                             const std::vector<std::string>& addresses) {
  const auto open = std::find_if(addresses.begin(), addresses.end(), [](const std::string& address) {
    const auto parsed = parse_socket_address(address);
    return !parsed || !is_private_address(parsed->ip);
  });
  if (open == addresses.end()) { return fmt::format("{} is on loopback or a private network", host); }
  if (names(permission.by_flag, host)) { return fmt::format("{} ({}) by --i-may-load", host, *open); }
  if (names(permission.by_profile, host)) { return fmt::format("{} ({}) by the profile's load_allowed", host, *open); }
  return fail(ErrorCode::bad_input,
              fmt::format("{0} is {1}, which is neither loopback nor private, and nobody said that a load on it is "
                          "allowed: if it is, say --i-may-load {0}, or name it in the profile's load_allowed",
                          host, *open));
}

Result<void> within_load_allowed(const std::optional<LoadAllowed>& allowed, const LoadDemand& demand) {
  if (!allowed) { return {}; }
  return below("streams", "streams", demand.streams, allowed->streams)
      .and_then([&] { return below("opens", "opens a second", demand.opens_per_second, allowed->opens_per_second); })
      .and_then([&] { return below("calls", "calls a second", demand.calls_per_second, allowed->calls_per_second); });
}

}  // namespace weir::wire
