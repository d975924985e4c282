#include "conformance/matrix/null_server_test.hpp"

#include "fixtures/http/stream_hub.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance {

namespace {

using fixtures::Ending;
using fixtures::HttpReply;
using fixtures::HttpRequest;

constexpr const char* kJson = "application/json";

json::object opening_result(std::string_view method, const json::value& params) {
  const json::object info{{"name", "nothing"}, {"version", "1"}};
  if (method == "server/discover") {
    return {{"resultType", "complete"},
            {"supportedVersions", json::array{wire::mcp::k2026_07_28}},
            {"capabilities", every_capability()},
            {"ttlMs", 0},
            {"cacheScope", "private"},
            {"_meta", {{"io.modelcontextprotocol/serverInfo", info}}}};
  }
  return {{"protocolVersion", wire::string_or(params, "protocolVersion", "")},
          {"capabilities", every_capability()},
          {"serverInfo", info}};
}

class NullService : public fixtures::Service {
 public:
  explicit NullService(const NullServerOptions& options) : options_(options) {}

  void listening(const std::string& /*origin*/, fixtures::StreamHub& hub) override { hub_ = &hub; }
  std::string heartbeat() override { return {}; }

  HttpReply handle(const HttpRequest& request) override {
    const auto text = wire::parse_json(request.body);
    const json::value body = text ? text->value : json::value();
    if (options_.opens || options_.announces) {
      if (request.method == "GET" && request.headers.get("Mcp-Session-Id").empty() &&
          request.headers.get("MCP-Protocol-Version").empty() && request.headers.get("Accept") == "text/event-stream") {
        return held("event: endpoint\ndata: /mcp?held=" + std::to_string(streams_) + "\n\n");
      }
    }
    if (options_.opens) {
      const std::string_view method = wire::string_or(body, "method", "");
      if (method == "initialize" || method == "server/discover") { return opening(request, body, method); }
      if (method == "notifications/initialized") { return {.status = 202}; }
    }
    return nothing(request, body);
  }

 private:
  HttpReply held(std::string first) {
    HttpReply reply{.ending = Ending::hold, .stream = std::to_string(streams_++)};
    reply.headers.set("Content-Type", "text/event-stream");
    if (!first.empty()) { reply.frames.push_back({std::move(first)}); }
    return reply;
  }

  /// In http-sse messages go over the stream that the POST's URL names.
  HttpReply say(const HttpRequest& request, int status, const std::string& message) {
    if (request.query.starts_with("held=")) {
      hub_->push(request.query.substr(5), "event: message\ndata: " + message + "\n\n");
      return {.status = status == 200 ? 202 : status};
    }
    HttpReply reply{.status = status};
    reply.set_body(message, kJson);
    return reply;
  }

  HttpReply opening(const HttpRequest& request, const json::value& body, std::string_view method) {
    const json::value* params = wire::find(body, "params");
    const json::value* id = wire::find(body, "id");
    const json::object message{{"jsonrpc", "2.0"},
                               {"id", id ? *id : json::value()},
                               {"result", opening_result(method, params ? *params : json::value())}};
    auto reply = say(request, 200, json::serialize(message));
    if (method == "initialize") { reply.headers.set("Mcp-Session-Id", "held-" + std::to_string(streams_++)); }
    return reply;
  }

  HttpReply error(const HttpRequest& request, const json::value& body, int status, int code) {
    const json::value* id = wire::find(body, "id");
    const json::object message{
        {"jsonrpc", "2.0"}, {"id", id ? *id : json::value()}, {"error", {{"code", code}, {"message", "no"}}}};
    return say(request, status, json::serialize(message));
  }

  HttpReply nothing(const HttpRequest& request, const json::value& body) {
    switch (options_.nothing) {
      case Nothing::empty:
        return {.status = 200};
      case Nothing::accepted:
        return {.status = 202};
      case Nothing::method_error:
        return error(request, body, 200, jsonrpc::kMethodNotFound);
      case Nothing::params_error:
        return error(request, body, 400, jsonrpc::kInvalidParams);
      case Nothing::not_found:
        return {.status = 404};
      case Nothing::echo: {
        auto reply = say(request, 200, request.body);
        for (const auto& field : request.headers.fields()) {
          if (wire::lower(field.name).starts_with("mcp")) { reply.headers.set(field.name, field.value); }
        }
        return reply;
      }
      case Nothing::silent_stream:
        return held({});
      case Nothing::served: {
        const json::value* id = wire::find(body, "id");
        if (!id) { return {.status = 202}; }
        return say(
            request, 200,
            json::serialize(json::object{{"jsonrpc", "2.0"}, {"id", *id}, {"result", {{"resultType", "complete"}}}}));
      }
    }
    return {.status = 500};
  }

  NullServerOptions options_;
  fixtures::StreamHub* hub_ = nullptr;
  int streams_ = 1;
};

}  // namespace

json::object every_capability() {
  const json::object changing{{"listChanged", true}};
  return {{"tools", changing},
          {"prompts", changing},
          {"resources", {{"listChanged", true}, {"subscribe", true}}},
          {"logging", json::object{}},
          {"completions", json::object{}}};
}

NullServer::NullServer(const NullServerOptions& options)
    : server_(fixtures::HttpServer::start({}, std::make_unique<NullService>(options)).value()) {}

wire::Url NullServer::url() const { return wire::parse_url(server_.origin() + "/mcp").value(); }

}  // namespace weir::conformance
