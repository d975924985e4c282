#include "reports/conformance/json.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "reports/draw/json_values.hpp"
#include "wire/json/pretty_json.hpp"

namespace weir::reports {
namespace {

namespace json = boost::json;

json::object era_json(const EraFound& era) {
  return {{"era", text(era.era)},
          {"revision", text(era.revision)},
          {"server_name", text(era.server_name)},
          {"server_version", text(era.server_version)},
          {"capabilities", texts(era.capabilities)},
          {"tools", era.tools < 0 ? json::value(nullptr) : json::value(era.tools)},
          {"older_revisions", texts(era.older_revisions)},
          {"endpoint", or_null(era.endpoint)}};
}

json::object check_json(const CheckResult& check) {
  json::object out{{"id", text(check.id)},
                   {"title", text(check.title)},
                   {"area", text(check.area)},
                   {"level", to_string(check.level)},
                   {"endpoint", or_null(check.endpoint)},
                   {"era", or_null(check.era)},
                   {"revision", or_null(check.revision)},
                   {"revisions", texts(revisions_of(check))},
                   {"verdict", to_string(check.verdict)},
                   {"message", text(check.message)},
                   {"expected", text(check.expected)},
                   {"got", text(check.got)},
                   {"hop", or_null(check.hop)},
                   {"fix", or_null(check.fix)},
                   {"consequence", text(check.consequence)},
                   {"requirements", texts(check.requirements)},
                   {"source", text(check.source)},
                   {"evidence", texts(check.evidence)},
                   {"curl", text(check.curl)}};
  out["excused"] = nullptr;
  if (check.excused) {
    out["excused"] = {{"reason", text(check.excused->reason)}, {"expires", or_null(check.excused->expires)}};
  }
  out["duration_ms"] = check.duration_ms;
  return out;
}

json::value preflight_json(const std::optional<PreflightFailure>& preflight) {
  if (!preflight) { return nullptr; }
  return {{"cause", text(preflight->cause)},
          {"message", text(preflight->message)},
          {"fix", text(preflight->fix)},
          {"evidence", texts(preflight->evidence)},
          {"curl", text(preflight->curl)}};
}

json::value tools_lock_json(const std::optional<ToolsLock>& lock) {
  if (!lock) { return nullptr; }
  json::array changes;
  for (const ToolChange& change : lock->changes) {
    changes.push_back({{"severity", text(change.severity)},
                       {"tool", text(change.tool)},
                       {"pointer", text(change.pointer)},
                       {"message", text(change.message)}});
  }
  return {{"path", text(lock->path)}, {"written", lock->written}, {"gate", text(lock->gate)}, {"changes", changes}};
}

json::object report_json(const Results& results) {
  json::array eras, revisions, checks;
  for (const EraFound& era : results.eras) {
    eras.push_back(era_json(era));
    if (!era.revision.empty()) { revisions.push_back(text(era.revision)); }
  }
  for (const CheckResult& check : results.checks) { checks.push_back(check_json(check)); }
  return {{"schema_version", kResultsSchemaVersion},
          {"tool_version", text(results.tool_version)},
          {"started_at", text(results.started_at)},
          {"duration_ms", results.duration_ms},
          {"target", {{"name", text(results.target_name)}, {"url", text(results.target_url)}}},
          {"checkset", or_null(results.checkset)},
          {"strict", results.strict},
          {"tls_verified", results.tls_verified},
          {"era", or_null(results.eras.empty() ? "" : results.eras.front().era)},
          {"eras", std::move(eras)},
          {"revisions", std::move(revisions)},
          {"summary", summary_json(results.summary)},
          {"exit_code", static_cast<int>(results.exit_code)},
          {"exit_reason", text(results.exit_reason)},
          {"preflight", preflight_json(results.preflight)},
          {"problems", texts(results.problems)},
          {"tools_lock", tools_lock_json(results.tools_lock)},
          {"checks", std::move(checks)}};
}

}  // namespace

json::object summary_json(const Summary& sum) {
  return {{"pass", sum.pass},
          {"fail", sum.fail},
          {"warn", sum.warn},
          {"not_applicable", sum.not_applicable},
          {"untestable", sum.untestable},
          {"error", sum.error},
          {"excused", sum.excused}};
}

std::string render_json(const Results& results) { return wire::pretty_json(report_json(results)); }

}  // namespace weir::reports
