// The HTTP interface that Lambda gives to custom runtimes, version 2018-06-01: the next invocation, its response, its
// error, and an error before the first.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "wire/http/http_client.hpp"

namespace weir::conformance::hook {

struct Invocation {
  std::string id;
  std::chrono::system_clock::time_point deadline;
  std::string event;
};

class Runtime {
 public:
  /// `address` is AWS_LAMBDA_RUNTIME_API: host and port.
  static wire::Result<Runtime> at(const std::string& address);

  /// Waits for as long as nobody calls: Lambda stops the clock meanwhile.
  wire::Result<Invocation> next();
  wire::Result<void> respond(const Invocation& invocation, const std::string& body);
  wire::Result<void> fail(const Invocation& invocation, std::string_view type, std::string_view message);
  wire::Result<void> fail_to_start(std::string_view type, std::string_view message);

 private:
  explicit Runtime(wire::Url base);
  wire::Result<void> post(const std::string& path, const std::string& body, std::string_view error_type);

  wire::Url base_;
  wire::HttpClient client_;
};

}  // namespace weir::conformance::hook
