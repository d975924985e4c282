#include "loadgen/watch/metrics_push.hpp"

#include "loadgen/user_agent.hpp"
#include "wire/base/base64.hpp"
#include "wire/http/http_client.hpp"
#include "wire/json/json.hpp"

namespace weir::loadgen {

namespace {

constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

}  // namespace

std::string push_path(const MetricLabels& labels) {
  const auto group = [](std::string_view name, std::string_view value) {
    const bool plain = !value.empty() && value.find_first_not_of(kUnreserved) == std::string_view::npos;
    // The gateway wants an empty value as "=".
    return plain ? fmt::format("/{}/{}", name, value)
                 : fmt::format("/{}@base64/{}", name, value.empty() ? "=" : wire::base64url(value));
  };
  std::string path = "/metrics/job/weir" + group("target", labels.target);
  if (!labels.run.shard.alone()) { path += group("shard", labels.shard); }
  return path;
}

wire::Result<void> push_metrics(const std::string& gateway, const MetricLabels& labels, std::string text,
                                std::chrono::milliseconds timeout) {
  auto url = wire::parse_url(gateway);
  if (!url) { return wire::fail(url.error().code, "--push: " + url.error().detail); }
  while (!url->path.empty() && url->path.back() == '/') { url->path.pop_back(); }
  url->path += push_path(labels);
  wire::Request request;
  request.method = "PUT";
  request.url = *url;
  request.headers.set("Content-Type", "text/plain; version=0.0.4");
  request.body = std::move(text);
  wire::HttpClient client({.connect_timeout = timeout, .user_agent = std::string(kProgram)});
  const auto answer = client.exchange(request, wire::Deadline::in(timeout));
  if (!answer) {
    return wire::fail(answer.error().code,
                      fmt::format("the metrics were not pushed to {}: {}", url->origin(), answer.error().detail));
  }
  if (!answer->ok()) {
    return wire::fail(wire::ErrorCode::rejected,
                      fmt::format("the metrics were not pushed: {} answered HTTP {} {}", url->origin(),
                                  answer->head.status, wire::excerpt(answer->body, 120)));
  }
  return {};
}

}  // namespace weir::loadgen
