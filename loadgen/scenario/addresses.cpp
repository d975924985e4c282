#include "loadgen/scenario/addresses.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <optional>

#include "loadgen/limits.hpp"
#include "wire/json/json.hpp"

namespace weir::loadgen {
namespace {

std::optional<std::uint32_t> ipv4(std::string_view text) {
  in_addr address{};
  if (::inet_pton(AF_INET, std::string(text).c_str(), &address) != 1) { return std::nullopt; }
  return ntohl(address.s_addr);
}

bool is_ipv6(std::string_view text) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

std::string text_of(std::uint32_t address) {
  return fmt::format("{}.{}.{}.{}", address >> 24, (address >> 16) & 255, (address >> 8) & 255, address & 255);
}

std::optional<std::uint32_t> number(std::string_view text, std::uint32_t most) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > most) { return std::nullopt; }
  return value;
}

/// The end of a range: a last octet, or a whole address.
std::optional<std::uint32_t> range_end(std::uint32_t first, std::string_view text) {
  if (const auto octet = number(text, 255)) { return (first & 0xffffff00U) | *octet; }
  return ipv4(text);
}

}  // namespace

wire::Result<std::vector<std::string>> expand_sources(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return wire::fail(wire::ErrorCode::bad_input, fmt::format("'{}' {}", wire::excerpt(text, 60), why));
  };
  if (is_ipv6(text)) { return std::vector<std::string>{std::string(text)}; }
  const std::size_t dash = text.find('-');
  const auto first = ipv4(text.substr(0, dash));
  if (!first) { return bad("is no address: write 127.0.0.2, or 127.0.0.2-40 for a range"); }
  if (dash == std::string_view::npos) { return std::vector<std::string>{text_of(*first)}; }
  const auto last = range_end(*first, text.substr(dash + 1));
  if (!last || *last < *first) { return bad("is no range: write it like 127.0.0.2-40 or 10.0.0.250-10.0.1.5"); }
  if (*last - *first >= limits::kSources) {
    return bad(fmt::format("has more than {} addresses", std::size_t{limits::kSources}));
  }
  std::vector<std::string> out;
  for (std::uint32_t i = 0; i <= *last - *first; ++i) { out.push_back(text_of(*first + i)); }
  return out;
}

std::vector<std::string> compress_sources(const std::vector<std::string>& addresses) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < addresses.size();) {
    const auto first = ipv4(addresses[i]);
    std::size_t end = i + 1;
    while (first && end < addresses.size() && ipv4(addresses[end]) == *first + (end - i)) { ++end; }
    const auto last = ipv4(addresses[end - 1]);
    if (end == i + 1) {
      out.push_back(addresses[i]);
    } else if (*first >> 8 == *last >> 8) {
      out.push_back(fmt::format("{}-{}", addresses[i], *last & 255));
    } else {
      out.push_back(fmt::format("{}-{}", addresses[i], addresses[end - 1]));
    }
    i = end;
  }
  return out;
}

wire::Result<void> check_resolve(std::string_view text) {
  const auto bad = [&] {
    return wire::fail(wire::ErrorCode::bad_input,
                      fmt::format("'{}' is no resolution: write HOST:PORT:ADDRESS[,ADDRESS]", wire::excerpt(text, 60)));
  };
  // The host may be an IPv6 address in brackets, so its colons are not those between the parts.
  const std::size_t host_end = text.starts_with('[') ? text.find(']') : 0;
  if (host_end == std::string_view::npos) { return bad(); }
  const std::size_t port_at = text.find(':', host_end);
  if (port_at == std::string_view::npos || port_at == 0) { return bad(); }
  const std::size_t address_at = text.find(':', port_at + 1);
  if (address_at == std::string_view::npos) { return bad(); }
  const auto port = number(text.substr(port_at + 1, address_at - port_at - 1), 65'535);
  if (!port || *port == 0) { return bad(); }
  std::string_view rest = text.substr(address_at + 1);
  for (;;) {
    const std::size_t comma = rest.find(',');
    std::string_view address = rest.substr(0, comma);
    if (address.starts_with('[') && address.ends_with(']')) { address = address.substr(1, address.size() - 2); }
    if (!ipv4(address) && !is_ipv6(address)) { return bad(); }
    if (comma == std::string_view::npos) { return {}; }
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace weir::loadgen
