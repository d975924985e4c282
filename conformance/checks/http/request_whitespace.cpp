#include "conformance/ask/control.hpp"

namespace weir::conformance::http_request_whitespace {
namespace {

/// The same JSON with a line end and blanks behind each comma and opening bracket that is no part of a string.
std::string on_several_lines(std::string_view compact, std::string_view line_end) {
  std::string out;
  bool in_text = false, escaped = false;
  for (const char c : compact) {
    out += c;
    if (c == '"' && !escaped) { in_text = !in_text; }
    escaped = in_text && c == '\\' && !escaped;
    if (!in_text && (c == '{' || c == '[' || c == ',')) { (out += line_end) += "  "; }
  }
  return out;
}

Finding run(Probe& probe) {
  for (const auto& [line_end, name] : {std::pair{"\n", "LF"}, std::pair{"\r\n", "CR LF"}}) {
    const auto dress = fmt::format("JSON on several lines ({} between members)", name);
    Finding finding = served_as_well(
        probe, [&](wire::Request& request) { request.body = on_several_lines(request.body, line_end); }, dress);
    if (finding.verdict == reports::Verdict::fail) {
      return std::move(finding).at("server, or the gateway before it",
                                   "Read the whole body as JSON: a gateway that copies it into a header, or a server "
                                   "that reads a line, breaks at its first line end.");
    }
    if (finding.verdict != reports::Verdict::pass) { return finding; }
  }
  return pass("with LF and with CR LF between members");
}

const Registration kCheck{{
    .id = "http.request.whitespace",
    .title = "a request whose JSON stands on several lines is read as on one",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .source = "https://www.rfc-editor.org/rfc/rfc8259#section-2",
    .consequence = "Clients that indent their JSON, and whoever tries the endpoint by hand, are refused without a "
                   "reason that they could see.",
    .fix = "Parse the whole body as JSON at server and gateway; hand no raw body to auth_request or a script in a "
           "header, where a line end breaks the request.",
    .faults = {"http.indented-json-refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_request_whitespace
