#include "wire/base/credentials.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "wire/base/text.hpp"

namespace weir::wire {
namespace {

// Between "-" and "_", so that "X-Bypass" is none. A session id is no credential: commands have to show it.
constexpr std::array<std::string_view, 14> kWords = {"jwt",    "pass", "passwd",    "password",  "pwd",
                                                     "sig",    "sas",  "signature", "assertion", "dpop",
                                                     "bearer", "auth", "secret",    "credential"};

bool has_word(std::string_view name) {
  while (!name.empty()) {
    const std::size_t end = std::min(name.find_first_of("-_"), name.size());
    if (std::find(kWords.begin(), kWords.end(), name.substr(0, end)) != kWords.end()) { return true; }
    name.remove_prefix(std::min(name.size(), end + 1));
  }
  return false;
}

}  // namespace

bool is_credential_name(std::string_view name) {
  constexpr std::array<std::string_view, 7> kParts = {"auth",   "cookie",   "key",       "token",
                                                      "secret", "password", "credential"};
  const std::string folded = lower(name);
  return folded == "session" || has_word(folded) ||
         std::any_of(kParts.begin(), kParts.end(),
                     [&](std::string_view part) { return folded.find(part) != std::string::npos; });
}

bool is_credential_parameter(std::string_view name) {
  constexpr std::array<std::string_view, 4> kWhole = {"key", "token", "code", "authorization"};
  constexpr std::array<std::string_view, 16> kEnds = {
      "apikey",        "accesskey", "subscriptionkey", "secretkey",   "authkey",      "signingkey",
      "functionkey",   "appkey",    "authtoken",       "accesstoken", "refreshtoken", "idtoken",
      "securitytoken", "apitoken",  "clientsecret",    "sessiontoken"};
  const std::string folded = lower(name);
  if (std::find(kWhole.begin(), kWhole.end(), folded) != kWhole.end() || has_word(folded)) { return true; }
  std::string joined = folded;
  std::erase_if(joined, [](char c) { return c == '-' || c == '_'; });
  return std::any_of(kEnds.begin(), kEnds.end(), [&](std::string_view end) { return joined.ends_with(end); });
}

}  // namespace weir::wire
