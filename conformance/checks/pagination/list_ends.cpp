#include "conformance/checks/pagination/common.hpp"
#include "wire/mcp/pagination.hpp"

namespace weir::conformance::pagination_list_ends {
namespace {

/// Whether the list could have been followed further, but for Weir's patience: an error of the server ends it too, and
/// a list that is merely large may well have an end.
bool goes_on(const wire::mcp::Listing& listing) {
  const bool large = listing.error && listing.error->code == wire::ErrorCode::limit_exceeded &&
                     listing.pages.size() < wire::limits::kListPages;
  return !large && !listing.pages.empty() && wire::as_string(wire::find(listing.pages.back().result(), "nextCursor"));
}

Finding run(Probe& probe) {
  auto dialogue = probe.shared();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  std::size_t pages = 0;
  std::size_t lists = 0;
  for (const auto& list : declared_lists(probe.survey())) {
    const auto listing = wire::mcp::list_all(*dialogue, list.method, list.items);
    if (listing.error && !goes_on(listing)) {
      return untestable(fmt::format("{} could not be read to its end: {}", list.method, listing.error->detail));
    }
    if (listing.error) { return fail(fmt::format("a last page of {}", list.method), listing.error->detail); }
    pages += listing.pages.size();
    ++lists;
  }
  if (lists == 0) { return not_applicable("no lists are declared"); }
  return pages == lists ? not_applicable("every list fits one page") : pass(fmt::format("{} pages", pages));
}

const Registration kCheck{{
    .id = "pagination.list.ends",
    .title = "following nextCursor comes to an end",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"pagination.next-cursor"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/pagination",
    .consequence = "Clients page for ever: calls by the thousand, and memory until they die.",
    .fix = "Leave nextCursor out once the last item is on the page, and move the place that it encodes forward "
           "with each page.",
    .faults = {"pagination.never-ends"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::pagination_list_ends
