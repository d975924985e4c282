#include "conformance/hook/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "wire/base/nearest.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::hook {
namespace {

using wire::bad_input;

constexpr std::array<std::string_view, 11> kKeys = {"url",     "profile",       "env",         "options",
                                                    "tries",   "callBackDelay", "taskSeconds", kSubjectKey,
                                                    kTriesKey, kTaskKey,        kTaskSinceKey};
constexpr std::array<std::string_view, 3> kLaunchTypes = {"FARGATE", "EC2", "EXTERNAL"};

wire::Result<std::int64_t> number_in(std::string_view text, std::string_view name, std::int64_t least,
                                     std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most) {
    return bad_input(
        fmt::format("{} is a whole number from {} to {}, not '{}'", name, least, most, wire::printable(text)));
  }
  return number;
}

/// A number, or the text of one: Terraform's maps hold texts.
wire::Result<std::int64_t> number_of(const wire::json::value& value, std::string_view name, std::int64_t least,
                                     std::int64_t most) {
  const std::string key = fmt::format("hookDetails.{}", name);
  if (const auto text = wire::as_string(&value)) { return number_in(*text, key, least, most); }
  if (const auto number = wire::as_integer(&value)) { return number_in(std::to_string(*number), key, least, most); }
  return bad_input(fmt::format("{} is {}, a whole number is expected", key, wire::kind_name(value)));
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!(text = wire::trimmed(text)).empty()) {
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

wire::Result<std::vector<std::string>> options_of(const wire::json::value& value) {
  if (const auto text = wire::as_string(&value)) { return words_of(*text); }
  std::vector<std::string> options;
  const auto* list = wire::as_array(&value);
  if (!list) { return bad_input("hookDetails.options is a text or a list of texts"); }
  for (const auto& one : *list) {
    const auto text = wire::as_string(&one);
    if (!text) { return bad_input("hookDetails.options holds something that is no text"); }
    options.emplace_back(*text);
  }
  return options;
}

/// The time is the function's, and decides; a deploy within a deploy is none of this hook's business.
wire::Result<void> refuse(const std::vector<std::string>& options) {
  for (const auto& option : options) {
    const std::string_view name = std::string_view(option).substr(0, option.find('='));
    if (name == "--budget") {
      return bad_input(
          "--budget is not among a hook's options: it is what the function's time-out leaves, or WEIR_TASK_SECONDS");
    }
    if (name == "--across-deploy") { return bad_input("--across-deploy is not among a hook's options: ECS deploys"); }
  }
  return {};
}

wire::Result<std::string> text_in_details(const wire::json::value& value, std::string_view name) {
  const auto text = wire::as_string(&value);
  if (!text) {
    return bad_input(fmt::format("hookDetails.{} is {}, a text is expected", name, wire::kind_name(value)));
  }
  return std::string(*text);
}

/// A list, as people write one: commas or blanks between.
std::vector<std::string> list_of(std::string text) {
  std::replace(text.begin(), text.end(), ',', ' ');
  return words_of(text);
}

wire::Result<void> take_task(const Environment& environment, TaskSettings& task) {
  const auto text = [&](const char* name) { return environment(name).value_or(""); };
  task.definition = text("WEIR_TASK");
  task.cluster = text("WEIR_TASK_CLUSTER");
  if (auto given = text("WEIR_TASK_CONTAINER"); !given.empty()) { task.container = std::move(given); }
  if (auto given = text("WEIR_TASK_LAUNCH_TYPE"); !given.empty()) { task.launch_type = std::move(given); }
  task.subnets = list_of(text("WEIR_TASK_SUBNETS"));
  task.security_groups = list_of(text("WEIR_TASK_SECURITY_GROUPS"));
  const auto address = text("WEIR_TASK_PUBLIC_ADDRESS");
  if (!address.empty() && address != "yes" && address != "no") {
    return bad_input("WEIR_TASK_PUBLIC_ADDRESS is yes or no");
  }
  task.public_address = address == "yes";
  if (std::find(kLaunchTypes.begin(), kLaunchTypes.end(), task.launch_type) == kLaunchTypes.end()) {
    return bad_input(
        fmt::format("WEIR_TASK_LAUNCH_TYPE is FARGATE, EC2 or EXTERNAL, not '{}'", wire::printable(task.launch_type)));
  }
  if (task && task.launch_type == "FARGATE" && task.subnets.empty()) {
    return bad_input("WEIR_TASK_SUBNETS is not set, and a task of Fargate needs subnets to run in");
  }
  return {};
}

}  // namespace

wire::Result<Settings> settings_of(const Environment& environment) {
  Settings settings;
  const auto text = [&](const char* name) { return environment(name).value_or(""); };
  settings.url = text("WEIR_URL");
  settings.profile = text("WEIR_PROFILE");
  settings.environment = text("WEIR_ENV");
  settings.options = words_of(text("WEIR_OPTIONS"));
  if (auto refused = refuse(settings.options); !refused) { return tl::unexpected(refused.error()); }
  const auto number = [&](const char* name, int& into, int most) -> wire::Result<void> {
    const auto given = environment(name);
    if (!given || given->empty()) { return {}; }
    return number_in(*given, name, 1, most).map([&](std::int64_t value) { into = static_cast<int>(value); });
  };
  if (auto taken = number("WEIR_TRIES", settings.tries, kMostTries); !taken) { return tl::unexpected(taken.error()); }
  if (auto taken = number("WEIR_CALL_BACK_DELAY", settings.call_back_delay_s, kMostCallBackDelayS); !taken) {
    return tl::unexpected(taken.error());
  }
  if (auto taken = number("WEIR_TASK_SECONDS", settings.task.seconds, kMostTaskSeconds); !taken) {
    return tl::unexpected(taken.error());
  }
  if (auto taken = take_task(environment, settings.task); !taken) { return tl::unexpected(taken.error()); }
  return settings;
}

wire::Result<wire::json::object> details_of(const wire::json::value& details) {
  if (details.is_null()) { return wire::json::object{}; }
  if (const auto* object = wire::as_object(&details)) { return *object; }
  if (const auto text = wire::as_string(&details)) {
    const auto parsed = wire::parse_json(*text);
    if (parsed && parsed->value.is_object()) { return parsed->value.get_object(); }
  }
  return bad_input("the event's 'hookDetails' is no JSON object, and no text of one");
}

wire::Result<Progress> apply(const wire::json::object& details, Settings& settings) {
  Progress progress;
  for (const auto& [key, value] : details) {
    const std::string_view name = key;
    wire::Result<void> taken;
    const auto take_text = [&](std::string& into) {
      return text_in_details(value, name).map([&](auto text) { into = std::move(text); });
    };
    const auto take_number = [&](auto& into, std::int64_t least, std::int64_t most) {
      return number_of(value, name, least, most).map([&](auto number) {
        into = static_cast<std::remove_reference_t<decltype(into)>>(number);
      });
    };
    if (name == "url") {
      taken = take_text(settings.url);
    } else if (name == "profile") {
      taken = take_text(settings.profile);
    } else if (name == "env") {
      taken = take_text(settings.environment);
    } else if (name == "options") {
      taken = options_of(value).map([&](auto options) { settings.options = std::move(options); });
    } else if (name == "tries") {
      taken = take_number(settings.tries, 1, kMostTries);
    } else if (name == "callBackDelay") {
      taken = take_number(settings.call_back_delay_s, 1, kMostCallBackDelayS);
    } else if (name == "taskSeconds") {
      taken = take_number(settings.task.seconds, 1, kMostTaskSeconds);
    } else if (name == kSubjectKey) {
      taken = take_text(progress.subject);
    } else if (name == kTriesKey) {
      taken = take_number(progress.tried, 0, kMostTries);
    } else if (name == kTaskKey) {
      taken = take_text(progress.task);
    } else if (name == kTaskSinceKey) {
      taken = take_number(progress.task_since_unix_s, 0, std::numeric_limits<std::int64_t>::max());
    } else {
      const auto shown = wire::printable(name);
      taken = bad_input(fmt::format("hookDetails has no key '{}'{}", shown, wire::did_you_mean(shown, kKeys)));
    }
    if (!taken) { return tl::unexpected(taken.error()); }
  }
  if (auto refused = refuse(settings.options); !refused) { return tl::unexpected(refused.error()); }
  return progress;
}

}  // namespace weir::conformance::hook
