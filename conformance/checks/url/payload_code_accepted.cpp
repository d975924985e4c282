#include "conformance/ask/url.hpp"

namespace weir::conformance::url_payload_code_accepted {
namespace {

/// Harmless, and what the managed rules of web firewalls take for attacks: people talk about code with their tools.
constexpr const char* kCode =
    "<script>alert(1)</script> ' OR 1=1; SELECT * FROM users UNION SELECT password -- ../../etc/passwd "
    "${jndi:ldap://x}";

bool is_block(const wire::Exchange& answer) {
  const int status = answer.head.status;
  const bool page = wire::media_type(answer.head.headers.get("content-type")) == "text/html";
  return status == 403 || status == 406 || status == 429 || (page && status >= 400);
}

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue& dialogue = shared->get();
  const auto ask = [&](const char* text) {
    json::object params;
    params["_meta"] = {{"weir/text", text}};
    const json::value id(dialogue.fresh_id("weir-payload"));
    return probe.send(dialogue.make_post(call_body(probe, id, harmless_method(probe), std::move(params))));
  };
  const auto plain = ask("plain words");
  if (!plain || !plain->ok()) {
    return untestable("plain words are not answered either: " + (plain ? describe(*plain) : plain.error().detail));
  }
  const auto code = ask(kCode);
  if (!code) {
    return fail("an answer as to plain words", code.error().detail)
        .at("web firewall", "Exempt the MCP path from the rules that look for attacks in bodies.");
  }
  if (is_block(*code)) {
    const auto finding = fail("an answer as to plain words", describe(*code));
    return Finding(finding).at(code->head.headers.get("server").starts_with("CloudFront") ? "AWS WAF on CloudFront"
                               : code->head.headers.get("server").starts_with("awselb/")  ? "AWS WAF on the ALB"
                                                                                          : "web firewall",
                               "Exempt the MCP path from the rules that look for attacks in bodies (AWS: SQLi, XSS, "
                               "LFI, SizeRestrictions of the managed rule groups).");
  }
  return pass(describe(*code));
}

const Registration kCheck{{
    .id = "url.payload.code-accepted",
    .title = "a message that holds code gets the same answer as one that holds words",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html",
    .consequence = "A web firewall blocks what looks like code: calls fail with an HTML page as soon as people work on "
                   "programs.",
    .fix = "Exempt the MCP path from just those firewall rules that look for attacks in bodies (AWS managed groups: "
           "SQLi, XSS, LFI, body size), and keep the others.",
    .faults = {"url.waf-blocks-code"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::url_payload_code_accepted
