#include "conformance/ask/auth.hpp"
#include "conformance/ask/control.hpp"

namespace weir::conformance::auth_bearer_any_case {
namespace {

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  const auto in_small_letters = [&](wire::Request& request) {
    request.headers.set("Authorization", "bearer " + bearer_token(probe));
  };
  Finding finding = served_as_well(probe, in_small_letters, "the scheme `bearer` in small letters");
  if (finding.verdict != reports::Verdict::fail || !probe.target().profile.oauth) { return finding; }
  const auto red = probe.last_request();
  auto own =
      probe.dialogue([&](auto& options) { options.headers.set("Authorization", "bearer " + bearer_token(probe)); });
  const auto reply = own ? own->request(harmless_method(probe)) : tl::unexpected(own.error());
  if (red) { probe.pin_request(*red); }
  if (!reply || !reply->is_result()) { return finding; }
  return untestable("it is read, but not in a session that `Bearer` opened: auth.session.token-renewed says so");
}

const Registration kCheck{{
    .id = "auth.bearer.any-case",
    .title = "the scheme Bearer is read in any case",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-11.1",
    .consequence = "Clients that write the token_type as the token endpoint gave it, `bearer`, are locked out.",
    .fix = "Compare the scheme of Authorization without regard to case, in the server and in the authorizer before it: "
           "split at the blank and lower-case the first part.",
    .faults = {"auth.scheme-case-sensitive"},
    .fixture = "bearer",
    .wrong_credentials = 1,
    .run = run,
}};
const NotByCommand kNoCommand{"auth.bearer.any-case", "it takes the token after the scheme in small letters"};

}  // namespace
}  // namespace weir::conformance::auth_bearer_any_case
