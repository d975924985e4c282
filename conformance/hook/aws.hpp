// Calls of the services of AWS that speak JSON 1.1 (ECS, CodeDeploy), signed, and asked again while they may yet
// answer.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/hook/settings.hpp"
#include "conformance/hook/sigv4.hpp"
#include "wire/http/http_client.hpp"

namespace weir::conformance::hook {

/// A service of AWS, as calls name it.
struct AwsService {
  std::string name;         ///< Of the signature's scope and of the host: "ecs".
  std::string target;       ///< What stands before the action in X-Amz-Target.
  std::string endpoint_at;  ///< The environment variable that says where it is.
};
AwsService ecs_service();
AwsService code_deploy_service();

/// Why a call has no answer.
struct AwsFailure {
  std::string type;          ///< "AccessDeniedException"; empty where nothing was answered.
  std::string detail;        ///< One sentence.
  bool may_pass = false;     ///< Throttled, overloaded or unreachable: nothing is wrong with what was asked.
  bool may_be_done = false;  ///< An attempt may have reached the service, and its answer was lost.
};
using AwsResult = tl::expected<wire::json::value, AwsFailure>;

/// What an answer means: its body, or the failure that it names.
AwsResult read_aws_answer(std::string_view action, int status, std::string_view error_type, std::string_view body);

class Aws {
 public:
  /// Credentials and region as Lambda gives them to a function, and AWS_ENDPOINT_URL_* where somebody else answers.
  static wire::Result<Aws> of(const Environment& environment);

  /// Asks again with growing pauses until `deadline`, unless the answer is final.
  AwsResult call(const AwsService& service, std::string_view action, const wire::json::object& body,
                 wire::Deadline deadline);

  /// What no output may show.
  std::vector<std::string> secrets() const;

 private:
  Aws(AwsCredentials credentials, std::string region, Environment environment);
  AwsResult ask_once(const wire::Request& unsigned_request, const AwsService& service, std::string_view action,
                     wire::Deadline deadline);

  AwsCredentials credentials_;
  std::string region_;
  Environment environment_;
  wire::HttpClient client_;
};

}  // namespace weir::conformance::hook
