// The kill fixture of this area: an endpoint that is deployed anew by a request, and one watch for all checks of a
// case.
#include <map>

#include "conformance/deploy/across_deploy.hpp"
#include "conformance/matrix/kill_fixture_test.hpp"

namespace weir::conformance {
namespace {

DeployHook deploy_by_request(const std::string& origin) {
  return [origin](wire::Deadline deadline, const std::function<bool()>&) {
    wire::HttpClient client;
    wire::Request request{
        .method = "POST", .url = wire::parse_url(origin + "/deploy").value(), .headers = {}, .body = {}};
    const auto answer = client.exchange(request, deadline);
    DeployEnd end;
    end.exit_code = answer && answer->ok() ? 0 : 1;
    return end;
  };
}

const KillFixtureRegistration kDeploy{
    {.name = "deploy",
     .prepare =
         [](auto& options, auto& profile) {
           options.endpoint.redeploy.path = "/deploy";
           options.endpoint.redeploy.last_calls_ms = 600;  // More than a call takes.
           options.endpoint.heartbeat_ms = 60;
           profile.deploy = wire::DeployExpectation{.drain_s = 0.3, .recovery_s = 0.6, .lost_calls = 0};
           profile.safe_tools = {{.name = "slow_count", .arguments = {{"to", 2}, {"pause_ms", 200}}}};
         },
     .attach =
         [](const fixtures::Server& server, const std::string& fault, Target& target) {
           using std::chrono::milliseconds;
           static std::map<std::string, std::shared_ptr<AcrossDeploy>> watches;
           const auto era = target.surveys.empty() ? Era::none : target.surveys.front().era;
           auto& watch = watches[fmt::format("{} {} {}", to_string(era), fault, target.answer_timeout.count())];
           if (!watch) {
             watch = std::make_shared<AcrossDeploy>(AcrossDeployOptions{.hook = deploy_by_request(server.origin()),
                                                                        .pace = milliseconds(30),
                                                                        .before = milliseconds(150),
                                                                        .after = milliseconds(3000)});
           }
           target.across_deploy = watch;
         }}};

}  // namespace
}  // namespace weir::conformance
