#include "conformance/redact.hpp"

#include <algorithm>
#include <cctype>

namespace weir::conformance {

namespace {

constexpr std::string_view kMask = "[redacted]";
/// Shorter values would black out half a report ("1", "on") without hiding much.
constexpr std::size_t kShortestSecret = 4;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

}  // namespace

bool is_credential_header(std::string_view name) {
  const std::string folded = lower(name);
  for (std::string_view word :
       {"authorization", "cookie", "key", "token", "secret", "password", "credential", "auth"}) {
    if (folded.find(word) != std::string::npos) {
      return true;
    }
  }
  return false;
}

Redactor::Redactor(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {
  std::erase_if(secrets_, [](const std::string& secret) { return secret.size() < kShortestSecret; });
  std::sort(secrets_.begin(), secrets_.end(),
            [](const auto& a, const auto& b) { return a.size() != b.size() ? a.size() > b.size() : a < b; });
  secrets_.erase(std::unique(secrets_.begin(), secrets_.end()), secrets_.end());
}

Redactor::Redactor(const wire::Profile& profile, const wire::Headers& headers) {
  std::vector<std::string> secrets = profile.secrets;
  secrets.push_back(profile.bearer);
  if (profile.api_key) {
    secrets.push_back(profile.api_key->value);
  }
  for (const auto& field : headers.fields()) {
    if (!is_credential_header(field.name)) {
      continue;
    }
    secrets.push_back(field.value);
    // "Bearer abc": the scheme is no secret, what follows is, also where it is quoted alone.
    if (const auto space = field.value.find(' '); space != std::string::npos) {
      secrets.push_back(field.value.substr(space + 1));
    }
  }
  *this = Redactor(std::move(secrets));
}

std::string Redactor::operator()(std::string_view text) const {
  std::string out(text);
  for (const auto& secret : secrets_) {
    for (std::size_t at = out.find(secret); at != std::string::npos; at = out.find(secret, at + kMask.size())) {
      out.replace(at, secret.size(), kMask);
    }
  }
  return out;
}

}  // namespace weir::conformance
