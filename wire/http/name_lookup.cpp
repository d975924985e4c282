#include "wire/http/name_lookup.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <charconv>
#include <thread>

#include "wire/json/json.hpp"

namespace weir::wire {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::size_t kMaxAddresses = 16;

}  // namespace

std::string SocketAddress::text() const {
  return ip.find(':') == std::string::npos ? fmt::format("{}:{}", ip, port) : fmt::format("[{}]:{}", ip, port);
}

Result<SocketAddress> parse_socket_address(std::string_view text) {
  const auto colon = text.rfind(':');
  std::string_view ip = text.substr(0, std::min(colon, text.size()));
  const bool bracketed = ip.size() > 2 && ip.front() == '[' && ip.back() == ']';
  if (bracketed) { ip = ip.substr(1, ip.size() - 2); }
  SocketAddress address;
  boost::system::error_code ec;
  const auto parsed_ip = asio::ip::make_address(std::string(ip), ec);
  bool good = colon != std::string_view::npos && !ec && parsed_ip.is_v6() == bracketed;
  if (good) {
    const auto end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + colon + 1, end, address.port);
    good = parsed.ec == std::errc() && parsed.ptr == end && address.port != 0;
  }
  if (!good) {
    return fail(ErrorCode::bad_input,
                fmt::format("'{}' is no numeric address and port: write it as 203.0.113.7:443 or [::1]:443",
                            excerpt(text, 80)));
  }
  address.ip = parsed_ip.to_string();
  return address;
}

Result<std::vector<SocketAddress>> look_up(const std::string& host, std::uint16_t port, Deadline deadline) {
  return look_up_within({}, host, port, deadline);
}

Result<std::vector<SocketAddress>> look_up_within(const RunBounds& run, const std::string& host, std::uint16_t port,
                                                  Deadline deadline) {
  boost::system::error_code ec;
  if (const auto numeric = asio::ip::make_address(host, ec); !ec) {
    return std::vector<SocketAddress>{{numeric.to_string(), port}};
  }
  struct Lookup {
    asio::io_context io{1};
    tcp::resolver resolver{io};
    bool done = false;
    boost::system::error_code ec;
    std::vector<SocketAddress> found;
  };
  auto lookup = std::make_unique<Lookup>();
  lookup->resolver.async_resolve(
      host, std::to_string(port), tcp::resolver::numeric_service,
      [&state = *lookup](const boost::system::error_code& error, const tcp::resolver::results_type& results) {
        state.done = true;
        state.ec = error;
        for (const auto& entry : results) {
          if (state.found.size() < kMaxAddresses) {
            state.found.push_back({entry.endpoint().address().to_string(), entry.endpoint().port()});
          }
        }
      });
  do {
    lookup->io.run_one_until(run.next_look(deadline).at);
  } while (!lookup->done && !deadline.passed() && !run.over());
  if (!lookup->done) {
    // The destructor joins asio's resolver thread, which stays in getaddrinfo for as long as the name servers let it.
    std::thread([left = std::move(lookup)]() mutable { left.reset(); }).detach();
    return fail(ErrorCode::resolve_failed, fmt::format("the name servers gave no address for '{}' in time", host));
  }
  if (lookup->ec || lookup->found.empty()) {
    return fail(ErrorCode::resolve_failed,
                fmt::format("the name '{}' has no address: {}", host, lookup->ec ? lookup->ec.message() : "none"));
  }
  return std::move(lookup->found);
}

}  // namespace weir::wire
