#include "conformance/catalogue/failure_modes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::conformance {

namespace {

constexpr std::size_t kColumns = 4;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) { return parts; }
    text.remove_prefix(at + 1);
  }
}

tl::unexpected<wire::Error> bad_line(std::size_t number, std::string_view what) {
  return wire::fail(wire::ErrorCode::bad_input, fmt::format("failure_modes.tsv:{}: {}", number, what));
}

wire::Result<FailureMode> parse_line(std::string_view line, std::size_t number) {
  const auto columns = split(line, '\t');
  if (columns.size() != kColumns) {
    return bad_line(number, fmt::format("has {} columns instead of {}", columns.size(), kColumns));
  }
  FailureMode mode{.id = columns[0], .name = columns[1], .proofs = {}, .reason = columns[3]};
  for (const std::string& proof : columns[2].empty() ? std::vector<std::string>{} : split(columns[2], ' ')) {
    const std::size_t colon = proof.find(':');
    if (colon == std::string::npos) { return bad_line(number, fmt::format("'{}' is no check:fault", proof)); }
    mode.proofs.push_back({proof.substr(0, colon), proof.substr(colon + 1)});
  }
  if (mode.id.empty() || mode.name.empty() || mode.proofs.empty() == mode.reason.empty()) {
    return bad_line(number, "must have an id, a name, and either proofs or a reason");
  }
  return mode;
}

/// Each once, in their order.
std::string cell(const std::vector<Proof>& proofs, std::string Proof::* member) {
  std::vector<std::string> seen;
  for (const Proof& proof : proofs) {
    if (std::find(seen.begin(), seen.end(), proof.*member) == seen.end()) { seen.push_back(proof.*member); }
  }
  return seen.empty() ? "" : fmt::format("`{}`", fmt::join(seen, "` `"));
}

}  // namespace

wire::Result<std::vector<FailureMode>> parse_failure_modes(std::string_view tsv) {
  std::vector<FailureMode> modes;
  std::size_t number = 0;
  for (const std::string& line : split(tsv, '\n')) {
    if (++number == 1 || line.empty()) {
      continue;  // The head, and the end of the file.
    }
    auto mode = parse_line(line, number);
    if (!mode) { return tl::unexpected(mode.error()); }
    modes.push_back(*std::move(mode));
  }
  return modes;
}

void leave_proofs_by(const std::vector<std::string>& checks, std::vector<FailureMode>& modes) {
  for (FailureMode& mode : modes) {
    const bool proved = !mode.proofs.empty();
    std::erase_if(mode.proofs, [&](const Proof& proof) {
      return std::find(checks.begin(), checks.end(), proof.check) == checks.end();
    });
    if (proved && mode.proofs.empty()) { mode.reason = "The check came after this set of checks."; }
  }
}

std::string failure_modes_markdown(const std::vector<FailureMode>& modes) {
  const auto detected =
      std::count_if(modes.begin(), modes.end(), [](const FailureMode& mode) { return !mode.proofs.empty(); });
  std::string out = fmt::format(
      "# Failures of deployed endpoints\n\n"
      "Written by `weir-conformance --list --failure-modes`. {} of {} are detected by name: the fault is one of the\n"
      "fixture, and the kill matrix holds that it turns the check red.\n\n"
      "| | Failure | Fault | Check |\n|---|---|---|---|\n",
      detected, modes.size());
  for (const FailureMode& mode : modes) {
    out += mode.proofs.empty() ? fmt::format("| {} | {} | | {} |\n", mode.id, mode.name, mode.reason)
                               : fmt::format("| {} | {} | {} | {} |\n", mode.id, mode.name,
                                             cell(mode.proofs, &Proof::fault), cell(mode.proofs, &Proof::check));
  }
  return out;
}

}  // namespace weir::conformance
