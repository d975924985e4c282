// A run with one of everything, for the golden files: verdicts, eras, a baseline, a lock, and an endpoint that sends
// escape sequences, markup and bytes that are no text.
#pragma once

#include "reports/conformance/results.hpp"

namespace weir::reports {

inline CheckResult sample_check(std::string id, Verdict verdict, std::string title, std::string message) {
  CheckResult check;
  check.area = id.substr(0, id.find('.'));
  check.id = std::move(id);
  check.title = std::move(title);
  check.verdict = verdict;
  check.message = std::move(message);
  check.era = "streamable";
  check.revision = "2025-11-25";
  check.source = "https://modelcontextprotocol.io/specification/2025-11-25/basic";
  check.duration_ms = 12;
  return check;
}

inline CheckResult sample_failure() {
  CheckResult check =
      sample_check("jsonrpc.id.echoed", Verdict::fail, "a response carries the id of its request, type included",
                   "the id came as a string");
  check.expected = "\"id\": 7";
  check.got = "\"id\": \"7\"";
  check.consequence = "Clients match answers by id: an answer under another id is lost.";
  check.requirements = {"jsonrpc.response-id-echo", "jsonrpc.id-type"};
  check.evidence = {"> POST /mcp HTTP/1.1", "> Authorization: Bearer ***", "< HTTP/1.1 200 OK",
                    "< {\"jsonrpc\":\"2.0\",\"id\":\"7\",\"result\":{}}"};
  check.curl = "curl -sS -H 'Authorization: Bearer ***' -d '{\"id\":7}' https://mcp.example.com/mcp";
  check.duration_ms = 31;
  return check;
}

inline CheckResult hostile_failure() {
  CheckResult check = sample_check("lifecycle.server-info.named", Verdict::fail, "the server names itself", "");
  check.era = "stateless";
  check.revision = "2026-07-28";
  check.expected = "a name of printable characters";
  check.endpoint = "admin";
  check.fix = "Change `this` | *that* </failure>\x1b[1m.";
  constexpr char kHostile[] =
      "\x1b[2J\x1b[31mowned\x07 </failure><script>alert(1)</script> | `rm` ``` @somebody ]]> &amp; \xff\xfe "
      "\xe2\x80\xae txt.exe\r\n## [head](http://evil.example) \xc2\x9b[1m\b\x01\0end";
  check.got = std::string(kHostile, sizeof kHostile - 1);
  check.evidence = {check.got, "```\n</details>"};
  check.curl = "curl -sS 'https://mcp.example.com/a|b`c`'";
  return check;
}

inline CheckResult excused(CheckResult check, std::string reason, std::string expires) {
  check.excused = Excused{std::move(reason), std::move(expires)};
  return check;
}

inline Results sample_results() {
  Results results;
  results.tool_version = "0.1.0";
  results.started_at = "2026-01-02T03:04:05Z";
  results.duration_ms = 1834;
  results.target_name = "payments-staging";
  results.target_url = "https://mcp.example.com/mcp";
  results.checkset = "2026.1";
  results.tls_verified = false;
  results.eras = {{"streamable", "2025-11-25", "acme-mcp", "1.4.2", {"tools", "resources"}, 12, "", {"2025-06-18"}},
                  {"stateless", "2026-07-28", "acme\x1b[1m<b>", "2", {"tools"}, 1, "admin"}};
  results.checks = {
      sample_check("http.accept.both", Verdict::pass, "a POST may be answered in either media type",
                   "answered with application/json"),
      excused(sample_check("http.origin.checked", Verdict::fail, "a foreign Origin is refused with 403", "200 OK"),
              "behind the gateway, WEIR-12", "2026-12-31"),
      sample_failure(),
      hostile_failure(),
      sample_check("resources.list.paged", Verdict::not_applicable, "a list can be paged",
                   "the server declares no resources"),
      sample_check("sse.heartbeat.sent", Verdict::warn, "an idle stream shows life", "no byte for 30 s"),
      excused(sample_check("sse.retry.sane", Verdict::warn, "retry is between 100 ms and 60 s", "retry: 5"), "known",
              ""),
      sample_check("stream.resume.replays", Verdict::untestable, "Last-Event-ID replays what was missed",
                   "no event carried an id"),
      sample_check("tools.call.answers", Verdict::error, "a safe tool answers", "internal: no free port"),
  };
  results.checks[5].level = Level::should;
  results.checks[5].expected = "a comment or an event within 24 s";
  results.checks[5].got = "silence";
  results.checks[5].hop = "ALB, 60 s";
  results.checks[5].fix = "Raise idle_timeout.timeout_seconds of the load balancer, or send a comment every 24 s.";
  results.checks[5].revisions = {"2025-11-25", "2025-06-18"};
  results.checks[6].level = Level::may;
  results.checks[0].era.clear();
  results.checks[0].revision.clear();
  results.tools_lock = ToolsLock{"tools.lock.json",
                                 false,
                                 "breaking",
                                 {{"breaking", "search", "/inputSchema/required/1", "'limit' is required now"},
                                  {"additive", "ping", "", "is new"}}};
  results.problems = {"baseline: 'http.get.sse' passes now, remove its entry"};
  results.summary = summarize(results.checks);
  results.exit_code = ExitCode::target_fails;
  results.exit_reason = "2 checks failed.";
  return results;
}

inline Results sample_preflight() {
  Results results;
  results.tool_version = "0.1.0";
  results.started_at = "2026-01-02T03:04:05Z";
  results.duration_ms = 41;
  results.target_name = "payments-staging";
  results.target_url = "https://mcp.example.com/mcp";
  results.preflight = PreflightFailure{"no-healthy-target",
                                       "The load balancer answered 503 <html>.",
                                       "Wait until a target is healthy, or look at its health check.",
                                       {"< HTTP/1.1 503 Service Temporarily Unavailable", "< Server: awselb/2.0"},
                                       "curl -sS -i https://mcp.example.com/mcp"};
  results.exit_code = ExitCode::unreachable;
  results.exit_reason = "The endpoint could not be reached.";
  return results;
}

}  // namespace weir::reports
