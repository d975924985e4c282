#include "conformance/hook/sigv4.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "conformance/hook/digest.hpp"
#include "wire/base/text.hpp"
#include "wire/base/time.hpp"
#include "wire/schema/uri.hpp"

namespace weir::conformance::hook {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";
constexpr std::size_t kDateDigits = 8;

/// RFC 3986 section 2.3: unreserved characters stand for themselves, every other byte is encoded, in upper case.
std::string encoded(std::string_view text, std::string_view kept = "") {
  std::string out;
  for (const char c : text) {
    if (wire::is_word(c) || c == '-' || c == '.' || c == '~' || kept.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    if (end == text.size()) { return parts; }
    text.remove_prefix(end + 1);
  }
}

/// Without empty segments and those of dots; what is encoded in it is encoded once more.
std::string canonical_path(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const auto segment : parts_of(path, '/')) {
    if (segment == "..") {
      if (!kept.empty()) { kept.pop_back(); }
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
  }
  const bool ends_in_slash = !kept.empty() && path.ends_with('/');
  return encoded(fmt::format("/{}{}", fmt::join(kept, "/"), ends_in_slash ? "/" : ""), "/");
}

std::string canonical_query(std::string_view query) {
  if (query.empty()) { return ""; }
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto part : parts_of(query, '&')) {
    const auto equals = std::min(part.find('='), part.size());
    const auto value = equals == part.size() ? "" : part.substr(equals + 1);
    pairs.emplace_back(encoded(wire::schema::percent_decode(part.substr(0, equals))),
                       encoded(wire::schema::percent_decode(value)));
  }
  std::sort(pairs.begin(), pairs.end());
  std::vector<std::string> texts;
  for (const auto& [name, value] : pairs) { texts.push_back(fmt::format("{}={}", name, value)); }
  return fmt::format("{}", fmt::join(texts, "&"));
}

/// Runs of blanks become one.
std::string canonical_value(std::string_view value) {
  std::string out;
  for (const char c : wire::trimmed(value)) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank) {
      out += c;
    } else if (out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

/// Sorted by name; fields of one name are a list.
std::map<std::string, std::string> signed_fields(const wire::Headers& headers) {
  std::map<std::string, std::string> fields;
  for (const auto& [name, value] : headers.fields()) {
    const std::string key = wire::lower(name);
    if (key != "host" && key != "content-type" && !key.starts_with("x-amz-")) { continue; }
    const auto [at, is_new] = fields.emplace(key, canonical_value(value));
    if (!is_new) { at->second += "," + canonical_value(value); }
  }
  return fields;
}

/// "20261121T020000Z"
std::string basic_time(std::int64_t unix_seconds) {
  std::string text = wire::rfc3339(unix_seconds);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

std::string signing_key(const AwsCredentials& credentials, const SigningScope& scope, std::string_view date) {
  const std::string of_date = hmac_sha256("AWS4" + credentials.secret_access_key, date);
  return hmac_sha256(hmac_sha256(hmac_sha256(of_date, scope.region), scope.service), kTerminator);
}

}  // namespace

wire::Request signed_request(wire::Request request, const AwsCredentials& credentials, const SigningScope& scope,
                             std::int64_t unix_seconds) {
  const std::string time = basic_time(unix_seconds), date = time.substr(0, kDateDigits);
  request.headers.remove("Authorization");
  request.headers.set("Host", request.url.authority());
  request.headers.set("X-Amz-Date", time);
  request.headers.remove("X-Amz-Security-Token");
  if (!credentials.session_token.empty()) { request.headers.set("X-Amz-Security-Token", credentials.session_token); }

  std::string fields;
  std::vector<std::string> names;
  for (const auto& [name, value] : signed_fields(request.headers)) {
    fields += fmt::format("{}:{}\n", name, value);
    names.push_back(name);
  }
  const std::string signed_names = fmt::format("{}", fmt::join(names, ";"));
  const std::string canonical =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, canonical_path(request.url.path),
                  canonical_query(request.url.query), fields, signed_names, hex(sha256(request.body)));
  const std::string scope_text = fmt::format("{}/{}/{}/{}", date, scope.region, scope.service, kTerminator);
  const std::string to_sign = fmt::format("{}\n{}\n{}\n{}", kAlgorithm, time, scope_text, hex(sha256(canonical)));
  const std::string signature = hex(hmac_sha256(signing_key(credentials, scope, date), to_sign));
  request.headers.add("Authorization", fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                                                   credentials.access_key_id, scope_text, signed_names, signature));
  return request;
}

}  // namespace weir::conformance::hook
