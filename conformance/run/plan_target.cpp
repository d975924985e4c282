#include "conformance/run/plan_target.hpp"

#include "conformance/run/older_revisions.hpp"

namespace weir::conformance {

namespace {

/// Whatever the user gave to be sent may be a secret: it goes to the endpoint's origin and to no other.
wire::CredentialScope scope_of(const wire::Url& url, const wire::Headers& headers) {
  wire::CredentialScope scope{.origins = {url.origin()}, .fields = {}};
  for (const auto& field : headers.fields()) { scope.fields.push_back(field.name); }
  return scope;
}

}  // namespace

std::string target_name_of(const RunPlan& plan) {
  return plan.profile.name.empty() ? plan.url.host : plan.profile.name;
}

Target target_of(const RunPlan& plan) {
  Target target;
  target.profile = plan.profile;
  target.url = plan.url;
  target.headers = plan.profile.all_headers();
  target.client.ca_file = plan.profile.ca_file;
  target.client.insecure = plan.profile.insecure;
  target.client.user_agent = "weir/" + plan.version;
  target.call_read_only = plan.profile.call_read_only;
  target.client.credentials = scope_of(plan.url, target.headers);
  target.answer_timeout = plan.answer_timeout;
  target.hold = plan.hold;
  return target;
}

Target endpoint_target(const Target& whole, const wire::ProfileEndpoint& endpoint, wire::Url url) {
  Target target = unsurveyed(whole);
  target.url = std::move(url);
  target.client.credentials = scope_of(target.url, target.headers);
  target.detection = {};
  wire::Profile& profile = target.profile;
  profile.url = target.url.str();
  if (endpoint.era) {
    profile.revision = endpoint.era == profile.era ? profile.revision : std::nullopt;
    profile.era = endpoint.era;
  }
  profile.expected_tools = endpoint.expected_tools.value_or(profile.expected_tools);
  profile.safe_tools = endpoint.safe_tools.value_or(profile.safe_tools);
  return target;
}

}  // namespace weir::conformance
