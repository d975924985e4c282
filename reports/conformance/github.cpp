#include "reports/conformance/github.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "reports/conformance/digest.hpp"
#include "reports/conformance/markdown.hpp"
#include "wire/base/files.hpp"
#include "wire/base/text.hpp"

namespace weir::reports {
namespace {

constexpr std::size_t kTextBytes = 600;  ///< Of one text: an annotation is read in passing.
constexpr std::size_t kTitleBytes = 200;

struct Annotation {
  std::string title;
  std::string message;  ///< Lines.
};

/// Bytes of an endpoint on one line, inert, and no longer than somebody reads.
std::string inert(std::string_view bytes) { return wire::bounded(wire::printable(bytes), kTextBytes); }

void add_line(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) { return; }
  if (!out.empty()) { out += '\n'; }
  out += name;
  out += inert(value);
}

Annotation annotation_of(const Row& row) {
  const CheckResult& check = row.check();
  Annotation made{.title = check.id};
  if (const std::string where = row.judged_by(); !where.empty()) { made.title += fmt::format(" ({})", where); }
  add_line(made.message, "", check.title);
  add_line(made.message, "", check.message);
  add_line(made.message, "expected ", check.expected);
  add_line(made.message, "got ", check.got);
  add_line(made.message, "hop ", check.hop);
  add_line(made.message, "fix ", check.fix);
  add_line(made.message, "", check.source);
  return made;
}

std::vector<Annotation> errors_of(const Results& results, const Digest& digest) {
  std::vector<Annotation> errors;
  if (const auto& failure = results.preflight) {
    Annotation made{.title = "Weir: " + failure->cause};
    add_line(made.message, "", failure->message);
    add_line(made.message, "fix ", failure->fix);
    return {made};
  }
  for (const Row& row : digest.failures) { errors.push_back(annotation_of(row)); }
  // A baseline or a lock may fail a run in which every check passes, and a run may not come to a verdict.
  if (errors.empty() && results.exit_code != ExitCode::good) {
    Annotation made{.title = fmt::format("Weir: {}", headline(results.exit_code))};
    add_line(made.message, "", results.exit_reason);
    for (const std::string& problem : results.problems) { add_line(made.message, "", problem); }
    errors.push_back(made);
  }
  return errors;
}

std::vector<Annotation> warnings_of(const Results& results, const Digest& digest) {
  std::vector<Annotation> warnings;
  for (const Row& row : digest.errors) { warnings.push_back(annotation_of(row)); }
  for (const Row& row : digest.warnings) { warnings.push_back(annotation_of(row)); }
  if (!results.tls_verified) {
    warnings.push_back({.title = "Weir", .message = "TLS certificates were not verified."});
  }
  return warnings;
}

void write(std::string& out, std::string_view command, std::vector<Annotation> annotations) {
  if (annotations.size() > kAnnotations) {
    Annotation rest{.title = fmt::format("Weir: {} more", annotations.size() - (kAnnotations - 1))};
    for (std::size_t i = kAnnotations - 1; i < annotations.size(); ++i) {
      add_line(rest.message, "", annotations[i].title);
    }
    annotations.resize(kAnnotations - 1);
    annotations.push_back(std::move(rest));
  }
  for (const Annotation& one : annotations) {
    fmt::format_to(std::back_inserter(out), "::{} title={}::{}\n", command,
                   escaped_property(wire::bounded(wire::printable(one.title), kTitleBytes)), escaped_data(one.message));
  }
}

std::string replaced(std::string_view text, std::string_view characters) {
  std::string out;
  for (const char c : text) {
    if (characters.find(c) == std::string_view::npos) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace

std::string escaped_data(std::string_view text) { return replaced(text, "%\r\n"); }

std::string escaped_property(std::string_view text) { return replaced(text, "%\r\n:,"); }

std::string github_annotations(const Results& results) {
  const Digest digest = reports::digest(results);
  std::string out;
  write(out, "error", errors_of(results, digest));
  write(out, "warning", warnings_of(results, digest));
  return out;
}

std::string github_summary(const Results& results, std::size_t max) {
  std::string whole = render_markdown(results);
  if (whole.size() <= max) { return whole; }
  const std::string head = render_markdown_head(results);
  const std::string note =
      "What was found is larger than GitHub shows here: write it with `--report markdown=PATH` or `html=PATH`.\n";
  return head.size() + note.size() <= max ? head + note : "";
}

tl::expected<void, std::string> append_github_summary(const Results& results, const std::string& path) {
  const auto there = wire::read_file(path, kSummaryBytes);
  if (!there) { return tl::unexpected(there.error().detail); }
  const std::size_t used = *there ? (*there)->size() : 0;
  std::ofstream file(path, std::ios::binary | std::ios::app);
  file << github_summary(results, kSummaryBytes - std::min(used, kSummaryBytes));
  file.close();
  if (!file) { return tl::unexpected(fmt::format("cannot append to {}", path)); }
  return {};
}

}  // namespace weir::reports
