#include "conformance/checks/auth/token_common.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::auth_token_answer_not_stored {
namespace {

bool has_directive(std::string_view list, std::string_view name) {
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    if (wire::same_ignoring_case(wire::trimmed(list.substr(begin, end - begin)), name)) { return true; }
    begin = end + 1;
  }
  return false;
}

Finding run(Probe& probe) {
  const auto answer = answer_with_token(probe);
  if (!answer) { return answer.error(); }
  const std::string control = answer->head.headers.joined("cache-control");
  if (has_directive(control, "no-store")) {
    return pass("Cache-Control: " + wire::excerpt(std::string_view(control), 80));
  }
  return fail("Cache-Control: no-store on the answer that brings a token",
              control.empty() ? "an answer with a token, and no Cache-Control"
                              : fmt::format("Cache-Control: {}", wire::excerpt(std::string_view(control), 80)))
      .at("the authorization server, or what stands before it",
          "Send Cache-Control: no-store with every answer of the token endpoint, and let no proxy replace it.");
}

const Registration kCheck{{
    .id = "auth.token.answer-not-stored",
    .title = "the answer with a token may be kept by no cache",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc6749#section-5.1",
    .consequence = "A cache or a browser on the way may keep the token, and give it to whoever asks next.",
    .fix = "Send Cache-Control: no-store with every answer of the token endpoint that holds a token, and let no proxy "
           "or framework replace it (an ETag alone forbids nothing).",
    .faults = {"openid.token-storable"},
    .fixture = "token",
    .run = run,
}};
const NotByCommand kNoCommand{"auth.token.answer-not-stored", "the request for a token holds the secret of a client"};

}  // namespace
}  // namespace weir::conformance::auth_token_answer_not_stored
