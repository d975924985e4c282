// A hook of an AppSpec file (AfterAllowTestTraffic): the gate runs within the function, and CodeDeploy is told by
// PutLifecycleEventHookExecutionStatus.
#pragma once

#include "conformance/hook/means.hpp"

namespace weir::conformance::hook {

/// What the function keeps of its time to tell CodeDeploy.
inline constexpr std::chrono::seconds kTell{10};

/// What the function answers. CodeDeploy asks once, so that what proves nothing is tried again here, as long as the
/// function's time lasts. Whatever is wrong with the configuration, CodeDeploy is told Failed, for it would wait an
/// hour; then it is an error as well, and so is that CodeDeploy could not be told.
wire::Result<std::string> serve(const CodeDeployEvent& event, const Settings& settings, const Means& means);

}  // namespace weir::conformance::hook
