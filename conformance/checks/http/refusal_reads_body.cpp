#include "conformance/ask/control.hpp"
#include "conformance/ask/url.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::http_refusal_reads_body {
namespace {

/// A request with a body that may be refused before anybody reads it.
struct Refusable {
  std::string what;
  wire::Request request;
};

std::vector<Refusable> refusables(const Probe& probe, const wire::mcp::Dialogue& dialogue) {
  std::vector<Refusable> all;
  const auto add = [&](std::string what, const std::function<void(wire::Request&)>& spoil) {
    const json::value id(dialogue.fresh_id("weir-refused"));
    all.push_back({std::move(what), dialogue.make_post(call_body(probe, id, harmless_method(probe)))});
    spoil(all.back().request);
  };
  if (!probe.target().headers.fields().empty()) {
    add("without credentials", [&](wire::Request& request) {
      for (const auto& field : probe.target().headers.fields()) { request.headers.remove(field.name); }
      request.headers.remove("Authorization");
    });
  }
  add("of another Content-Type", [](wire::Request& request) { request.headers.set("Content-Type", "text/plain"); });
  add("from a foreign origin", [](wire::Request& request) { request.headers.set("Origin", kForeignOrigin); });
  add("to a path that is none", [](wire::Request& request) { request.url.path = "/weir-no-such-route"; });
  return all;
}

/// What came in place of the next answer on the connection of a refusal; nullopt where that was in order, or closed.
std::optional<std::string> spoilt_after(Probe& probe, const Refusable& refusable, const wire::Request& next,
                                        int& kept) {
  auto connection = probe.http().connect(refusable.request.url, probe.answer_deadline());
  if (!connection) { return std::nullopt; }
  const auto refusal = connection->exchange(refusable.request, probe.answer_deadline());
  if (!refusal || !is_client_error(refusal->head.status) || !connection->reusable()) { return std::nullopt; }
  const auto answer = connection->exchange(next, probe.answer_deadline());
  if (answer && has_result(*answer)) {
    ++kept;
    return std::nullopt;
  }
  const bool closed = !answer && answer.error().code != wire::ErrorCode::timeout &&
                      answer.error().code != wire::ErrorCode::malformed_head;
  if (closed) { return std::nullopt; }
  return fmt::format("after HTTP {} to a request {} the next one on its connection: {}", refusal->head.status,
                     refusable.what, answer ? describe(*answer) : answer.error().detail);
}

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  const auto next = [&] {
    const json::value id(shared->get().fresh_id("weir-after"));
    return shared->get().make_post(call_body(probe, id, harmless_method(probe)));
  };
  int kept = 0;
  for (const Refusable& refusable : refusables(probe, shared->get())) {
    const auto spoilt = spoilt_after(probe, refusable, next(), kept);
    if (!spoilt) { continue; }
    const auto apart = probe.send(next());
    if (!apart || !has_result(*apart)) {
      return untestable("nothing is served on a new connection either: " + *spoilt);
    }
    probe.pin_request(refusable.request);
    return fail("a refusal behind which the connection is closed, or carries the next request", *spoilt)
        .at("server, or the proxy before it",
            "Read the body of a request that is refused, or close the connection after the answer: what is left of it "
            "is taken for the next request.");
  }
  return kept == 0 ? untestable("no refusal leaves its connection open")
                   : pass(fmt::format("after {} refusals the next request was served", kept));
}

const Registration kCheck{{
    .id = "http.refusal.reads-body",
    .title = "a request that is refused does not spoil its connection for the next one",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .source = "https://www.rfc-editor.org/rfc/rfc9112#section-9.3",
    .consequence = "Behind a proxy or a client that keeps connections, one refused call makes another one fail.",
    .fix = "Read the body of a request to its end before it is refused, in checks of credentials, Origin, type and "
           "path too, or send `Connection: close` and close.",
    .faults = {"http.refusal-leaves-body"},
    .run = run,
}};
const NotByCommand kNoCommand{"http.refusal.reads-body", "it takes two requests on one connection"};

}  // namespace
}  // namespace weir::conformance::http_refusal_reads_body
