#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>

#include "reports/conformance/json.hpp"

namespace weir::reports {
namespace {

namespace json = boost::json;

constexpr std::array kLevels = {Level::must, Level::should, Level::may};
constexpr std::array kExitCodes = {ExitCode::good,        ExitCode::target_fails, ExitCode::usage,
                                   ExitCode::unreachable, ExitCode::inconclusive, ExitCode::interrupted};

/// One object of the report. The first complaint of a whole parse wins; later reads return defaults.
class Members {
 public:
  Members(const json::value& value, std::string path, std::string& complaint)
      : object_(value.if_object()), path_(std::move(path)), complaint_(complaint) {
    if (object_ == nullptr) { complain("", "must be an object"); }
  }

  void read(std::string_view name, std::string& out) {
    if (const json::value* value = required(name)) {
      if (const json::string* text = value->if_string()) {
        out.assign(text->data(), text->size());
      } else {
        complain(name, "must be a string");
      }
    }
  }
  void read_or_null(std::string_view name, std::string& out) {
    const json::value* value = required(name);
    if (value != nullptr && !value->is_null()) { read(name, out); }
  }
  /// For members that were added within the schema version: a report of before has none.
  void read_if_there(std::string_view name, std::string& out) {
    if (object_ != nullptr && object_->contains(name)) { read_or_null(name, out); }
  }
  void read_if_there(std::string_view name, std::vector<std::string>& out) {
    if (object_ != nullptr && object_->contains(name)) { read(name, out); }
  }
  void read(std::string_view name, bool& out) {
    if (const json::value* value = required(name)) {
      if (const bool* flag = value->if_bool()) {
        out = *flag;
      } else {
        complain(name, "must be true or false");
      }
    }
  }
  template <class Integer>
  void read_integer(std::string_view name, Integer& out) {
    if (const json::value* value = required(name)) {
      json::error_code error;
      const auto number = value->to_number<Integer>(error);
      if (!error && !value->is_double()) {
        out = number;
      } else {
        complain(name, "must be a whole number");
      }
    }
  }
  template <class Integer>
  void read_integer_or_null(std::string_view name, Integer& out) {
    const json::value* value = required(name);
    if (value != nullptr && !value->is_null()) { read_integer(name, out); }
  }
  void read(std::string_view name, std::vector<std::string>& out) {
    each(name, [&](const json::value& item, const std::string& path) {
      if (const json::string* text = item.if_string()) {
        out.emplace_back(text->data(), text->size());
      } else {
        complain_at(path, "must be a string");
      }
    });
  }
  template <class Value, std::size_t kCount>
  void read_one_of(std::string_view name, const std::array<Value, kCount>& values, Value& out) {
    std::string text;
    read(name, text);
    std::vector<std::string_view> valid;
    for (const Value value : values) {
      if (to_string(value) == text) {
        out = value;
        return;
      }
      valid.push_back(to_string(value));
    }
    complain(name, fmt::format("must be one of {}", fmt::join(valid, ", ")));
  }
  template <class Use>
  void each(std::string_view name, const Use& use) {
    const json::value* value = required(name);
    if (value == nullptr) { return; }
    const json::array* array = value->if_array();
    if (array == nullptr) { return complain(name, "must be an array"); }
    for (std::size_t i = 0; i < array->size() && complaint_.empty(); ++i) {
      use((*array)[i], fmt::format("{}/{}/{}", path_, name, i));
    }
  }
  template <class Use>
  void object(std::string_view name, const Use& use) {
    if (const json::value* value = required(name)) {
      use(Members(*value, fmt::format("{}/{}", path_, name), complaint_));
    }
  }
  template <class Use>
  void object_or_null(std::string_view name, const Use& use) {
    const json::value* value = required(name);
    if (value != nullptr && !value->is_null()) { object(name, use); }
  }
  void complain(std::string_view name, std::string_view what) {
    complain_at(name.empty() ? path_ : fmt::format("{}/{}", path_, name), what);
  }

 private:
  const json::value* required(std::string_view name) {
    if (object_ == nullptr || !complaint_.empty()) { return nullptr; }
    const json::value* value = object_->if_contains(name);
    if (value == nullptr) { complain(name, "is missing"); }
    return value;
  }
  void complain_at(std::string_view path, std::string_view what) {
    if (complaint_.empty()) { complaint_ = fmt::format("{} {}", path.empty() ? "the report" : path, what); }
  }

  const json::object* object_;
  std::string path_;
  std::string& complaint_;
};

EraFound era_of(Members in) {
  EraFound era;
  in.read("era", era.era);
  in.read("revision", era.revision);
  in.read("server_name", era.server_name);
  in.read("server_version", era.server_version);
  in.read("capabilities", era.capabilities);
  in.read_integer_or_null("tools", era.tools);
  in.read_if_there("older_revisions", era.older_revisions);
  in.read_if_there("endpoint", era.endpoint);
  return era;
}

CheckResult check_of(Members in) {
  CheckResult check;
  in.read("id", check.id);
  in.read("title", check.title);
  in.read("area", check.area);
  in.read_one_of("level", kLevels, check.level);
  in.read_if_there("endpoint", check.endpoint);
  in.read_or_null("era", check.era);
  in.read_or_null("revision", check.revision);
  in.read_if_there("revisions", check.revisions);
  if (check.revisions.size() < 2) { check.revisions.clear(); }
  in.read_one_of("verdict", kVerdicts, check.verdict);
  in.read("message", check.message);
  in.read("expected", check.expected);
  in.read("got", check.got);
  in.read_if_there("hop", check.hop);
  in.read_if_there("fix", check.fix);
  in.read("consequence", check.consequence);
  in.read("requirements", check.requirements);
  in.read("source", check.source);
  in.read("evidence", check.evidence);
  in.read("curl", check.curl);
  in.object_or_null("excused", [&](Members excused) {
    check.excused.emplace();
    excused.read("reason", check.excused->reason);
    excused.read_or_null("expires", check.excused->expires);
  });
  in.read_integer("duration_ms", check.duration_ms);
  return check;
}

PreflightFailure preflight_of(Members in) {
  PreflightFailure failure;
  in.read("cause", failure.cause);
  in.read("message", failure.message);
  in.read("fix", failure.fix);
  in.read("evidence", failure.evidence);
  in.read("curl", failure.curl);
  return failure;
}

ToolChange tool_change_of(Members in) {
  ToolChange change;
  in.read("severity", change.severity);
  in.read("tool", change.tool);
  in.read("pointer", change.pointer);
  in.read("message", change.message);
  return change;
}

ToolsLock tools_lock_of(Members in, std::string& complaint) {
  ToolsLock lock;
  in.read("path", lock.path);
  in.read("written", lock.written);
  in.read("gate", lock.gate);
  in.each("changes", [&](const json::value& item, const std::string& path) {
    lock.changes.push_back(tool_change_of(Members(item, path, complaint)));
  });
  return lock;
}

Summary summary_of(Members in) {
  Summary sum;
  in.read_integer("pass", sum.pass);
  in.read_integer("fail", sum.fail);
  in.read_integer("warn", sum.warn);
  in.read_integer("not_applicable", sum.not_applicable);
  in.read_integer("untestable", sum.untestable);
  in.read_integer("error", sum.error);
  in.read_integer("excused", sum.excused);
  return sum;
}

ExitCode exit_code_of(Members& in) {
  int number = -1;
  in.read_integer("exit_code", number);
  for (const ExitCode code : kExitCodes) {
    if (static_cast<int>(code) == number) { return code; }
  }
  in.complain("exit_code", "must be one of 0, 1, 2, 3, 4, 130");
  return ExitCode::inconclusive;
}

void read_version(Members& in) {
  int version = 0;
  in.read_integer("schema_version", version);
  if (version == kResultsSchemaVersion) { return; }
  in.complain("schema_version", fmt::format("is {}, this program reads {}", version, kResultsSchemaVersion));
}

Results results_of(const json::value& value, std::string& complaint) {
  Results results;
  Members in(value, "", complaint);
  read_version(in);
  in.read("tool_version", results.tool_version);
  in.read("started_at", results.started_at);
  in.read_integer("duration_ms", results.duration_ms);
  in.object("target", [&](Members target) {
    target.read("name", results.target_name);
    target.read("url", results.target_url);
  });
  in.read_if_there("checkset", results.checkset);
  in.read("strict", results.strict);
  in.read("tls_verified", results.tls_verified);
  in.each("eras", [&](const json::value& item, const std::string& path) {
    results.eras.push_back(era_of(Members(item, path, complaint)));
  });
  in.object("summary", [&](const Members& summary) { results.summary = summary_of(summary); });
  results.exit_code = exit_code_of(in);
  in.read("exit_reason", results.exit_reason);
  in.object_or_null("preflight", [&](const Members& failure) { results.preflight = preflight_of(failure); });
  in.read("problems", results.problems);
  in.object_or_null("tools_lock", [&](const Members& lock) { results.tools_lock = tools_lock_of(lock, complaint); });
  in.each("checks", [&](const json::value& item, const std::string& path) {
    results.checks.push_back(check_of(Members(item, path, complaint)));
  });
  return results;
}

}  // namespace

tl::expected<Results, std::string> parse_json_report(std::string_view text) {
  if (text.size() > kReportBytes) {
    return tl::unexpected(fmt::format("the report is larger than {} bytes", std::size_t{kReportBytes}));
  }
  json::error_code error;
  const json::value value = json::parse(text, error);
  if (error) { return tl::unexpected(fmt::format("the report is not JSON: {}", error.message())); }
  std::string complaint;
  Results results = results_of(value, complaint);
  if (!complaint.empty()) { return tl::unexpected(std::move(complaint)); }
  return results;
}

}  // namespace weir::reports
