#include "conformance/probe/same_tools.hpp"

#include <fmt/format.h>

#include "conformance/probe/status.hpp"

namespace weir::conformance {

namespace {

bool may_change(const Survey* survey) {
  const json::value* tools = survey ? survey->capabilities.if_contains("tools") : nullptr;
  const json::value* says = tools ? wire::find(*tools, "listChanged") : nullptr;
  return says && says->is_bool() && says->get_bool();
}

}  // namespace

std::shared_ptr<const ToolsSeen> tools_seen(const Target& target, Era era, const std::function<void()>& before_each) {
  return target.tap->digest<ToolsSeen>(era, [&] {
    auto all = target.tap->seen(era);
    std::erase_if(all, [](const SeenPtr& one) { return one->http.head.status == kTooManyRequests; });
    return tools_seen(all,
                      {.endpoint = target.url,
                       .credentials = target.headers,
                       .may_change = may_change(target.survey(era)),
                       .deployed = target.across_deploy != nullptr},
                      before_each);
  });
}

std::shared_ptr<const ToolsSeen> tools_seen(const Probe& probe) {
  return tools_seen(probe.target(), probe.era(), [&] { probe.keep_judging(); });
}

Finding same_tools_everywhere(Probe& probe) {
  constexpr std::size_t kFewest = 3;
  const auto seen = tools_seen(probe);
  if (!seen->difference.empty()) {
    if (!seen->excuse.empty()) { return untestable(fmt::format("{}: {}", seen->excuse, seen->difference)); }
    probe.pin_request(seen->odd->http.request);
    return fail("the same tools in each list, whichever replica gives it", seen->difference);
  }
  if (seen->lists < kFewest) {
    return untestable(fmt::format("{} lists of tools were read to their end", seen->lists));
  }
  return pass(fmt::format("the same {} tools in {} lists", seen->tools, seen->lists));
}

}  // namespace weir::conformance
