#include "conformance/run/still_answers.hpp"

#include <algorithm>
#include <array>

#include "conformance/ask/common.hpp"
#include "conformance/ask/initialize.hpp"
#include "conformance/probe/status.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance {

namespace {

bool says_full(std::string_view words) {
  constexpr std::array<std::string_view, 6> kWords = {"too many", "maximum", "limit",
                                                      "capacity", "no free", "exhausted"};
  const std::string text = wire::lower(words);
  return std::any_of(kWords.begin(), kWords.end(), [&](auto word) { return text.find(word) != std::string::npos; });
}

}  // namespace

bool still_answers(const Target& target, Era era, std::chrono::milliseconds patience) {
  // A conversation tells more than a GET, which many an endpoint leaves without an answer.
  const auto opened = std::find_if(target.surveys.begin(), target.surveys.end(),
                                   [](const Survey& survey) { return !survey.open_error; });
  const Survey* survey = target.survey(era);
  if ((!survey || survey->open_error) && opened != target.surveys.end()) { survey = &*opened; }
  Probe probe(target, survey, wire::Deadline::in(patience));
  if (!survey || survey->open_error) {
    const auto answer = probe.send(probe.request("GET", target.url));
    return answer && answer->head.status < kServerErrors;
  }
  // Where nothing was ever answered as it should be, what the endpoint says at all tells that it lives.
  const auto& listed = survey->list_replies;
  const bool never = !listed.empty() && std::none_of(listed.begin(), listed.end(), [](const wire::mcp::Reply& reply) {
    return reply.response.has_value();
  });
  // An error by chance is no silence.
  constexpr int kTries = 4;
  for (int i = 0; i < kTries; ++i) {
    const auto reply = probe.call(survey->means);
    // Who limits the rate lives, whether the limit met the opening or the call.
    if (probe.throttled() || (reply && (reply->response || (never && reply->http.ok())))) { return true; }
    if (probe.last_answer_missing()) { break; }
  }
  return false;
}

bool refuses_connections(const Target& target, std::chrono::milliseconds patience) {
  Probe probe(target, nullptr, wire::Deadline::in(patience));
  const auto answer = probe.send(probe.request("GET", target.url));
  return !answer && answer.error().code == wire::ErrorCode::connect_refused;
}

bool has_ended_already(const Target& target, std::chrono::milliseconds patience) {
  const auto& surveys = target.surveys;
  const bool refused = target.none_opened() && std::all_of(surveys.begin(), surveys.end(), [](const Survey& survey) {
                         return survey.open_error->code == wire::ErrorCode::connect_refused;
                       });
  return refused && !still_answers(target, Era::none, patience);
}

bool serves_anything(const Target& target, std::chrono::milliseconds patience) {
  bool asked = false;
  for (const Survey& survey : target.surveys) {
    if (survey.open_error) { continue; }
    asked = true;
    Probe probe(target, &survey, wire::Deadline::in(patience));
    const auto reply = probe.call(survey.means);
    if (!reply || reply->is_result()) { return true; }
  }
  return !asked;
}

std::string refusal_of_new_clients(const Target& target, std::chrono::milliseconds patience) {
  const Survey* survey = target.survey(Era::streamable);
  if (!survey || survey->open_error) { return {}; }
  Probe probe(target, survey, wire::Deadline::in(patience));
  const auto answer = probe.send(initialize_request(probe));
  if (!answer) { return {}; }
  for (const auto& text : message_texts(*answer)) {
    const auto parsed = jsonrpc::parse(text);
    if (!parsed || parsed->messages.empty()) { continue; }
    const auto& message = parsed->messages.front();
    if (message.kind != jsonrpc::Kind::error) { continue; }
    // What is broken answers 5xx to everybody; who is full says so.
    if (answer->head.status >= kServerErrors && !says_full(message.error.message)) { continue; }
    return fmt::format("HTTP {}, '{}'", answer->head.status,
                       wire::excerpt(std::string_view(message.error.message), 120));
  }
  return {};
}

}  // namespace weir::conformance
