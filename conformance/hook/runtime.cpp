#include "conformance/hook/runtime.hpp"

#include <fmt/format.h>

#include <charconv>

#include "wire/json/json.hpp"

namespace weir::conformance::hook {
namespace {

using wire::ErrorCode;

constexpr std::string_view kVersion = "/2018-06-01/runtime";
constexpr std::chrono::hours kPatience{24};
constexpr std::chrono::seconds kAnswer{10};

wire::ClientOptions client_options() {
  wire::ClientOptions options;
  options.user_agent = "weir-hook";
  options.follow_same_origin_redirects = false;
  return options;
}

std::string error_body(std::string_view type, std::string_view message) {
  return wire::json::serialize(
      wire::json::object{{"errorMessage", message}, {"errorType", type}, {"stackTrace", wire::json::array{}}});
}

tl::unexpected<wire::Error> of_route(std::string_view route, std::string what) {
  return wire::fail(ErrorCode::rejected, fmt::format("Lambda's runtime interface, {}: {}", route, what));
}

}  // namespace

Runtime::Runtime(wire::Url base) : base_(std::move(base)), client_(client_options()) {}

wire::Result<Runtime> Runtime::at(const std::string& address) {
  if (address.empty()) {
    return wire::fail(ErrorCode::bad_input, "AWS_LAMBDA_RUNTIME_API is not set: weir-hook is started by AWS Lambda");
  }
  auto base = wire::parse_url("http://" + address);
  if (!base) { return wire::fail(ErrorCode::bad_input, "AWS_LAMBDA_RUNTIME_API: " + base.error().detail); }
  return Runtime(*std::move(base));
}

wire::Result<Invocation> Runtime::next() {
  wire::Request request{.url = base_};
  request.url.path = fmt::format("{}/invocation/next", kVersion);
  const auto got = client_.exchange(request, wire::Deadline::in(kPatience));
  if (!got) { return of_route("next", got.error().detail); }
  if (got->head.status != 200) { return of_route("next", fmt::format("status {}", got->head.status)); }
  if (got->end != wire::EndClass::clean) { return of_route("next", "the event did not come whole"); }
  const auto& headers = got->head.headers;
  const std::string_view id = headers.get("Lambda-Runtime-Aws-Request-Id");
  const std::string_view deadline = headers.get("Lambda-Runtime-Deadline-Ms");
  std::int64_t deadline_ms = 0;
  const auto [end, error] = std::from_chars(deadline.data(), deadline.data() + deadline.size(), deadline_ms);
  if (id.empty() || deadline.empty() || error != std::errc{} || end != deadline.data() + deadline.size()) {
    return of_route("next", "the invocation has no id or no deadline");
  }
  return Invocation{.id = std::string(id),
                    .deadline = std::chrono::system_clock::time_point(std::chrono::milliseconds(deadline_ms)),
                    .event = got->body};
}

wire::Result<void> Runtime::respond(const Invocation& invocation, const std::string& body) {
  return post(fmt::format("/invocation/{}/response", invocation.id), body, "");
}

wire::Result<void> Runtime::fail(const Invocation& invocation, std::string_view type, std::string_view message) {
  return post(fmt::format("/invocation/{}/error", invocation.id), error_body(type, message), type);
}

wire::Result<void> Runtime::fail_to_start(std::string_view type, std::string_view message) {
  return post("/init/error", error_body(type, message), type);
}

wire::Result<void> Runtime::post(const std::string& path, const std::string& body, std::string_view error_type) {
  wire::Request request{.method = "POST", .url = base_, .body = body};
  request.url.path = fmt::format("{}{}", kVersion, path);
  request.headers.add("Content-Type", "application/json");
  if (!error_type.empty()) { request.headers.add("Lambda-Runtime-Function-Error-Type", std::string(error_type)); }
  const auto got = client_.exchange(request, wire::Deadline::in(kAnswer));
  if (!got) { return of_route(path, got.error().detail); }
  if (!got->ok()) { return of_route(path, fmt::format("status {}", got->head.status)); }
  return {};
}

}  // namespace weir::conformance::hook
