#include "conformance/tools_lock/tools_lock.hpp"

#include "reports/conformance/writers.hpp"
#include "wire/base/files.hpp"
#include "wire/json/pretty_json.hpp"

namespace weir::conformance {

namespace {

constexpr int kLockVersion = 1;
constexpr std::size_t kLockBytes = 32 * 1024 * 1024;

/// Two spaces a level, members sorted: a change of a tool is a change of its lines.
void write_indented(const json::value& value, std::string& out, std::size_t depth) {
  const std::string inner(2 * (depth + 1), ' '), outer(2 * depth, ' ');
  if (const auto* object = value.if_object(); object && !object->empty()) {
    std::map<std::string_view, const json::value*> sorted;
    for (const auto& member : *object) { sorted.emplace(member.key(), &member.value()); }
    out += "{\n";
    for (std::string_view comma; const auto& [key, member] : sorted) {
      out += fmt::format("{}{}{}: ", comma, inner, json::serialize(json::string(key)));
      write_indented(*member, out, depth + 1);
      comma = ",\n";
    }
    out += "\n" + outer + "}";
  } else if (const auto* array = value.if_array(); array && !array->empty()) {
    out += "[\n";
    for (std::string_view comma; const auto& item : *array) {
      out += fmt::format("{}{}", comma, inner);
      write_indented(item, out, depth + 1);
      comma = ",\n";
    }
    out += "\n" + outer + "]";
  } else {
    out += json::serialize(value);
  }
}

/// Every string and every name of a member.
json::value redacted(const json::value& value, const wire::Redactor& redactor) {
  if (const auto* text = value.if_string()) { return json::string(redactor.text(*text)); }
  if (const auto* array = value.if_array()) {
    json::array out;
    for (const auto& item : *array) { out.push_back(redacted(item, redactor)); }
    return out;
  }
  const auto* object = value.if_object();
  if (!object) { return value; }
  json::object out;
  for (const auto& member : *object) { out[redactor.text(member.key())] = redacted(member.value(), redactor); }
  return out;
}

bool has_tools(const Survey& survey) { return survey.declares("tools") && !survey.list_error; }

/// The survey to compare with an entry: of the same era, else of the newest.
const Survey* comparable(const std::vector<Survey>& surveys, const LockedTools* locked) {
  const Survey* best = nullptr;
  for (const auto& survey : surveys) {
    if (locked && to_string(survey.era) == locked->era) { return &survey; }
    // Of eras that are new to the lock, one that lists tools is worth more than one that does not.
    if (!best || std::pair(has_tools(survey), survey.revision) > std::pair(has_tools(*best), best->revision)) {
      best = &survey;
    }
  }
  return best;
}

bool reaches(std::string_view severity, Severity gate) {
  for (Severity each : {Severity::additive, Severity::risky, Severity::breaking}) {
    if (severity == to_string(each)) { return each >= gate; }
  }
  return true;
}

}  // namespace

wire::Result<LockFile> parse_lock(std::string_view text, std::string_view file_name) {
  const auto bad = [&](std::string_view what) {
    return wire::fail(wire::ErrorCode::bad_input,
                      fmt::format("{} is no tools lock: {}; remove it to start anew", file_name, what));
  };
  const auto parsed = wire::parse_json(text);
  if (!parsed) { return bad(parsed.error().detail); }
  if (wire::as_integer(wire::find(parsed->value, "tools_lock_version")) != kLockVersion) {
    return bad(fmt::format("tools_lock_version is not {}", kLockVersion));
  }
  const auto* targets = wire::as_object(wire::find(parsed->value, "targets"));
  if (!targets) { return bad("it has no targets"); }
  LockFile lock;
  for (const auto& [key, entry] : *targets) {
    const auto* tools = wire::as_object(wire::find(entry, "tools"));
    if (!tools) { return bad(fmt::format("target '{}' has no tools", std::string_view(key))); }
    LockedTools& locked = lock.targets[std::string(key)];
    locked.era = wire::string_or(entry, "era", "");
    locked.revision = wire::string_or(entry, "revision", "");
    for (const auto& [name, tool] : *tools) {
      const auto* object = wire::as_object(&tool);
      if (!object) { return bad(fmt::format("tool '{}' is no object", std::string_view(name))); }
      locked.tools.emplace(name, *object);
    }
  }
  return lock;
}

std::string write_lock(const LockFile& lock) {
  json::object targets;
  for (const auto& [name, locked] : lock.targets) {
    json::object tools;
    for (const auto& [tool, surface] : locked.tools) { tools.emplace(tool, surface); }
    targets.emplace(name,
                    json::object{{"era", locked.era}, {"revision", locked.revision}, {"tools", std::move(tools)}});
  }
  std::string out;
  write_indented(json::object{{"tools_lock_version", kLockVersion}, {"targets", std::move(targets)}}, out, 0);
  return wire::inert_json(out) + "\n";
}

LockedTools lock_of(const Survey& survey, const wire::Redactor& redactor) {
  LockedTools locked{.era = std::string(to_string(survey.era)), .revision = survey.revision, .tools = {}};
  for (const auto& tool : survey.tools) {
    if (const auto* object = wire::as_object(&tool)) {
      locked.tools.insert_or_assign(redactor.text(wire::string_or(tool, "name", "")),
                                    redacted(surface_of(*object), redactor).as_object());
    }
  }
  return locked;
}

wire::Result<LockOutcome> guard_tools(const ToolsLockOptions& options, const std::vector<Survey>& surveys,
                                      const wire::Redactor& redactor) {
  LockOutcome outcome;
  outcome.report.path = options.path;
  outcome.report.gate = to_string(options.gate);
  const auto text = wire::read_file(options.path, kLockBytes);
  if (!text) { return tl::unexpected(text.error()); }
  LockFile lock;
  if (*text) {
    auto parsed = parse_lock(**text, options.path);
    if (!parsed) { return tl::unexpected(parsed.error()); }
    lock = std::move(*parsed);
  }
  const auto entry = lock.targets.find(options.target);
  const LockedTools* locked = entry == lock.targets.end() ? nullptr : &entry->second;
  const Survey* survey = comparable(surveys, locked);
  if (!survey || survey->list_error) {
    outcome.problem = fmt::format("the tools lock {} was not compared: {}", options.path,
                                  survey ? survey->list_error->detail : "no era could be surveyed");
    return outcome;
  }
  LockedTools now = lock_of(*survey, redactor);
  if (locked) { outcome.report.changes = diff_tools(locked->tools, now.tools); }
  if (!locked || options.accept) {
    lock.targets.insert_or_assign(options.target, std::move(now));
    if (auto written = wire::write_file(options.path, write_lock(lock)); !written) {
      return wire::fail(wire::ErrorCode::bad_input, written.error());
    }
    outcome.report.written = true;
    return outcome;
  }
  outcome.breached = std::any_of(outcome.report.changes.begin(), outcome.report.changes.end(),
                                 [&](const auto& change) { return reaches(change.severity, options.gate); });
  return outcome;
}

}  // namespace weir::conformance
