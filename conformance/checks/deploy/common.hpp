// What the checks of a deploy share: all of them are functions of what one watch saw.
#pragma once

#include "conformance/ask/common.hpp"
#include "conformance/deploy/across_deploy.hpp"

namespace weir::conformance {

struct Watched {
  const DeployWatch& deploy;
  const EraWatch& era;
};
/// Deploys and watches where no other check has done so. not_applicable without --across-deploy; untestable where the
/// command failed, or where something was out of order before it began. What was seen becomes evidence.
tl::expected<Watched, Finding> watched(Probe& probe);

/// The profile's expectations, or those of a profile that says nothing.
wire::DeployExpectation expected_of(const Probe& probe);

/// "40 ms", "1.4 s", "12 s"
std::string seconds_text(std::int64_t ms);
/// "2 of 3 streams"
std::string counted(std::size_t some, std::size_t all, std::string_view what);

inline constexpr const char* kEcsDraining =
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/load-balancer-connection-draining.html";

}  // namespace weir::conformance
