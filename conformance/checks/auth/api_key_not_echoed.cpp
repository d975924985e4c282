#include "conformance/ask/auth.hpp"

namespace weir::conformance::auth_api_key_not_echoed {
namespace {

Finding run(Probe& probe) {
  const auto& key = probe.target().profile.api_key;
  if (!key) { return not_applicable("the profile has no api_key"); }
  constexpr const char* kWrong = "weir-wrong-key-7c1f";
  wire::Request request = opening_request(probe);
  request.headers.set(key->header, kWrong);
  auto answer = probe.send(request, probe.in(std::chrono::milliseconds(2000)));
  if (!answer) { return probe.broken(answer.error(), "a refusal"); }
  if (answer->body.find(kWrong) != std::string::npos || answer->head.raw.find(kWrong) != std::string::npos) {
    return fail("a refusal without the key", "the answer repeats it");
  }
  return pass(fmt::format("HTTP {}, without the key", answer->head.status));
}

const Registration kCheck{{
    .id = "auth.api-key.not-echoed",
    .title = "the answer to a wrong API key does not repeat it",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html",
    .consequence = "Keys with a typing error end up in logs and tickets.",
    .fix = "Answer a wrong key with a fixed text, and take the headers of the request out of error bodies, debug pages "
           "and response headers.",
    .faults = {"auth.key-echoed"},
    .fixture = "api-key",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_api_key_not_echoed
