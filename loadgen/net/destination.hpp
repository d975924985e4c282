// Where a population connects to: the addresses of its host, and the source addresses that may be used. Choices rotate,
// so that connections spread evenly over all pairs and connect() never has to search a crowded port range.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/net/channel.hpp"
#include "wire/base/lifetime.hpp"
#include "wire/http/name_lookup.hpp"
#include "wire/http/url.hpp"

namespace weir::loadgen {

std::optional<Address> to_address(const wire::SocketAddress& address);

struct Pair {
  const Address* to = nullptr;    ///< Null while there is no address. Both live until set_addresses().
  const Address* from = nullptr;  ///< Null: the kernel's choice.
};

class Destination {
 public:
  /// `offset` staggers workers, so that they do not all begin with the same address.
  Destination(wire::Url url, TlsTarget tls, std::vector<Address> sources, std::uint32_t offset);

  const wire::Url& url() const WEIR_LIFETIME_BOUND { return url_; }
  const TlsTarget& tls() const WEIR_LIFETIME_BOUND { return tls_; }
  /// New addresses from a later look-up: new connections spread over them, held streams stay. An empty list is ignored.
  void set_addresses(std::vector<Address> addresses);
  bool has_address() const { return !addresses_.empty(); }
  /// The next pair, of one address family where a source has it: addresses of another family are passed over while
  /// there are others. `avoid`: an address that just failed, while there is another.
  Pair next(const Address* avoid = nullptr);
  std::size_t addresses() const { return addresses_.size(); }

 private:
  std::size_t sources_of(sa_family_t family) const;
  const Address* source(sa_family_t family, std::size_t index) const;

  wire::Url url_;
  TlsTarget tls_;
  std::vector<Address> sources_;
  std::vector<Address> addresses_;
  std::uint32_t turn_ = 0;
};

}  // namespace weir::loadgen
