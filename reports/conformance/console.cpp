#include "reports/conformance/console.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "reports/draw/paint.hpp"
#include "wire/base/text.hpp"

namespace weir::reports {
namespace {

struct Label {
  std::string_view text;
  Colour colour;
};

Label label_of(const CheckResult& check) {
  const bool bad = check.verdict == Verdict::fail || check.verdict == Verdict::warn;
  if (bad && check.excused) { return {"excused", Colour::dim}; }
  switch (check.verdict) {
    case Verdict::pass:
      return {"pass", Colour::green};
    case Verdict::fail:
      return {"FAIL", Colour::red};
    case Verdict::warn:
      return {"warn", Colour::yellow};
    case Verdict::not_applicable:
      return {"n/a", Colour::dim};
    case Verdict::untestable:
      return {"untestable", Colour::dim};
    case Verdict::error:
      return {"ERROR", Colour::magenta};
  }
  return {"ERROR", Colour::magenta};
}

bool is_unasked(const CheckResult& check) {
  return check.verdict == Verdict::not_applicable || check.verdict == Verdict::untestable;
}

class Writer {
 public:
  explicit Writer(const ConsoleOptions& options) : options_(options) {}

  std::string take() { return std::move(out_); }
  /// However quiet: a run that verified nothing must not look like one that did.
  void unverified(const Results& results);
  void head(const Results& results);
  void checks(const Results& results);
  void preflight(const Results& results);
  void tools_lock(const ToolsLock& lock);
  void end(const Results& results);

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }
  std::string painted(std::string_view text, Colour colour) const {
    return options_.colour ? reports::painted(text, colour) : std::string(text);
  }
  std::string padded(const Label& label) const {
    return painted(label.text, label.colour) + std::string(10 - label.text.size(), ' ');
  }
  void detail(std::string_view name, std::string_view value) {
    if (!value.empty()) { line("              {:<9} {}", name, wire::printable(value)); }
  }
  void area(const Results& results, std::string_view name);
  void check(const CheckResult& check, bool strict);
  void unasked(const Results& results, const CheckResult& one);

  const ConsoleOptions& options_;
  std::string out_;
};

void Writer::unverified(const Results& results) {
  if (!results.tls_verified) { line("  {}", painted("TLS certificates were not verified", Colour::yellow)); }
}

void Writer::head(const Results& results) {
  if (options_.quiet) { return unverified(results); }
  line("{}  {}", painted(wire::printable(results.target_name), Colour::bold), wire::printable(results.target_url));
  for (const EraFound& era : results.eras) {
    std::string text = wire::printable(describe_eras({era}));
    if (!era.server_name.empty()) { text += wire::printable("  " + era.server_name + " " + era.server_version); }
    if (!era.capabilities.empty()) {
      text += "  " + wire::printable(fmt::format("{}", fmt::join(era.capabilities, ", ")));
    }
    if (era.tools >= 0) { text += fmt::format("  {} tool{}", era.tools, era.tools == 1 ? "" : "s"); }
    line("  {}", text);
  }
  unverified(results);
}

void Writer::check(const CheckResult& check, bool strict) {
  const bool loud = is_failure(check, strict) || check.verdict == Verdict::error;
  const bool shows_why = loud || (check.verdict == Verdict::warn && !check.excused);
  if (options_.quiet && !loud) { return; }
  const std::string said = check.message.empty() || shows_why ? check.title : check.message;
  std::string where = judged_by(check);
  if (shows_why) { where = std::string(to_string(check.level)) + (where.empty() ? "" : ", " + where); }
  line("  {}  {}  {}{}", padded(label_of(check)), wire::printable(check.id), wire::printable(said),
       where.empty() ? "" : painted("  [" + wire::printable(where) + "]", Colour::dim));
  if (check.excused) {
    std::string reason = check.excused->reason;
    if (!check.excused->expires.empty()) { reason += " (until " + check.excused->expires + ")"; }
    detail("because", reason);
  }
  if (!shows_why) { return; }
  if (check.expected.empty()) { detail("seen", check.message); }
  detail("expected", check.expected);
  detail("got", check.got);
  detail("hop", check.hop);
  detail("fix", check.fix);
  detail("rule", fmt::format("{}", fmt::join(check.requirements, ", ")));
  detail("source", check.source);
  detail("hurts", check.consequence);
  detail("again", check.curl);
}

void Writer::area(const Results& results, std::string_view name) {
  if (options_.verbose) { return line("\n{}", painted(wire::printable(name), Colour::bold)); }
  const auto passed = std::count_if(results.checks.begin(), results.checks.end(), [&](const CheckResult& one) {
    return one.area == name && one.verdict == Verdict::pass;
  });
  line("{}: {} passed", painted(wire::printable(name), Colour::bold), passed);
}

/// Three or more of an area that were not asked for the same reason are one line, at the place of the first.
void Writer::unasked(const Results& results, const CheckResult& one) {
  const auto alike = [&](const CheckResult& other) {
    return other.area == one.area && other.verdict == one.verdict && other.message == one.message &&
           judged_by(other) == judged_by(one);
  };
  const auto& all = results.checks;
  const auto count = std::count_if(all.begin(), all.end(), alike);
  if (count < 3) { return check(one, results.strict); }
  if (&*std::find_if(all.begin(), all.end(), alike) != &one) { return; }
  CheckResult first = one;
  first.id = fmt::format("{} and {} more", one.id, count - 1);
  check(first, results.strict);
}

void Writer::checks(const Results& results) {
  if (!results.checks.empty() && !options_.quiet && !options_.verbose) { line(""); }
  std::string_view last;
  for (const CheckResult& one : results.checks) {
    if (one.area != last && !options_.quiet) { area(results, one.area); }
    last = one.area;
    if (!options_.verbose && is_unasked(one)) {
      unasked(results, one);
    } else if (options_.verbose || one.verdict != Verdict::pass) {
      check(one, results.strict);
    }
  }
  if (!results.checks.empty() && !options_.quiet) { line(""); }
}

void Writer::tools_lock(const ToolsLock& lock) {
  if (options_.quiet && lock.changes.empty()) { return; }
  line("Tools: {}, {}", wire::printable(lock.path),
       lock.written           ? "written in this run"
       : lock.changes.empty() ? "no change"
                              : fmt::format("fails from '{}' on", wire::printable(lock.gate)));
  for (const ToolChange& change : lock.changes) {
    line("  {:<10}  {}{}  {}", wire::printable(change.severity), wire::printable(change.tool),
         wire::printable(change.pointer), wire::printable(change.message));
  }
}

void Writer::preflight(const Results& results) {
  const PreflightFailure& failure = *results.preflight;
  line("Conformance: {}  {}  {}: {}", painted(headline(results.exit_code), colour_of(results.exit_code)),
       wire::printable(results.target_url), wire::printable(failure.cause), wire::printable(failure.message));
  if (!failure.fix.empty()) { line("  fix    {}", wire::printable(failure.fix)); }
  if (options_.quiet) { return; }
  for (const std::string& evidence : failure.evidence) { line("  seen   {}", wire::printable(evidence)); }
  if (!failure.curl.empty()) { line("  again  {}", wire::printable(failure.curl)); }
}

void Writer::end(const Results& results) {
  for (const std::string& problem : results.problems) {
    line("{} {}", painted("Problem:", Colour::yellow), wire::printable(problem));
  }
  // What a good target is that is no MCP endpoint, nothing else says.
  const bool plain = !results.eras.empty() && results.eras.front().era == "none";
  const bool telling = results.exit_code != ExitCode::good || plain;
  if (telling && !results.exit_reason.empty()) { line("{}", wire::printable(results.exit_reason)); }
  const std::string summary = summary_line(results);
  const std::string_view word = headline(results.exit_code);
  const std::size_t at = summary.find(word);
  line("{}{}{}", summary.substr(0, at), painted(word, colour_of(results.exit_code)), summary.substr(at + word.size()));
}

}  // namespace

std::string summary_line(const Results& results) {
  const Summary& sum = results.summary;
  std::string out = fmt::format("Conformance: {}  {} pass  {} fail  {} warn", headline(results.exit_code), sum.pass,
                                sum.fail, sum.warn);
  if (sum.excused > 0) { out += fmt::format(" ({} excused)", sum.excused); }
  out += fmt::format("  {} not applicable  {} untestable", sum.not_applicable, sum.untestable);
  if (sum.error > 0) { out += fmt::format("  {} error{}", sum.error, sum.error == 1 ? "" : "s"); }
  if (!results.eras.empty()) { out += fmt::format("  ({})", wire::printable(describe_eras(results.eras))); }
  return out + "  " + wire::readable_time(results.duration_ms);
}

std::string render_console(const Results& results, const ConsoleOptions& options) {
  Writer writer(options);
  if (results.preflight) {
    writer.preflight(results);
    return writer.take();
  }
  writer.head(results);
  writer.checks(results);
  if (results.tools_lock) { writer.tools_lock(*results.tools_lock); }
  writer.end(results);
  return writer.take();
}

}  // namespace weir::reports
