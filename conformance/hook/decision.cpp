#include "conformance/hook/decision.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "reports/judge/exit_code.hpp"
#include "wire/base/nearest.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::hook {
namespace {

using reports::ExitCode;
using wire::ErrorCode;

constexpr std::string_view kCounter = "weirTries";
constexpr std::array<std::string_view, 7> kKeys = {"url",   "profile",       "env",   "options",
                                                   "tries", "callBackDelay", kCounter};

/// Before them no traffic reaches the new revision: a gate would judge the old one, and say that the new one is good.
constexpr std::array<std::string_view, 3> kTooEarly = {"RECONCILE_SERVICE", "PRE_SCALE_UP", "POST_SCALE_UP"};

tl::unexpected<wire::Error> wrong(std::string text) { return wire::fail(ErrorCode::bad_input, std::move(text)); }

wire::Result<int> number_in(std::string_view text, std::string_view name, int least, int most) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most) {
    return wrong(fmt::format("{} is a whole number from {} to {}, not '{}'", name, least, most, wire::printable(text)));
  }
  return number;
}

/// An object, or the text of one: CloudFormation takes the configuration as a text.
wire::Result<wire::json::object> details_of(const wire::json::value& details) {
  if (details.is_null()) { return wire::json::object{}; }
  if (const auto* object = wire::as_object(&details)) { return *object; }
  if (const auto text = wire::as_string(&details)) {
    const auto parsed = wire::parse_json(*text);
    if (parsed && parsed->value.is_object()) { return parsed->value.get_object(); }
  }
  return wrong("the event's 'hookDetails' is no JSON object, and no text of one");
}

/// A number, or the text of one: Terraform's maps hold texts.
wire::Result<int> number_of(const wire::json::value& value, std::string_view name, int least, int most) {
  const std::string key = fmt::format("hookDetails.{}", name);
  if (const auto text = wire::as_string(&value)) { return number_in(*text, key, least, most); }
  if (const auto number = wire::as_integer(&value)) { return number_in(std::to_string(*number), key, least, most); }
  return wrong(fmt::format("{} is {}, a whole number is expected", key, wire::kind_name(value)));
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
  if (!list) { return wrong("hookDetails.options is a text or a list of texts"); }
  for (const auto& one : *list) {
    const auto text = wire::as_string(&one);
    if (!text) { return wrong("hookDetails.options holds something that is no text"); }
    options.emplace_back(*text);
  }
  return options;
}

/// The time is the function's, and decides; a deploy within a deploy is none of this hook's business.
wire::Result<void> refuse(const std::vector<std::string>& options) {
  for (const auto& option : options) {
    const std::string_view name = std::string_view(option).substr(0, option.find('='));
    if (name == "--budget") {
      return wrong("--budget is not among a hook's options: it is what the function's time-out leaves");
    }
    if (name == "--across-deploy") { return wrong("--across-deploy is not among a hook's options: ECS deploys"); }
  }
  return {};
}

wire::Result<void> apply(const wire::json::object& details, Settings& settings, int& attempt) {
  for (const auto& [key, value] : details) {
    const std::string_view name = key;
    wire::Result<void> taken;
    const auto take_text = [&](std::string& into) -> wire::Result<void> {
      const auto text = wire::as_string(&value);
      if (!text) {
        return wrong(fmt::format("hookDetails.{} is {}, a text is expected", name, wire::kind_name(value)));
      }
      into = std::string(*text);
      return {};
    };
    const auto take_number = [&](int& into, int least, int most) {
      return number_of(value, name, least, most).map([&](int number) { into = number; });
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
    } else if (name == kCounter) {
      taken = take_number(attempt, 0, kMostTries);
    } else {
      const auto shown = wire::printable(name);
      taken = wrong(fmt::format("hookDetails has no key '{}'{}", shown, wire::did_you_mean(shown, kKeys)));
    }
    if (!taken) { return taken; }
  }
  return {};
}

std::vector<std::string> arguments_of(const Settings& settings, std::chrono::seconds budget) {
  // The log is text of a file: no colours, and what failed with the summary alone.
  std::vector<std::string> arguments = {"--quiet", "--color=never", fmt::format("--budget={}", budget.count())};
  if (!settings.profile.empty()) { arguments.push_back("--profile=" + settings.profile); }
  if (!settings.environment.empty()) { arguments.push_back("--env=" + settings.environment); }
  arguments.insert(arguments.end(), settings.options.begin(), settings.options.end());
  if (!settings.url.empty()) { arguments.push_back(settings.url); }
  return arguments;
}

/// Nothing was proved: another try, as long as there is one.
Answer again(const GateCall& call, std::string why) {
  const std::string tried = fmt::format("{}; try {} of {}", why, call.attempt, call.settings.tries);
  if (call.attempt >= call.settings.tries) { return {.status = "FAILED", .reason = tried + ", and the last one"}; }
  // All of it: whether ECS merges or replaces what it has, nothing is lost.
  auto details = call.details;
  details[kCounter] = call.attempt;
  return {.status = "IN_PROGRESS",
          .reason = tried,
          .call_back_delay_s = call.settings.call_back_delay_s,
          .details = std::move(details)};
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
    return number_in(*given, name, 1, most).map([&](int value) { into = value; });
  };
  if (auto taken = number("WEIR_TRIES", settings.tries, kMostTries); !taken) { return tl::unexpected(taken.error()); }
  if (auto taken = number("WEIR_CALL_BACK_DELAY", settings.call_back_delay_s, kMostCallBackDelayS); !taken) {
    return tl::unexpected(taken.error());
  }
  return settings;
}

std::string to_json(const Answer& answer) {
  wire::json::object out{{"hookStatus", answer.status}};
  if (answer.call_back_delay_s) { out["callBackDelay"] = *answer.call_back_delay_s; }
  if (answer.details) { out["hookDetails"] = *answer.details; }
  return wire::json::serialize(out);
}

wire::Result<std::variant<Answer, GateCall>> decide(const Event& event, const Settings& settings,
                                                    std::chrono::milliseconds left) {
  // First of all: whatever is wrong with the configuration, it must not stand in the way of a roll-back.
  if (is_rolling_back(event)) {
    return Answer{.status = "SUCCEEDED", .reason = "the deployment is being rolled back; there is nothing to ask"};
  }
  if (std::find(kTooEarly.begin(), kTooEarly.end(), event.stage) != kTooEarly.end()) {
    return wrong(
        fmt::format("at {} no traffic reaches the new revision yet, and the gate would judge the old one: hook it to "
                    "POST_TEST_TRAFFIC_SHIFT, or to POST_PRODUCTION_TRAFFIC_SHIFT of a service without a test listener",
                    event.stage));
  }
  auto details = details_of(event.details);
  if (!details) { return tl::unexpected(details.error()); }
  GateCall call{.settings = settings, .details = *std::move(details)};
  int tried = 0;
  if (auto applied = apply(call.details, call.settings, tried); !applied) { return tl::unexpected(applied.error()); }
  if (auto refused = refuse(call.settings.options); !refused) { return tl::unexpected(refused.error()); }
  if (call.settings.url.empty() && call.settings.profile.empty()) {
    return wrong("there is no target: set WEIR_URL or WEIR_PROFILE, or 'url' or 'profile' in hookDetails");
  }
  call.attempt = tried + 1;
  call.budget = std::chrono::duration_cast<std::chrono::seconds>(left - kReserve);
  if (call.budget < kLeastBudget) {
    return wrong(fmt::format("the function has {} ms left, and the gate needs {} s at least: raise its time-out",
                             std::max<std::int64_t>(left.count(), 0), (kReserve + kLeastBudget).count()));
  }
  call.arguments = arguments_of(call.settings, call.budget);
  return call;
}

wire::Result<Answer> answer_to(const GateEnd& end, const GateCall& call) {
  if (end.timed_out) { return again(call, "the gate did not end within its time"); }
  if (!end.exit_code) {
    return again(call, fmt::format("the gate was ended by signal {}{}", end.signal,
                                   end.signal == 9 ? ": the function may have too little memory" : ""));
  }
  switch (static_cast<ExitCode>(*end.exit_code)) {
    case ExitCode::good:
      return Answer{.status = "SUCCEEDED", .reason = "the gate is green"};
    case ExitCode::target_fails:
      return Answer{.status = "FAILED", .reason = "the gate is red: what failed stands above"};
    case ExitCode::usage:
      return wrong("the gate refused what it was given (exit code 2): its complaint stands in the log");
    case ExitCode::unreachable:
      return again(call, "the target could not be reached");
    case ExitCode::inconclusive:
      return again(call, "the gate could not tell");
    case ExitCode::interrupted:
      return again(call, "the gate was interrupted");
  }
  return wrong(fmt::format("weir-conformance ended with exit code {}, which it does not have: is it another program?",
                           *end.exit_code));
}

}  // namespace weir::conformance::hook
