#include "loadgen/net/destination.hpp"

#include <arpa/inet.h>

#include <cstring>
#include <utility>

namespace weir::loadgen {

namespace {

bool same_address(const Address& a, const Address& b) {
  return a.length == b.length && std::memcmp(&a.storage, &b.storage, a.length) == 0;
}

}  // namespace

std::optional<Address> to_address(const wire::SocketAddress& address) {
  Address made;
  auto& v4 = reinterpret_cast<sockaddr_in&>(made.storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(made.storage);
  if (::inet_pton(AF_INET, address.ip.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    made.length = sizeof(v4);
    return made;
  }
  if (::inet_pton(AF_INET6, address.ip.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    made.length = sizeof(v6);
    return made;
  }
  return std::nullopt;
}

Destination::Destination(wire::Url url, TlsTarget tls, std::vector<Address> sources, std::uint32_t offset)
    : url_(std::move(url)), tls_(std::move(tls)), sources_(std::move(sources)), turn_(offset) {}

void Destination::set_addresses(std::vector<Address> addresses) {
  if (!addresses.empty()) { addresses_ = std::move(addresses); }
}

std::size_t Destination::sources_of(sa_family_t family) const {
  std::size_t count = 0;
  for (const Address& source : sources_) { count += source.storage.ss_family == family ? 1 : 0; }
  return count;
}

const Address* Destination::source(sa_family_t family, std::size_t index) const {
  for (const Address& candidate : sources_) {
    if (candidate.storage.ss_family == family && index-- == 0) { return &candidate; }
  }
  return nullptr;
}

Pair Destination::next(const Address* avoid) {
  const std::size_t count = addresses_.size();
  Pair fallback;
  for (std::size_t tried = 0; tried < count; ++tried) {
    const std::uint32_t turn = turn_++;
    const Address& to = addresses_[turn % count];
    const std::size_t choices = sources_of(to.storage.ss_family);
    // A whole round over the addresses uses one source, the next round the next one: every pair has its turn.
    const Pair pair{&to, choices == 0 ? nullptr : source(to.storage.ss_family, turn / count % choices)};
    const bool avoided = avoid != nullptr && same_address(*avoid, to);
    if (!avoided && (pair.from != nullptr || sources_.empty())) { return pair; }
    if (fallback.to == nullptr || !avoided) { fallback = pair; }
  }
  return fallback;
}

}  // namespace weir::loadgen
