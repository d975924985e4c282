// AWS Signature Version 4 of a request, in its header fields (AWS IAM User Guide, "Create a signed AWS API request").
// Pure: the moment is an input. Held against the signer of the official SDK for JavaScript by sigv4_test.cpp.
#pragma once

#include <cstdint>
#include <string>

#include "wire/http/http.hpp"

namespace weir::conformance::hook {

/// Never printed, by nobody: neither as they are nor what was made of them.
struct AwsCredentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  ///< Of temporary credentials; empty of others.
};

/// What a signature is good for.
struct SigningScope {
  std::string region;   ///< "eu-west-1"
  std::string service;  ///< "ecs"
};

/// The request with Host, X-Amz-Date, X-Amz-Security-Token and Authorization. Signed are Host, Content-Type and
/// whatever begins with X-Amz-; the rest a proxy may change. The path counts as encoded twice, as every service but S3
/// has it. A
/// '+' of the query stands for itself.
wire::Request signed_request(wire::Request request, const AwsCredentials& credentials, const SigningScope& scope,
                             std::int64_t unix_seconds);

}  // namespace weir::conformance::hook
