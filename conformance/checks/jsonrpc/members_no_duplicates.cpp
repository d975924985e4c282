#include "conformance/ask/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  int texts_seen = 0;
  for (const std::string_view method : {harmless_method(probe), kUnknownMethod}) {
    auto reply = probe.call(method);
    if (!reply) { return probe.broken(reply.error(), "an answer"); }
    auto dialogue = probe.shared();
    if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
    const wire::Exchange& carrier = probe.is(Era::http_sse) ? dialogue->get().stream()->exchange() : reply->http;
    for (const auto& text : message_texts(carrier)) {
      auto parsed = jsonrpc::parse(text);
      if (parsed && !parsed->duplicate_keys.empty()) {
        return fail("unique member names", fmt::format("{} twice in {}", parsed->duplicate_keys.front(),
                                                       wire::excerpt(std::string_view(text), 100)));
      }
      texts_seen += parsed ? 1 : 0;
    }
  }
  if (texts_seen == 0) { return untestable("the server sent no message"); }
  return pass(fmt::format("{} messages without a duplicate", texts_seen));
}

const Registration kCheck{{
    .id = "jsonrpc.members.no-duplicates",
    .title = "no object in an answer names a member twice",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc8259#section-4",
    .consequence = "Parsers keep the first or the last of the two, as they please: two clients read two answers.",
    .faults = {"jsonrpc.duplicate-member"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
