#include "loadgen/scenario/scenario.hpp"

#include <algorithm>

#include "wire/base/credentials.hpp"

namespace weir::loadgen {

std::string_view to_string(StreamKind kind) {
  switch (kind) {
    case StreamKind::automatic:
      return "auto";
    case StreamKind::plain_get:
      return "plain";
    case StreamKind::http_sse_get:
      return "http-sse";
    case StreamKind::streamable_get:
      return "streamable-get";
    case StreamKind::streamable_post:
      return "streamable-post";
    case StreamKind::listen:
      return "listen";
    case StreamKind::session:
      return "session";
    case StreamKind::none:
      return "none";
  }
  return "auto";
}

std::string_view to_string(Phase::Kind kind) {
  switch (kind) {
    case Phase::Kind::ramp:
      return "ramp";
    case Phase::Kind::hold:
      return "hold";
    case Phase::Kind::churn:
      return "churn";
    case Phase::Kind::spike:
      return "spike";
    case Phase::Kind::reconnect:
      return "reconnect";
    case Phase::Kind::search:
      return "search";
  }
  return "hold";
}

std::int64_t Scenario::most_streams() const {
  std::int64_t most = 0;
  for (const Phase& phase : phases) {
    most = std::max({most, phase.streams, phase.kind == Phase::Kind::search ? phase.most : 0});
  }
  return most;
}

void take_oauth_of_profile(Scenario& scenario) {
  const auto& known = scenario.target.oauth;
  if (known && !scenario.oauth && scenario.target.bearer.empty()) {
    static_cast<wire::OAuthClient&>(scenario.oauth.emplace()) = *known;
  }
}

std::vector<std::string> secrets_of(const Scenario& scenario) {
  auto secrets = scenario.target.secrets;
  secrets.push_back(scenario.target.bearer);
  if (scenario.target.api_key) { secrets.push_back(scenario.target.api_key->value); }
  const auto add_url = [&](const std::string& url) {
    for (std::string& secret : wire::credentials_in_url(url)) { secrets.push_back(std::move(secret)); }
  };
  if (scenario.oauth) {
    secrets.push_back(scenario.oauth->client_secret);
    add_url(scenario.oauth->token_url);
  }
  add_url(scenario.target.url);
  for (const auto& population : scenario.populations) { add_url(population.url); }
  std::erase_if(secrets, [](const std::string& secret) { return secret.empty(); });
  return secrets;
}

}  // namespace weir::loadgen
