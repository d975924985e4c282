#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_requests_interleaved {
namespace {

Finding run(Probe& probe) {
  auto connection = probe.http().connect(probe.url(), probe.answer_deadline());
  if (!connection) { return probe.broken(connection.error(), "a connection"); }
  for (int round = 0; round < 2; ++round) {
    for (const bool known : {true, false}) {
      auto answer = connection->exchange(modern_request(probe, known ? "server/discover" : kUnknownMethod),
                                         probe.answer_deadline());
      if (!answer) { return probe.broken(answer.error(), "an answer to each request"); }
      if (known == body_error(*answer).has_value()) {
        return fail(known ? "the result of server/discover" : "an error for an unknown method", describe(*answer));
      }
      if (!connection->reusable()) { return not_applicable("the server closes the connection after each answer"); }
    }
  }
  return pass("four requests of two conversations");
}

const Registration kCheck{{
    .id = "stateless.requests.interleaved",
    .title = "two conversations on one connection do not disturb each other",
    .level = Level::should,
    .eras = kStateless,
    .requirements = {"stateless.interleaved-conversations"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic#statelessness",
    .consequence = "Gateways pool connections: one client gets what another asked for.",
    .fix = "Build each response from its own request alone: keep parser state, method and id in local variables, not "
           "on the connection or in a shared object.",
    .faults = {"stateless.connection-remembers"},
    .run = run,
}};
const NotByCommand kNoCommand{"stateless.requests.interleaved", "it takes several requests on one connection"};

}  // namespace
}  // namespace weir::conformance::stateless_requests_interleaved
