#include "conformance/checks/sizes/common.hpp"

#include <algorithm>
#include <array>

namespace weir::conformance {

namespace {

constexpr std::size_t kMega = 1000 * 1000;
constexpr std::size_t kMebi = 1024 * 1024;

constexpr BodyLimit kSmallest{
    "", "ALB with a Lambda target", kMebi,
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html"};

constexpr std::array kLimits = {
    BodyLimit{"function-url", "Lambda function URL", 6 * kMebi,
              "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"},
    BodyLimit{"api-gateway", "API Gateway", 10 * kMega,
              "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"},
    BodyLimit{"api-gateway-http", "API Gateway", 10 * kMega,
              "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html"},
};

}  // namespace

std::optional<BodyLimit> body_limit(std::string_view edge) {
  if (edge.empty() || edge == "alb" || edge == "other") { return kSmallest; }
  const auto found =
      std::find_if(kLimits.begin(), kLimits.end(), [&](const BodyLimit& limit) { return limit.edge == edge; });
  return found == kLimits.end() ? std::nullopt : std::optional(*found);
}

std::string as_size(std::size_t bytes) {
  const auto amount = static_cast<double>(bytes);
  return bytes < kMebi ? fmt::format("{:.0f} KB", amount / 1024) : fmt::format("{:.1f} MB", amount / kMebi);
}

}  // namespace weir::conformance
