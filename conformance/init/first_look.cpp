#include "conformance/init/first_look.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "conformance/ask/hops.hpp"
#include "conformance/probe/preflight.hpp"
#include "conformance/probe/survey.hpp"
#include "wire/http/url.hpp"

namespace weir::conformance {

namespace {

constexpr std::array<std::string_view, 4> kHealthRoutes = {"/health", "/healthz", "/ready", "/ping"};

/// The profile's word for a hop that shows itself.
struct EdgeWord {
  std::string_view hop;
  std::string_view setting;  ///< Two kinds of API gateway have one name.
  std::string_view word;
};
constexpr std::array kEdgeWords = {
    EdgeWord{"ALB", "", "alb"},
    EdgeWord{"API Gateway", "response streaming idle timeout", "api-gateway"},
    EdgeWord{"API Gateway", "integration timeout", "api-gateway-http"},
    EdgeWord{"CloudFront", "", "cloudfront"},
    EdgeWord{"nginx", "", "nginx"},
};

std::string edge_word(const NamedHop& hop) {
  const auto known = std::find_if(kEdgeWords.begin(), kEdgeWords.end(), [&](const EdgeWord& one) {
    return one.hop == hop.name && (one.setting.empty() || one.setting == hop.setting);
  });
  return known == kEdgeWords.end() ? std::string() : std::string(known->word);
}

/// A guessed path may be answered by a fallback page, which says nothing of health.
std::vector<std::string> health_routes(const Target& target, wire::Deadline deadline) {
  wire::HttpClient client(target.client);
  std::vector<std::string> found;
  for (const auto path : kHealthRoutes) {
    const auto url = wire::resolve(target.url, path);
    if (!url || *url == target.url) { continue; }
    const auto until = wire::Deadline{std::min(deadline.at, wire::Deadline::in(target.answer_timeout).at)};
    const auto answer = client.exchange({.method = "GET", .url = *url, .headers = target.headers}, until);
    if (!answer || !answer->ok() || answer->head.status != 200) { continue; }
    const auto type = wire::media_type(answer->head.headers.get("content-type"));
    if (type != "text/html" && type != "text/event-stream") { found.emplace_back(path); }
  }
  return found;
}

/// What who brings no credentials is told.
std::string challenge_of(const Target& target, wire::Deadline deadline) {
  wire::HttpClient client(target.client);
  const auto answer = client.exchange(
      {.method = "POST",
       .url = target.url,
       .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}},
       .body = R"({"jsonrpc":"2.0","id":1,"method":"ping"})"},
      wire::Deadline{std::min(deadline.at, wire::Deadline::in(target.answer_timeout).at)});
  if (!answer || (answer->head.status != 401 && answer->head.status != 403)) { return {}; }
  const auto challenge = answer->head.headers.get("www-authenticate");
  return fmt::format("{}{}{}", answer->head.status, challenge.empty() ? "" : " ", challenge);
}

}  // namespace

FirstLook look_first(const Target& target, wire::Deadline deadline, const std::atomic<bool>* stop) {
  FirstLook look;
  auto first = preflight(target, target.profile.era);
  look.failure = std::move(first.failure);
  if (look.failure) { return look; }
  Target found = target;
  found.detection = std::move(first.detection);
  for (const auto& attempt : found.detection.attempts) {
    const NamedHop* hop = attempt.exchange ? hop_in_front(std::nullopt, attempt.exchange->head.headers) : nullptr;
    if (hop == nullptr) { continue; }
    look.hop = describe(*hop);
    look.edge = edge_word(*hop);
    break;
  }
  std::vector<std::string> problems;
  look.surveys = survey(found, deadline, stop, problems);
  look.health = health_routes(target, deadline);
  look.challenge = challenge_of(target, deadline);
  return look;
}

std::vector<std::string> tools_of_all(const std::vector<Survey>& surveys) {
  std::optional<std::vector<std::string>> all;
  for (const auto& survey : surveys) {
    if (survey.open_error || survey.list_error) { continue; }
    std::vector<std::string> own;
    for (const auto& tool : survey.tools) {
      const auto name = wire::string_or(tool, "name", "");
      if (!name.empty() && std::find(own.begin(), own.end(), name) == own.end()) { own.emplace_back(name); }
    }
    if (all) {
      std::erase_if(*all, [&](const auto& name) { return std::find(own.begin(), own.end(), name) == own.end(); });
    } else {
      all = std::move(own);
    }
  }
  return all.value_or(std::vector<std::string>());
}

std::vector<std::string> read_only_tools(const std::vector<Survey>& surveys) {
  auto names = tools_of_all(surveys);
  std::erase_if(names, [&](const std::string& name) {
    return std::none_of(surveys.begin(), surveys.end(), [&](const Survey& survey) {
      return std::any_of(survey.tools.begin(), survey.tools.end(), [&](const json::value& tool) {
        const auto* object = wire::as_object(&tool);
        const auto* annotations = object ? wire::as_object(object->if_contains("annotations")) : nullptr;
        const auto* hint = annotations ? annotations->if_contains("readOnlyHint") : nullptr;
        return wire::string_or(tool, "name", "") == name && hint && hint->is_bool() && hint->get_bool();
      });
    });
  });
  return names;
}

}  // namespace weir::conformance
