#include "conformance/tools_lock/tool_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace weir::conformance {

namespace json = wire::json;

namespace {

constexpr std::array<std::string_view, 6> kSurface = {"title",        "description", "inputSchema",
                                                      "outputSchema", "annotations", "execution"};

struct Hint {
  std::string_view name;
  bool unless_said;  ///< The value that the specification's schema (ToolAnnotations) gives it when it is absent.
};
constexpr std::array kHints = {Hint{"readOnlyHint", false}, Hint{"destructiveHint", true},
                               Hint{"idempotentHint", false}, Hint{"openWorldHint", true}};

class ToolDiffer {
 public:
  ToolDiffer(const std::string& name, const json::object& before, const json::object& after,
             std::vector<reports::ToolChange>& out)
      : name_(name), before_(before), after_(after), out_(out) {}

  void compare() {
    compare_text("description", Severity::risky);
    compare_text("title", Severity::additive);
    compare_schema("inputSchema", SchemaSide::input);
    compare_schema("outputSchema", SchemaSide::output);
    compare_hints();
    compare_task_support();
  }

 private:
  void compare_text(std::string_view member, Severity severity) {
    const auto *was = before_.if_contains(member), *is = after_.if_contains(member);
    if (was && is ? !wire::json_equal(*was, *is) : was != is) {
      add(severity, fmt::format("/{}", member),
          fmt::format("the {} is {} now, was {}", member, is ? wire::excerpt(*is, 80) : "absent",
                      was ? wire::excerpt(*was, 80) : "absent"));
    }
  }

  void compare_schema(std::string_view member, SchemaSide side) {
    const auto *was = before_.if_contains(member), *is = after_.if_contains(member);
    const std::string root = fmt::format("/{}", member);
    if (was && is) {
      for (auto& change : diff_schemas(*was, *is, side, root)) {
        add(change.severity, std::move(change.pointer), std::move(change.message));
      }
    } else if (was) {
      add(Severity::breaking, root, fmt::format("the {} is gone", member));
    } else if (is) {
      add(Severity::additive, root, fmt::format("the {} is new", member));
    }
  }

  void compare_hints() {
    const auto value = [](const json::object& tool, const Hint& hint) {
      const auto* annotations = wire::as_object(tool.if_contains("annotations"));
      const auto* said = annotations ? annotations->if_contains(hint.name) : nullptr;
      return said && said->is_bool() ? said->get_bool() : hint.unless_said;
    };
    for (const auto& hint : kHints) {
      if (const bool was = value(before_, hint), is = value(after_, hint); was != is) {
        add(Severity::risky, fmt::format("/annotations/{}", hint.name),
            fmt::format("{} is {} now, was {}", hint.name, is, was));
      }
    }
  }

  /// execution.taskSupport (2025-11-25): a tool that must run as a task can no longer be called plainly.
  void compare_task_support() {
    const auto support = [](const json::object& tool) {
      const auto* execution = tool.if_contains("execution");
      return std::string(execution ? wire::string_or(*execution, "taskSupport", "forbidden") : "forbidden");
    };
    const std::string was = support(before_), is = support(after_);
    if (was != is) {
      add(was == "forbidden" && is == "optional" ? Severity::additive : Severity::breaking, "/execution/taskSupport",
          fmt::format("taskSupport is {} now, was {}", is, was));
    }
  }

  void add(Severity severity, std::string pointer, std::string message) {
    out_.push_back({std::string(to_string(severity)), name_, std::move(pointer), std::move(message)});
  }

  const std::string& name_;
  const json::object& before_;
  const json::object& after_;
  std::vector<reports::ToolChange>& out_;
};

int rank(const reports::ToolChange& change) {
  return change.severity == "breaking" ? 0 : change.severity == "risky" ? 1 : 2;
}

}  // namespace

json::object surface_of(const json::object& tool) {
  json::object surface;
  for (std::string_view member : kSurface) {
    if (const auto* value = tool.if_contains(member)) { surface.emplace(member, *value); }
  }
  return surface;
}

std::vector<reports::ToolChange> diff_tools(const ToolMap& before, const ToolMap& after) {
  std::vector<reports::ToolChange> changes;
  for (const auto& [name, tool] : before) {
    if (const auto now = after.find(name); now != after.end()) {
      ToolDiffer(name, tool, now->second, changes).compare();
    } else {
      changes.push_back({"breaking", name, "", "the tool was removed"});
    }
  }
  for (const auto& [name, tool] : after) {
    if (!before.contains(name)) { changes.push_back({"additive", name, "", "new tool"}); }
  }
  const auto key = [](const reports::ToolChange& change) {
    return std::tuple(rank(change), std::string_view(change.tool), std::string_view(change.pointer),
                      std::string_view(change.message));
  };
  std::sort(changes.begin(), changes.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  return changes;
}

}  // namespace weir::conformance
