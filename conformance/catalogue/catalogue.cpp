#include <cstdio>
#include <cstdlib>

#include "conformance/check.hpp"

namespace weir::conformance {

namespace {

std::vector<CheckInfo>& checks() {
  static std::vector<CheckInfo> all;
  return all;
}

std::map<std::string, std::string, std::less<>>& reasons() {
  static std::map<std::string, std::string, std::less<>> all;
  return all;
}

bool is_kebab(std::string_view segment) {
  char before = '-';
  for (char c : segment) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!word && (c != '-' || before == '-')) { return false; }
    before = c;
  }
  return before != '-';
}

bool is_check_id(std::string_view id) {
  int segments = 0;
  for (;;) {
    const auto dot = id.find('.');
    if (!is_kebab(id.substr(0, dot))) { return false; }
    ++segments;
    if (dot == std::string_view::npos) { return segments == 3; }
    id.remove_prefix(dot + 1);
  }
}

bool is_revision_or_empty(const std::string& revision) {
  return revision.empty() || wire::mcp::is_known_revision(revision);
}

}  // namespace

bool EraSet::has(Era era) const {
  switch (era) {
    case Era::none:
      return empty();
    case Era::http_sse:
      return http_sse;
    case Era::streamable:
      return streamable;
    case Era::stateless:
      return stateless;
  }
  return false;
}

Finding pass(std::string message) { return {reports::Verdict::pass, std::move(message), {}, {}}; }
Finding fail(std::string expected, std::string got) {
  std::string message = "expected " + expected + ", got " + got;
  return {reports::Verdict::fail, std::move(message), std::move(expected), std::move(got)};
}
Finding Finding::at(std::string which_hop, std::string what_to_change) && {
  hop = std::move(which_hop);
  fix = std::move(what_to_change);
  return std::move(*this);
}
Finding not_applicable(std::string why) { return {reports::Verdict::not_applicable, std::move(why), {}, {}}; }
Finding untestable(std::string why) { return {reports::Verdict::untestable, std::move(why), {}, {}}; }

std::string why_invalid(const CheckInfo& info) {
  if (!is_check_id(info.id)) { return "the id is not of the form area.object.rule in kebab-case"; }
  if (info.title.empty()) { return "it has no title"; }
  if (info.source.empty()) { return "it names no source"; }
  if (info.faults.empty()) { return "no fault turns it red"; }
  if (info.run == nullptr) { return "it has nothing to run"; }
  if (!is_revision_or_empty(info.since) || !is_revision_or_empty(info.until)) {
    return "since or until is no revision";
  }
  if (!info.fixture.empty() && !is_kebab(info.fixture)) { return "its fixture is no name in kebab-case"; }
  for (const auto& era : info.fault_eras) {
    const auto parsed = wire::mcp::parse_era(era);
    if (!parsed || !info.eras.has(*parsed)) { return "fault_eras names \"" + era + "\", where it does not run"; }
  }
  for (const auto& [fault, revision, reason] : info.shown_since) {
    const bool known = fault.empty() || std::find(info.faults.begin(), info.faults.end(), fault) != info.faults.end();
    if (!known) { return "shown_since names \"" + fault + "\", which is none of its faults"; }
    if (!wire::mcp::is_known_revision(revision)) { return "shown_since names no revision"; }
    if (reason.empty()) { return "shown_since gives no reason"; }
  }
  return {};
}

std::vector<std::string_view> revisions_of(const CheckInfo& info, Era era) {
  std::vector<std::string_view> held;
  if (info.eras.empty() || !info.eras.has(era)) { return held; }
  for (const std::string_view revision : wire::mcp::revisions_of(era)) {
    const bool begun = info.since.empty() || revision >= info.since;
    if (begun && (info.until.empty() || revision <= info.until)) { held.push_back(revision); }
  }
  return held;
}

Registration::Registration(CheckInfo info) {
  std::string why = why_invalid(info);
  auto& all = checks();
  const auto place = std::lower_bound(all.begin(), all.end(), info.id,
                                      [](const CheckInfo& check, const std::string& id) { return check.id < id; });
  if (why.empty() && place != all.end() && place->id == info.id) { why = "another check has this id"; }
  if (!why.empty()) {
    std::fprintf(stderr, "weir: check '%s' cannot be registered: %s\n", info.id.c_str(), why.c_str());
    std::abort();
  }
  all.insert(place, std::move(info));
}

NotByCommand::NotByCommand(std::string id, std::string why) { reasons().emplace(std::move(id), std::move(why)); }

const std::vector<CheckInfo>& catalogue() { return checks(); }

const CheckInfo* find_check(std::string_view id) {
  const auto& all = checks();
  const auto found = std::find_if(all.begin(), all.end(), [&](const CheckInfo& check) { return check.id == id; });
  return found == all.end() ? nullptr : &*found;
}

const std::map<std::string, std::string, std::less<>>& not_by_command() { return reasons(); }

}  // namespace weir::conformance
