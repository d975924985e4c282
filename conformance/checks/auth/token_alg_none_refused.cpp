#include "conformance/checks/auth/token_common.hpp"

namespace weir::conformance::auth_token_alg_none_refused {
namespace {

Finding run(Probe& probe) {
  return with_jwt(probe, [&](const wire::Jwt& jwt) {
    std::vector<Forgery> forgeries;
    for (const char* spelling : {"none", "None", "NONE", "nOnE"}) {
      json::object header = jwt.header;
      header["alg"] = spelling;
      forgeries.push_back({fmt::format("with alg \"{}\" and no signature", spelling),
                           "Bearer " + wire::encode_jwt(header, jwt.claims, "")});
    }
    return all_refused(probe, forgeries);
  });
}

const Registration kCheck{{
    .id = "auth.token.alg-none-refused",
    .title = "an unsigned token (alg none) is answered 401",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"auth.invalid-token-401", "auth.validated-before-processing"},
    .source = "https://www.rfc-editor.org/rfc/rfc8725#section-3.2",
    .consequence = "Anybody writes a token, and needs no key for it.",
    .fix = "Give the JWT verifier a fixed list of the issuer's algorithms (RS256, ES256) instead of the alg in the "
           "token's header, and answer 401 to all others.",
    .faults = {"token.alg-none-taken"},
    .fixture = "token",
    .wrong_credentials = 4,
    .run = run,
}};
const NotByCommand kNoCommand{"auth.token.alg-none-refused", "it takes a token that is made from a good one"};

}  // namespace
}  // namespace weir::conformance::auth_token_alg_none_refused
