// What the checks of health routes share.
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

inline constexpr const char* kNoHealthRoute =
    "the profile names no health route, and /health, /healthz and /ping do not answer 2xx";

struct HealthAnswer {
  wire::HealthRoute route;
  wire::Url url;
  wire::Result<wire::Exchange> answer;
};

/// Asks each health route of the profile; where it names none, the first of the usual ones that answers 2xx. A
/// profile's route that is no URL is left out.
std::vector<HealthAnswer> ask_health(Probe& probe, std::chrono::milliseconds patience);
std::vector<HealthAnswer> ask_health(Probe& probe);

/// A GET of a health route; credentials go to the target's own origin only.
wire::Request health_request(const Probe& probe, const wire::Url& url);

/// Judges each answer by `problem`, whose clause says what came instead of `expected`. No answer is a problem too.
Finding judge_health(Probe& probe, const std::vector<HealthAnswer>& answers, const std::string& expected,
                     const std::function<std::optional<std::string>(const HealthAnswer&)>& problem);

}  // namespace weir::conformance
