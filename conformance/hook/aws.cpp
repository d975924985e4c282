#include "conformance/hook/aws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <thread>

#include "wire/base/text.hpp"
#include "wire/base/time.hpp"

namespace weir::conformance::hook {
namespace {

using wire::bad_input;

constexpr std::chrono::seconds kAttempt{10};
constexpr std::chrono::milliseconds kFirstPause{250};
constexpr std::chrono::milliseconds kLongestPause{4000};
constexpr std::size_t kMessageBytes = 400;

constexpr std::array<std::string_view, 8> kPassing = {
    "ThrottlingException",      "ThrottledException", "Throttling",         "RequestLimitExceeded",
    "TooManyRequestsException", "ServerException",    "ServiceUnavailable", "RequestTimeout"};

constexpr int kTooMany = 429;
constexpr int kServerErrors = 500;

wire::ClientOptions options_of_client() {
  wire::ClientOptions options;
  options.user_agent = "weir-hook";
  options.follow_same_origin_redirects = false;
  return options;
}

/// "com.amazonaws.ecs#ClientException", or "ClientException:http://..." of a header: the word alone.
std::string word_of(std::string_view type) {
  type = type.substr(0, type.find(':'));
  if (const auto hash = type.rfind('#'); hash != std::string_view::npos) { type.remove_prefix(hash + 1); }
  return wire::printable(type);
}

std::string_view message_of(const wire::json::value& body) {
  const auto message = wire::string_or(body, "message", "");
  return message.empty() ? wire::string_or(body, "Message", "") : message;
}

wire::Result<wire::Url> endpoint_of(const AwsService& service, const std::string& region,
                                    const Environment& environment) {
  for (const std::string& name : {service.endpoint_at, std::string("AWS_ENDPOINT_URL")}) {
    if (const auto given = environment(name); given && !given->empty()) {
      auto url = wire::parse_url(*given);
      if (!url) { return bad_input(fmt::format("{}: {}", name, url.error().detail)); }
      return url;
    }
  }
  const std::string_view domain = region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return wire::parse_url(fmt::format("https://{}.{}.{}/", service.name, region, domain));
}

}  // namespace

AwsService ecs_service() { return {"ecs", "AmazonEC2ContainerServiceV20141113", "AWS_ENDPOINT_URL_ECS"}; }
AwsService code_deploy_service() { return {"codedeploy", "CodeDeploy_20141006", "AWS_ENDPOINT_URL_CODEDEPLOY"}; }

AwsResult read_aws_answer(std::string_view action, int status, std::string_view error_type, std::string_view body) {
  const auto parsed = wire::parse_json(body);
  if (status == 200 && parsed) { return parsed->value; }
  if (status == 200 && body.empty()) { return wire::json::object{}; }
  AwsFailure failure;
  std::string message;
  if (parsed) {
    const auto type = wire::string_or(parsed->value, "__type", "");
    failure.type = word_of(type.empty() ? error_type : type);
    message = wire::bounded(wire::printable(message_of(parsed->value)), kMessageBytes);
  } else {
    failure.type = word_of(error_type);
  }
  failure.may_pass = status == 200 || status == kTooMany || status >= kServerErrors ||
                     std::find(kPassing.begin(), kPassing.end(), failure.type) != kPassing.end();
  failure.may_be_done = status == 200 || status >= kServerErrors;
  failure.detail = fmt::format("{} was answered with status {}{}{}{}{}", action, status,
                               failure.type.empty() ? "" : ", ", failure.type, message.empty() ? "" : ": ", message);
  return tl::unexpected(std::move(failure));
}

Aws::Aws(AwsCredentials credentials, std::string region, Environment environment)
    : credentials_(std::move(credentials)),
      region_(std::move(region)),
      environment_(std::move(environment)),
      client_(options_of_client()) {}

wire::Result<Aws> Aws::of(const Environment& environment) {
  const auto text = [&](const char* name) { return environment(name).value_or(""); };
  AwsCredentials credentials{text("AWS_ACCESS_KEY_ID"), text("AWS_SECRET_ACCESS_KEY"), text("AWS_SESSION_TOKEN")};
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty()) {
    return bad_input(
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set: AWS Lambda gives them to a function that "
        "has a role");
  }
  std::string region = text("AWS_REGION");
  if (region.empty()) { region = text("AWS_DEFAULT_REGION"); }
  if (region.empty()) { return bad_input("AWS_REGION is not set"); }
  return Aws(std::move(credentials), std::move(region), environment);
}

std::vector<std::string> Aws::secrets() const {
  return {credentials_.access_key_id, credentials_.secret_access_key, credentials_.session_token};
}

AwsResult Aws::call(const AwsService& service, std::string_view action, const wire::json::object& body,
                    wire::Deadline deadline) {
  const auto url = endpoint_of(service, region_, environment_);
  if (!url) { return tl::unexpected(AwsFailure{.detail = url.error().detail}); }
  wire::Request request{.method = "POST", .url = *url, .body = wire::json::serialize(body)};
  request.headers.add("Content-Type", "application/x-amz-json-1.1");
  request.headers.add("X-Amz-Target", fmt::format("{}.{}", service.target, action));
  bool may_be_done = false;
  for (auto pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    auto answer = ask_once(request, service, action, deadline.or_sooner(wire::Deadline::in(kAttempt)));
    if (answer) { return answer; }
    may_be_done = answer.error().may_be_done = may_be_done || answer.error().may_be_done;
    if (!answer.error().may_pass || deadline.left() <= pause) { return answer; }
    std::this_thread::sleep_for(pause);
  }
}

AwsResult Aws::ask_once(const wire::Request& unsigned_request, const AwsService& service, std::string_view action,
                        wire::Deadline deadline) {
  const auto request =
      signed_request(unsigned_request, credentials_, {region_, service.name}, wire::unix_seconds_now());
  const auto got = client_.exchange(request, deadline);
  if (!got) {
    return tl::unexpected(AwsFailure{.detail = fmt::format("{} was not answered: {}", action, got.error().detail),
                                     .may_pass = true,
                                     .may_be_done = true});
  }
  if (got->end != wire::EndClass::clean) {
    return tl::unexpected(AwsFailure{
        .detail = fmt::format("the answer to {} did not come whole", action), .may_pass = true, .may_be_done = true});
  }
  return read_aws_answer(action, got->head.status, got->head.headers.get("X-Amzn-Errortype"), got->body);
}

}  // namespace weir::conformance::hook
