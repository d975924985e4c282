// For tests: servers that know nothing of MCP, or only how a conversation is opened. No check may be content with them.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "conformance/probe/probe.hpp"
#include "fixtures/http/http_server.hpp"

namespace weir::conformance {

/// What every request is answered with.
enum class Nothing {
  empty,          ///< 200 without a body.
  accepted,       ///< 202.
  method_error,   ///< 200 with the JSON-RPC error -32601 under the request's id.
  params_error,   ///< 400 with the JSON-RPC error -32602 under the request's id.
  not_found,      ///< 404.
  echo,           ///< 200 with the request's own body, and its headers that are of MCP.
  silent_stream,  ///< 200 with an event stream that stays open and brings nothing.
  served,         ///< 200 with a result that has no member but resultType, whatever headers say.
};

struct NullServerOptions {
  Nothing nothing{};
  bool opens = false;      ///< initialize, server/discover and the stream of http-sse are answered as they should be.
  bool announces = false;  ///< Only the stream of http-sse is opened, with its endpoint.
};

/// The capabilities that such a server declares: all of them.
json::object every_capability();

class NullServer {
 public:
  explicit NullServer(const NullServerOptions& options);

  wire::Url url() const;

 private:
  fixtures::HttpServer server_;
};

}  // namespace weir::conformance
