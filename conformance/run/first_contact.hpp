// Whether a run comes to its checks: the first look, asked again where that may help, and the failures that end it.
#pragma once

#include "conformance/probe/preflight.hpp"
#include "wire/auth/oauth.hpp"

namespace weir::conformance {

/// The preflight. A limit of the rate may stand open in a moment: Retry-After says when. And the next of several
/// targets may know the credentials, or work, which this one does not: then there are checks that name the difference.
/// A function that was scaled to zero starts while the first look is not answered, and answers the second.
Preflight preflight_in_turn(const Target& target, std::optional<Era> only, wire::Deadline deadline);

/// Whether the rate of requests is limited so far that no survey came to its end: each check would wait in vain.
bool is_kept_out_by_rate(const Target& target);

/// Of surveys that did not come to their end; `problems` says why, and is not empty.
reports::PreflightFailure no_handshake_passes(const std::vector<std::string>& problems);
reports::PreflightFailure no_conversation(const Target& target, const std::vector<std::string>& problems);
reports::PreflightFailure no_token(const wire::Error& error, const wire::OAuthClient& oauth);

}  // namespace weir::conformance
