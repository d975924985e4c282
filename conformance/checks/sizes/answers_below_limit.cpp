#include <algorithm>

#include "conformance/checks/sizes/common.hpp"

namespace weir::conformance::sizes_answers_below_limit {
namespace {

struct Largest {
  std::string_view what;
  const wire::mcp::Reply* reply = nullptr;
  std::size_t bytes = 0;
};

std::string_view method_of(const wire::mcp::Reply& reply) {
  for (std::string_view method : {"tools/list", "resources/list", "resources/templates/list", "prompts/list"}) {
    if (reply.http.request.body.find(method) != std::string::npos) { return method; }
  }
  return "a list";
}

/// In http-sse the answer comes on the stream, so the message itself is measured.
std::size_t size_of(const wire::mcp::Reply& reply) {
  const std::size_t message = reply.response ? json::serialize(reply.response->message.raw).size() : 0;
  return std::max(reply.http.is_event_stream() ? std::size_t{0} : reply.http.body.size(), message);
}

Finding run(Probe& probe) {
  Largest largest;
  for (const auto& reply : probe.in_time(probe.survey().list_replies)) {
    if (!reply.is_result()) { continue; }
    const std::size_t bytes = size_of(reply);
    if (bytes > largest.bytes) { largest = {method_of(reply), &reply, bytes}; }
  }
  if (!largest.reply) { return untestable("the server lists nothing"); }
  const auto& edge = probe.target().profile.edge;
  const auto limit = body_limit(edge.value_or(""));
  const std::string got = fmt::format("{} in the answer to {}", as_size(largest.bytes), largest.what);
  if (!limit) { return not_applicable(fmt::format("at most {}, and {} passes on answers of any size", got, *edge)); }
  const auto close = static_cast<std::size_t>(kCloseToLimit * static_cast<double>(limit->bytes));
  if (largest.bytes < close) {
    return pass(fmt::format("at most {}, where {} takes {}", got, limit->hop, as_size(limit->bytes)));
  }
  probe.pin_request(largest.reply->http.request);
  return fail(fmt::format("less than {}, which is {:.0f} % of what {} passes on", as_size(close), kCloseToLimit * 100,
                          limit->hop),
              got + (largest.bytes >= limit->bytes ? ": beyond the limit" : ""))
      .at(std::string(limit->hop),
          fmt::format("Page the list, shorten descriptions and schemas, or serve it over an edge that streams ({}).",
                      limit->source));
}

const Registration kCheck{{
    .id = "sizes.answers.below-limit",
    .title = "the lists stay well below what the edge passes on in one answer",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html",
    .consequence = "Beyond the limit the edge answers 502 or 413 while the log of the function looks fine; lists grow "
                   "with every tool.",
    .fix = "Page the lists with nextCursor, shorten descriptions and schemas, or put the server behind an edge that "
           "streams its answers.",
    .faults = {"sizes.list-900-kb"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sizes_answers_below_limit
