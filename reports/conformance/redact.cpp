#include "reports/conformance/redact.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "wire/base/text.hpp"

namespace weir::reports {
namespace {

// Of a text before it is looked through, which takes a multiple of it.
constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kNameBytes = 200;
constexpr std::size_t kSentenceBytes = 2'000;
constexpr std::size_t kCommandBytes = 16'000;
constexpr std::size_t kNames = 50;
constexpr std::size_t kLines = 100;
constexpr std::size_t kChanges = 1'000;

/// What is fit to be shown of a text. It is cut once it was redacted, so that no cut hides a secret's end from that;
/// the dots that mark an earlier cut tell the redactor of one.
class Fitter {
 public:
  explicit Fitter(const wire::Redactor& redactor) : redactor_(redactor) {}

  void name(std::string& value) const { value = wire::bounded(redactor_.text(read(value)), kNameBytes, value.size()); }
  void text(std::string& value) const {
    value = wire::bounded(redactor_.text(read(value)), kSentenceBytes, value.size());
  }
  void line(std::string& value) const {
    value = wire::bounded(redactor_.line(read(value)), kSentenceBytes, value.size());
  }
  /// A command that was cut would do something else.
  void command(std::string& value) const {
    value = value.size() <= kCommandBytes ? redactor_.command(value)
                                          : fmt::format("# the command is left out: it has {} bytes", value.size());
  }
  void names(std::vector<std::string>& values) const {
    cut(values, kNames);
    for (std::string& value : values) { name(value); }
  }
  void texts(std::vector<std::string>& values) const {
    cut(values, kLines);
    for (std::string& value : values) { text(value); }
  }
  void lines(std::vector<std::string>& values) const {
    cut(values, kLines);
    for (std::string& value : values) { line(value); }
  }

 private:
  static std::string read(const std::string& value) {
    return value.size() <= kReadBytes ? value : value.substr(0, kReadBytes) + "...";
  }
  static void cut(std::vector<std::string>& values, std::size_t max) {
    if (values.size() <= max) { return; }
    const std::string rest = fmt::format("... ({} more)", values.size() - max);
    values.resize(max);
    values.push_back(rest);
  }

  const wire::Redactor& redactor_;
};

void redact(ToolsLock& lock, const Fitter& fit) {
  fit.text(lock.path);
  if (lock.changes.size() > kChanges) {
    const std::size_t rest = lock.changes.size() - kChanges;
    lock.changes.resize(kChanges);
    lock.changes.back() = {.severity = lock.changes.back().severity,
                           .tool = "...",
                           .pointer = "",
                           .message = fmt::format("{} more changes are not listed", rest + 1)};
  }
  for (ToolChange& change : lock.changes) {
    fit.name(change.tool);
    fit.text(change.pointer);
    fit.text(change.message);
  }
}

}  // namespace

void redact(Results& results, const wire::Redactor& redactor) {
  const Fitter fit(redactor);
  for (std::string* value : {&results.target_name, &results.target_url, &results.exit_reason}) { fit.text(*value); }
  fit.texts(results.problems);
  for (EraFound& era : results.eras) {
    for (std::string* value : {&era.revision, &era.server_name, &era.server_version}) { fit.name(*value); }
    fit.names(era.capabilities);
  }
  if (results.preflight) {
    for (std::string* value : {&results.preflight->message, &results.preflight->fix}) { fit.text(*value); }
    fit.lines(results.preflight->evidence);
    fit.command(results.preflight->curl);
  }
  for (CheckResult& check : results.checks) {
    for (std::string* value : {&check.message, &check.expected, &check.hop, &check.fix}) { fit.text(*value); }
    fit.line(check.got);
    fit.command(check.curl);
    fit.lines(check.evidence);
    if (check.excused) { fit.text(check.excused->reason); }
  }
  if (results.tools_lock) { redact(*results.tools_lock, fit); }
}

}  // namespace weir::reports
