#include "conformance/run/refused_credentials.hpp"

#include <algorithm>

#include "conformance/ask/auth.hpp"
#include "conformance/probe/memory.hpp"
#include "conformance/probe/secrets.hpp"
#include "conformance/probe/status.hpp"
#include "conformance/run/token_remark.hpp"
#include "wire/base/credentials.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance {

namespace {

constexpr std::chrono::milliseconds kPatience{2000};

/// The question to which 401 was the answer.
const wire::mcp::Attempt* refused_attempt(const Target& target) {
  const auto& attempts = target.detection.attempts;
  const auto found = std::find_if(attempts.begin(), attempts.end(), [](const wire::mcp::Attempt& attempt) {
    return attempt.exchange && attempt.exchange->head.status == kUnauthorized;
  });
  return found == attempts.end() ? nullptr : &*found;
}

/// Whether a server says that something is wrong with what it got, as RFC 6750 section 3.1 has it.
bool names_an_error(const wire::Exchange& refusal) {
  const auto challenge = refusal.head.headers.joined("www-authenticate");
  return challenge.find("error=") != std::string::npos || refusal.body.find("invalid_token") != std::string::npos;
}

/// The name of the field that may have been lost on the way, where the target answers without it as it does with it.
std::string lost_field(const Target& target, const wire::mcp::Attempt& attempt) {
  if (names_an_error(*attempt.exchange)) { return {}; }
  wire::Request bare = attempt.request;
  std::string lost;
  for (const auto& field : attempt.request.headers.fields()) {
    if (!wire::is_credential_name(field.name)) { continue; }
    lost = field.name;
    bare.headers.remove(field.name);
  }
  if (lost.empty()) { return {}; }
  const auto patience = std::min(kPatience, target.answer_timeout);
  const auto answer = wire::HttpClient(target.client).exchange(bare, wire::Deadline::in(patience));
  const auto challenge = [](const wire::Exchange& one) { return one.head.headers.joined("www-authenticate"); };
  const bool same = answer && answer->head.status == kUnauthorized && answer->body == attempt.exchange->body &&
                    challenge(*answer) == challenge(*attempt.exchange);
  return same ? lost : std::string();
}

/// As a client finds it, beginning with the same question.
json::value metadata_of(const Target& target, Era era) {
  Survey facts;
  facts.era = era;
  facts.revision = std::string(newest_revision(era));
  Probe probe(target, &facts, wire::Deadline::in(kPatience));
  const auto found = find_metadata(probe);
  return found ? found->document : json::value();
}

}  // namespace

void explain_refusal(const Target& target, reports::PreflightFailure& failure) {
  const MemoryBound bound;
  const auto* attempt = refused_attempt(target);
  if (failure.cause != "unauthorized" || !attempt || !has_credentials(target.headers)) { return; }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::string& token = target.profile.bearer;
  if (const auto why = why_refused(token, std::chrono::duration<double>(now).count()); !why.empty()) {
    failure.message += "; " + why;
  } else if (const auto field = lost_field(target, *attempt); !field.empty()) {
    failure.message += fmt::format("; it says the same to a request without {}, so that it may not get it", field);
    failure.fix = fmt::format(
        "See that what stands before the server passes {} on{}, then that the token or key is current and meant for "
        "this endpoint.",
        field, wire::lower(field) == "authorization" ? " (Apache: CGIPassAuth On)" : "");
  } else if (auto remark = compare_with_metadata(token, metadata_of(target, attempt->era))) {
    failure.message += "; " + remark->what;
    failure.fix = std::move(remark->fix);
  }
}

}  // namespace weir::conformance
