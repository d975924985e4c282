#include "conformance/ask/control.hpp"
#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_connection_no_memory {
namespace {

constexpr const char* kExpected = "an error for a request without _meta, as on a fresh connection";

Finding run(Probe& probe) {
  wire::Request bare = modern_request(probe, "server/discover");
  edit_body(bare, [](json::object& message) { message["params"].as_object().erase("_meta"); });
  auto fresh = probe.http().connect(probe.url(), probe.answer_deadline());
  if (!fresh) { return probe.broken(fresh.error(), "a connection"); }
  auto alone = fresh->exchange(bare, probe.answer_deadline());
  if (!alone) { return probe.broken(alone.error(), "an error for a request without _meta"); }
  if (alone->ok() && !body_error(*alone)) {
    return untestable("a request without _meta is served on a fresh connection too, so nothing of it shows a memory");
  }
  auto connection = probe.http().connect(probe.url(), probe.answer_deadline());
  if (!connection) { return probe.broken(connection.error(), "a connection"); }
  auto whole = connection->exchange(modern_request(probe, "server/discover"), probe.answer_deadline());
  if (!whole) { return probe.broken(whole.error(), "a result"); }
  if (!has_result(*whole)) { return untestable("the whole request is not served either: " + describe_error(*whole)); }
  if (!connection->reusable()) { return not_applicable("the server closes the connection after each answer"); }
  auto second = connection->exchange(bare, probe.answer_deadline());
  if (!second) { return probe.broken(second.error(), kExpected); }
  if (second->ok() && !body_error(*second)) { return fail(kExpected, describe(*second)); }
  return pass("the second request was judged alone");
}

const Registration kCheck{{
    .id = "stateless.connection.no-memory",
    .title = "nothing is remembered from one request of a connection to the next",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"stateless.no-connection-context"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic#statelessness",
    .consequence = "Behind a gateway that pools connections one client speaks with the rights and features of another.",
    .fix = "Read version, client and capabilities from the _meta of each request, keep nothing of them on the "
           "connection, and refuse a request without _meta.",
    .faults = {"stateless.connection-remembers"},
    .run = run,
}};
const NotByCommand kNoCommand{"stateless.connection.no-memory", "it takes several requests on one connection"};

}  // namespace
}  // namespace weir::conformance::stateless_connection_no_memory
