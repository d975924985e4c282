#include "conformance/ask/control.hpp"
#include "conformance/ask/one_code.hpp"
#include "conformance/checks/pagination/common.hpp"

namespace weir::conformance::pagination_cursor_invalid_refused {
namespace {

/// What a made-up cursor gives, where that is no refusal: the first page once more, mostly.
std::string given(const Probe& probe, const ListMethod& list, const wire::mcp::Reply& reply) {
  if (!reply.is_result()) { return reply.describe(); }
  const json::value* items = wire::find(reply.result(), list.items);
  for (const auto& page : probe.survey().list_replies) {
    const json::value* first = wire::find(page.result(), list.items);
    if (!first) { continue; }
    return items && canonical_without_meta(*items) == canonical_without_meta(*first) ? "the first page"
                                                                                     : "a page of results";
  }
  return "a page of results";
}

Finding run(Probe& probe) {
  const auto lists = declared_lists(probe.survey());
  if (lists.empty()) { return not_applicable("no lists are declared"); }
  std::vector<std::string> wrong;
  for (const auto& list : lists) {
    auto reply = probe.call(list.method, {{"cursor", "weir-never-issued"}});
    if (!reply) { return probe.broken(reply.error(), "error -32602 from " + list.method); }
    const auto code = error_code(*reply);
    if (code == jsonrpc::kInvalidParams) { continue; }
    if (code && is_code_of_all(probe, *code)) {
      return untestable(fmt::format("every error has the code {}, which jsonrpc.error.method-not-found says", *code));
    }
    wrong.push_back(fmt::format("{} gives {}", list.method, given(probe, list, *reply)));
    if (wrong.size() == 1 && probe.last_request()) { probe.pin_request(*probe.last_request()); }
  }
  if (!wrong.empty()) { return fail("error -32602", fmt::format("{}", fmt::join(wrong, "; "))); }
  return beside_a_call(probe, pass(fmt::format("error -32602 from {} lists", lists.size())), lists.front().method);
}

const Registration kCheck{{
    .id = "pagination.cursor.invalid-refused",
    .title = "a cursor that was never issued is refused with -32602",
    .level = Level::should,
    .eras = kAllEras,
    .requirements = {"pagination.invalid-cursor"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/pagination",
    .consequence = "A client with a stale cursor silently starts at the first page again.",
    .fix = "Look whether a cursor is one that the server issues before it is used, where all fits one page too, "
           "and answer any other by error -32602, not by the first page.",
    .faults = {"pagination.any-cursor-accepted"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::pagination_cursor_invalid_refused
