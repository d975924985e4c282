#include "conformance/ask/auth.hpp"
#include "conformance/ask/control.hpp"

namespace weir::conformance::auth_bearer_any_case {
namespace {

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  const auto in_small_letters = [&](wire::Request& request) {
    request.headers.set("Authorization", "bearer " + bearer_token(probe));
  };
  return served_as_well(probe, in_small_letters, "the scheme `bearer` in small letters");
}

const Registration kCheck{{
    .id = "auth.bearer.any-case",
    .title = "the scheme Bearer is read in any case",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-11.1",
    .consequence = "Clients that write the token_type as the token endpoint gave it, `bearer`, are locked out.",
    .faults = {"auth.scheme-case-sensitive"},
    .fixture = "bearer",
    .wrong_credentials = 1,
    .run = run,
}};
const NotByCommand kNoCommand{"auth.bearer.any-case", "it takes the token after the scheme in small letters"};

}  // namespace
}  // namespace weir::conformance::auth_bearer_any_case
