#include "conformance/ask/control.hpp"
#include "conformance/ask/one_code.hpp"
#include "conformance/checks/pagination/common.hpp"

namespace weir::conformance::pagination_cursor_invalid_refused {
namespace {

Finding run(Probe& probe) {
  const auto lists = declared_lists(probe.survey());
  if (lists.empty()) { return not_applicable("no lists are declared"); }
  auto reply = probe.call(lists.front().method, {{"cursor", "weir-never-issued"}});
  if (!reply) { return probe.broken(reply.error(), "error -32602"); }
  const auto code = error_code(*reply);
  if (code && code != jsonrpc::kInvalidParams && is_code_of_all(probe, *code)) {
    return untestable(fmt::format("every error has the code {}, which jsonrpc.error.method-not-found says", *code));
  }
  if (code != jsonrpc::kInvalidParams) {
    return fail("error -32602", reply->is_result() ? "a page of results" : reply->describe());
  }
  return beside_a_call(probe, pass("error -32602"), lists.front().method);
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
