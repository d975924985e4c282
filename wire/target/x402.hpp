// x402, payment over HTTP 402: what a server asks for, and a payment as the client sends it. Version 1 asks in the body
// and takes X-PAYMENT; version 2 asks in PAYMENT-REQUIRED and takes PAYMENT-SIGNATURE.
// https://github.com/coinbase/x402, specs/x402-specification.md and specs/transports-v2/http.md
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/base/error.hpp"
#include "wire/http/http.hpp"
#include "wire/json/json.hpp"

namespace weir::wire::x402 {

/// Names of the header fields of a version, 1 or 2.
std::string_view payment_header(int version);  ///< Of a request: "X-PAYMENT", "PAYMENT-SIGNATURE"
std::string_view receipt_header(int version);  ///< Of a response: "X-PAYMENT-RESPONSE", "PAYMENT-RESPONSE"
inline constexpr std::string_view kRequiredHeader = "PAYMENT-REQUIRED";

/// What a 402 asks for.
struct Required {
  int version = 0;         ///< 1 or 2, by where it stood; 2 as well where the body says so.
  json::object document;   ///< x402Version, error, accepts, and in version 2 resource.
  std::string_view place;  ///< "the body" or "PAYMENT-REQUIRED", for messages.
  bool misplaced = false;  ///< Version 2 in the body, without PAYMENT-REQUIRED: no client reads that.

  /// Member `accepts`, where it is a list of objects; else empty.
  std::vector<json::object> accepts() const;
  /// The amount of one of `accepts` as it stands there: `maxAmountRequired` or `amount`; null where absent.
  json::value amount_of(const json::object& accepted) const;
  /// The URL that it is asked for, "" where there is none: of one of `accepts`, or of the whole.
  std::string resource_of(const json::object& accepted) const;
};

/// Reads PAYMENT-REQUIRED where the response has it, else its body. Errors say what stood there instead.
Result<Required> read_required(const Headers& headers, std::string_view body);

/// A payment of the scheme `exact` on an EVM network: an EIP-3009 authorization and its signature.
struct Payment {
  std::string from, to, value;                     ///< `value`: atomic units, decimal.
  std::int64_t valid_after = 0, valid_before = 0;  ///< Unix seconds.
  std::string nonce;                               ///< "0x" and 64 hexadecimal digits.
  std::string signature;                           ///< "0x" and 130 hexadecimal digits.
};
/// The signature that a stub in the place of a facilitator takes for good. No wallet has made it: a real facilitator
/// refuses it, and nothing is ever spent.
inline constexpr std::string_view kStubSignature =
    "0x57656972207374756220666163696c697461746f723a206e6f7468696e67206973207370656e742e"
    "00000000000000000000000000000000000000000000000000";
static_assert(kStubSignature.size() == 132);  // As long as a real one: 65 bytes.

/// The value of payment_header(): Base64 of the JSON. `accepted` is the one of `accepts` that it pays.
std::string encode_payment(int version, const json::object& accepted, const Payment& payment);

}  // namespace weir::wire::x402
