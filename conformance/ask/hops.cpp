#include "conformance/ask/hops.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <string>
#include <vector>

namespace weir::conformance {
namespace {

/// What most endpoints stand behind: ALB and nginx as they come.
constexpr double kUsualSeconds = 60;

struct Mark {
  std::string_view edge;  ///< In the profile, separators and case aside.
  std::string_view header;
  std::string_view value;  ///< How the header's value begins; "" for any.
  NamedHop hop;
};

// By the names of the profile, and what each edge puts into an answer (facts of the vendors: see known_hops). Order: an
// edge in front of another one adds its own marks to those of the inner one, so the outermost is named first.
constexpr std::array kMarks = {
    Mark{"cloudflare", "Server", "cloudflare", {"Cloudflare", "proxy read timeout", 100}},
    Mark{"cloudfront", "X-Amz-Cf-Id", "", {"CloudFront", "origin read timeout", 30}},
    Mark{"apigateway", "X-Amz-Apigw-Id", "", {"API Gateway", "response streaming idle timeout", 30}},
    Mark{"apigatewayhttp", "Apigw-Requestid", "", {"API Gateway", "integration timeout", 30}},
    Mark{"alb", "Set-Cookie", "AWSALB", {"ALB", "idle_timeout.timeout_seconds", 60}},
    Mark{"alb", "Server", "awselb", {"ALB", "idle_timeout.timeout_seconds", 60}},
    Mark{"nlb", "", "", {"NLB", "tcp.idle_timeout.seconds", 350}},
    Mark{"functionurl", "", "", {"Lambda function URL", "function timeout", 0}},
    Mark{"lambdaurl", "", "", {"Lambda function URL", "function timeout", 0}},
    Mark{"envoy", "Server", "envoy", {"Envoy", "stream_idle_timeout", 300}},
    Mark{"nginx", "Server", "nginx", {"nginx", "proxy_read_timeout", 60}},
    Mark{"nginx", "Server", "openresty", {"nginx", "proxy_read_timeout", 60}},
    Mark{"haproxy", "", "", {"HAProxy", "timeout server", 0}},
};

bool carries(const wire::Headers& answer, const Mark& mark) {
  return !mark.header.empty() &&
         std::any_of(answer.fields().begin(), answer.fields().end(), [&](const wire::Header& field) {
           return letters_of(field.name) == letters_of(mark.header) && field.value.starts_with(mark.value);
         });
}

/// What is measured of a time-out is late, by a tick of the hop's clock and the way.
bool is_about(double measured, double documented) {
  return std::abs(measured - documented) <= std::max(0.5, documented / 50);
}

}  // namespace

std::string letters_of(std::string_view text) {
  std::string out;
  for (const unsigned char c : text) {
    if (std::isalnum(c)) { out.push_back(static_cast<char>(std::tolower(c))); }
  }
  return out;
}

const NamedHop* hop_in_front(const std::optional<std::string>& edge, const wire::Headers& answer) {
  if (edge) {
    const auto named = std::find_if(kMarks.begin(), kMarks.end(),
                                    [name = letters_of(*edge)](const Mark& mark) { return mark.edge == name; });
    if (named != kMarks.end()) { return &named->hop; }
  }
  const auto marked =
      std::find_if(kMarks.begin(), kMarks.end(), [&](const Mark& mark) { return carries(answer, mark); });
  return marked == kMarks.end() ? nullptr : &marked->hop;
}

std::string describe(const NamedHop& hop) {
  std::string text = fmt::format("{} {}", hop.name, hop.setting);
  return hop.seconds > 0 ? text + fmt::format(" ({:g} s by default)", hop.seconds) : text;
}

std::string cutters_at(double seconds, wire::Counts counts) {
  std::vector<wire::KnownHop> hops;
  for (const auto& hop : wire::known_hops()) {
    if (hop.counts == counts && is_about(seconds, hop.seconds)) { hops.push_back(hop); }
  }
  return wire::describe(hops);
}

IdleBudget idle_budget(const wire::Profile& profile, const wire::Headers& answer) {
  const NamedHop* hop = hop_in_front(profile.edge, answer);
  IdleBudget budget{.seconds = kUsualSeconds, .whose = {}, .hop = hop ? std::string(hop->name) : std::string()};
  if (profile.idle_budget_seconds) {
    budget.seconds = *profile.idle_budget_seconds;
    budget.stated = true;
    const std::string known = cutters_at(budget.seconds, wire::Counts::silence);
    budget.whose = "the profile's idle_budget" + (hop             ? fmt::format(", {} {}", hop->name, hop->setting)
                                                  : known.empty() ? ""
                                                                  : ", " + known);
  } else if (hop && hop->seconds > 0) {
    budget.seconds = hop->seconds;
    budget.whose = describe(*hop);
  } else {
    budget.whose = cutters_at(kUsualSeconds, wire::Counts::silence);
  }
  return budget;
}

}  // namespace weir::conformance
