#include "reports/conformance/redact.hpp"

#include <algorithm>

namespace weir::reports {

void redact(Results& results, const wire::Redactor& redactor) {
  const auto text = [&](std::string& value) { value = redactor.text(value); };
  const auto line = [&](std::string& value) { value = redactor.line(value); };
  const auto lines = [&](std::vector<std::string>& values) { std::for_each(values.begin(), values.end(), line); };
  for (std::string* value : {&results.target_name, &results.target_url, &results.exit_reason}) { text(*value); }
  std::for_each(results.problems.begin(), results.problems.end(), text);
  for (EraFound& era : results.eras) {
    for (std::string* value : {&era.revision, &era.server_name, &era.server_version}) { text(*value); }
    std::for_each(era.capabilities.begin(), era.capabilities.end(), text);
  }
  if (results.preflight) {
    for (std::string* value : {&results.preflight->message, &results.preflight->fix}) { text(*value); }
    lines(results.preflight->evidence);
    line(results.preflight->curl);
  }
  for (CheckResult& check : results.checks) {
    for (std::string* value : {&check.message, &check.expected, &check.hop, &check.fix}) { text(*value); }
    for (std::string* value : {&check.got, &check.curl}) { line(*value); }
    lines(check.evidence);
    if (check.excused) { text(check.excused->reason); }
  }
  if (!results.tools_lock) { return; }
  text(results.tools_lock->path);
  for (ToolChange& change : results.tools_lock->changes) {
    for (std::string* value : {&change.tool, &change.pointer, &change.message}) { text(*value); }
  }
}

}  // namespace weir::reports
