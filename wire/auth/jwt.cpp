#include "wire/auth/jwt.hpp"

#include "wire/base/base64.hpp"
#include "wire/base/limits.hpp"

namespace weir::wire {
namespace {

std::optional<json::object> object_of(std::string_view encoded) {
  const auto text = decode_base64(encoded);
  if (!text) { return std::nullopt; }
  auto parsed = parse_json(*text);
  if (!parsed || !parsed->value.is_object()) { return std::nullopt; }
  return std::move(parsed->value.as_object());
}

}  // namespace

std::optional<Jwt> decode_jwt(std::string_view token) {
  const auto first = token.find('.');
  const auto second = first == token.npos ? first : token.find('.', first + 1);
  if (token.size() > limits::kTokenBytes || second == token.npos || token.find('.', second + 1) != token.npos) {
    return std::nullopt;
  }
  auto header = object_of(token.substr(0, first));
  auto claims = object_of(token.substr(first + 1, second - first - 1));
  auto signature = decode_base64(token.substr(second + 1));
  if (!header || !claims || !signature) { return std::nullopt; }
  return Jwt{std::move(*header), std::move(*claims), std::move(*signature)};
}

std::string jwt_signing_input(const json::object& header, const json::object& claims) {
  return base64url(json::serialize(header)) + "." + base64url(json::serialize(claims));
}

std::string encode_jwt(const json::object& header, const json::object& claims, std::string_view signature) {
  return jwt_signing_input(header, claims) + "." + base64url(signature);
}

std::string jwt_text(const json::object& part, std::string_view name) {
  const auto* member = part.if_contains(name);
  const auto* text = member ? member->if_string() : nullptr;
  return text ? std::string(*text) : std::string();
}

std::optional<double> jwt_time(const json::object& claims, std::string_view name) {
  const auto* member = claims.if_contains(name);
  if (!member || !member->is_number()) { return std::nullopt; }
  boost::system::error_code ec;
  const auto seconds = member->to_number<double>(ec);
  return ec ? std::nullopt : std::optional(seconds);
}

}  // namespace weir::wire
