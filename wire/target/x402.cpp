#include "wire/target/x402.hpp"

#include <fmt/format.h>

#include "wire/base/base64.hpp"

namespace weir::wire::x402 {

std::string_view payment_header(int version) { return version == 1 ? "X-PAYMENT" : "PAYMENT-SIGNATURE"; }
std::string_view receipt_header(int version) { return version == 1 ? "X-PAYMENT-RESPONSE" : "PAYMENT-RESPONSE"; }

std::vector<json::object> Required::accepts() const {
  std::vector<json::object> all;
  const json::value* list = document.if_contains("accepts");
  if (list == nullptr || !list->is_array()) { return all; }
  for (const json::value& one : list->get_array()) {
    if (one.is_object()) { all.push_back(one.get_object()); }
  }
  return all;
}

json::value Required::amount_of(const json::object& accepted) const {
  const json::value* amount = accepted.if_contains(version == 1 ? "maxAmountRequired" : "amount");
  return amount == nullptr ? json::value(nullptr) : *amount;
}

std::string Required::resource_of(const json::object& accepted) const {
  const json::value* resource = version == 1 ? accepted.if_contains("resource") : document.if_contains("resource");
  if (resource == nullptr) { return {}; }
  return std::string(version == 1 ? as_string(resource).value_or("") : string_or(*resource, "url", ""));
}

Result<Required> read_required(const Headers& headers, std::string_view body) {
  Required required;
  std::string text(body);
  const auto field = headers.find(kRequiredHeader);
  required.place = field ? kRequiredHeader : "the body";
  if (field) {
    auto decoded = decode_base64(*field);
    if (!decoded) {
      return fail(ErrorCode::malformed_message, fmt::format("{} is no Base64: {}", kRequiredHeader, excerpt(*field)));
    }
    text = *std::move(decoded);
  }
  auto parsed = parse_json(text);
  json::object* object = parsed ? parsed->value.if_object() : nullptr;
  if (object == nullptr) {
    return fail(ErrorCode::malformed_message,
                fmt::format("{} holds no JSON object: {}", required.place, excerpt(std::string_view(text), 80)));
  }
  required.misplaced = !field && as_integer(object->if_contains("x402Version")) == 2;
  required.version = field || required.misplaced ? 2 : 1;
  required.document = std::move(*object);
  return required;
}

std::string encode_payment(int version, const json::object& accepted, const Payment& payment) {
  json::object authorization{{"from", payment.from},
                             {"to", payment.to},
                             {"value", payment.value},
                             {"validAfter", std::to_string(payment.valid_after)},
                             {"validBefore", std::to_string(payment.valid_before)},
                             {"nonce", payment.nonce}};
  json::object message{
      {"x402Version", version},
      {"payload", json::object{{"signature", payment.signature}, {"authorization", std::move(authorization)}}}};
  if (version == 1) {
    for (const char* member : {"scheme", "network"}) {
      if (const json::value* value = accepted.if_contains(member)) { message[member] = *value; }
    }
  } else {
    message["accepted"] = accepted;
  }
  return base64(json::serialize(message));
}

}  // namespace weir::wire::x402
