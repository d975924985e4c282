#include "conformance/checks/auth/token_common.hpp"

namespace weir::conformance::auth_token_empty_refused {
namespace {

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  return all_refused(probe, {{"that is empty", "Bearer"}}, {400, 401});
}

const Registration kCheck{{
    .id = "auth.token.empty-refused",
    .title = "an empty token is refused",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"auth.invalid-token-401"},
    .source = "https://www.rfc-editor.org/rfc/rfc6750#section-3.1",
    .consequence = "Whoever forgets to set the token in a client is let in.",
    .fix = "Treat a Bearer with nothing after it as no token before any comparison, refuse to start where the expected "
           "token is unset, and answer 401.",
    .faults = {"token.empty-taken"},
    .fixture = "token",
    .wrong_credentials = 1,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_token_empty_refused
