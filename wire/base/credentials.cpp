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

constexpr auto npos = std::string_view::npos;
constexpr std::size_t kLeastValueBytes = 4;  // A shorter one is no key, and stands in many a harmless place.
constexpr std::size_t kKeyBytes = 20;        // Of a path's part: routes are shorter words.

int hex_digit(char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::size_t at = kDigits.find(lower(c));
  return at == npos ? -1 : static_cast<int>(at);
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_digit(text[i + 2]);
    out += low < 0 ? text[i] : static_cast<char>(high * 16 + low);
    i += low < 0 ? 0 : 2;
  }
  return out;
}

void keep(std::vector<std::string>& into, std::string_view value, std::size_t least_bytes = kLeastValueBytes) {
  if (value.size() < least_bytes) { return; }
  into.emplace_back(value);
  if (std::string decoded = percent_decoded(value); decoded != value) { into.push_back(std::move(decoded)); }
}

template <class Use>
void each_part(std::string_view text, std::string_view between, Use use) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(between), text.size());
    use(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
}

}  // namespace

bool is_credential_name(std::string_view name) {
  constexpr std::array<std::string_view, 7> kParts = {"auth",   "cookie",   "key",       "token",
                                                      "secret", "password", "credential"};
  const std::string folded = lower(name);
  if (folded == "payment-signature") { return false; }  // x402: it pays whoever asks for it, and is good for once.
  return folded == "session" || has_word(folded) ||
         std::any_of(kParts.begin(), kParts.end(),
                     [&](std::string_view part) { return folded.find(part) != std::string::npos; });
}

bool is_credential_parameter(std::string_view name) {
  constexpr std::array<std::string_view, 5> kWhole = {"key", "token", "code", "authorization", "s"};
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

std::vector<std::string> credentials_in_url(std::string_view url, bool given_in_secret) {
  std::vector<std::string> out;
  url = url.substr(0, url.find('#'));
  const std::size_t scheme = url.find("://");
  std::string_view rest = scheme == npos ? url : url.substr(scheme + 3);
  const std::size_t path = scheme == npos ? 0 : std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, path);
  if (const std::size_t sign = authority.rfind('@'); sign != npos) {
    const std::string_view user = authority.substr(0, sign);
    const std::size_t colon = user.find(':');
    keep(out, colon == npos ? user : user.substr(colon + 1), 1);
  }
  rest.remove_prefix(path);
  const std::size_t question = std::min(rest.find('?'), rest.size());
  if (given_in_secret) {
    each_part(rest.substr(0, question), "/", [&](std::string_view part) {
      if (part.size() >= kKeyBytes) { keep(out, part); }
    });
  }
  each_part(rest.substr(std::min(rest.size(), question + 1)), "&;", [&](std::string_view pair) {
    const std::size_t equals = pair.find('=');
    if (equals == npos) { return; }
    if (given_in_secret || is_credential_parameter(pair.substr(0, equals))) { keep(out, pair.substr(equals + 1)); }
  });
  return out;
}

}  // namespace weir::wire
