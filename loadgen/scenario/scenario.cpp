#include "loadgen/scenario/scenario.hpp"

#include <algorithm>

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

}  // namespace weir::loadgen
