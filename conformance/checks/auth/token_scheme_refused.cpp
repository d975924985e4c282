#include "conformance/checks/auth/token_common.hpp"

namespace weir::conformance::auth_token_scheme_refused {
namespace {

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  const auto token = bearer_token(probe);
  return all_refused(probe,
                     {{"after the scheme Basic", "Basic " + token}, {"after the scheme Digest", "Digest " + token}},
                     {400, 401});
}

const Registration kCheck{{
    .id = "auth.token.scheme-refused",
    .title = "a token after another scheme than Bearer is refused",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc6750#section-2.1",
    .consequence =
        "Hops that know the scheme handle the field otherwise than the server: caches, logs, proxies that log "
        "in by themselves.",
    .fix = "Compare the first word of Authorization with Bearer, in any case, instead of cutting off whatever stands "
           "before the blank, and answer 401 to other schemes.",
    .faults = {"token.any-scheme"},
    .fixture = "token",
    .wrong_credentials = 2,
    .run = run,
}};
const NotByCommand kNoCommand{"auth.token.scheme-refused", "it takes the token after another scheme than Bearer"};

}  // namespace
}  // namespace weir::conformance::auth_token_scheme_refused
