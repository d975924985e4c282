#include <algorithm>
#include <cctype>

#include "conformance/ask/control.hpp"
#include "conformance/ask/session.hpp"

namespace weir::conformance::header_names_any_case {
namespace {

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue* dialogue = &shared->get();
  const wire::Request plain = dialogue->make_post(call_body(probe, "weir-case", harmless_method(probe)));
  wire::Request request = plain;
  request.headers = {};
  for (const auto& field : plain.headers.fields()) {
    std::string name = field.name;
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
    request.headers.add(name, field.value);
  }
  auto answer = probe.send(request);
  if (!answer) { return probe.broken(answer.error(), "an answer"); }
  if (!is_served(*answer)) {
    return fail("the same answer for names in capitals", describe(*answer))
        .at("server, or the gateway before it",
            "Look headers up without regard to case: names in capitals were not found, and the same ones as they are "
            "usually written are.");
  }
  if (!has_result(*answer)) { return untestable("no result came with the answer: " + describe(*answer)); }
  return pass(fmt::format("HTTP {}", answer->head.status));
}

const Registration kCheck{{
    .id = "header.names.any-case",
    .title = "header names are read in any case",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .requirements = {"headers.names-case-insensitive"},
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-5.1",
    .consequence = "HTTP/2 and many proxies send every name in lower case.",
    .fix = "Look headers up through the framework's own header object, or lower-case their names first where they come "
           "as a plain map, as in the events of a Lambda.",
    .faults = {"header.case-sensitive"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::header_names_any_case
