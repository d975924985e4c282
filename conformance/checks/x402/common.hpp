// What the checks of paid routes share. A paid route is a row of the profile's front door whose expected status
// is 402, or the endpoint itself where initialize has to be paid for. Nothing is ever spent: payments carry the
// signature of the stub (wire/target/x402.hpp), which only a stub takes.
#pragma once

#include "conformance/ask/common.hpp"
#include "wire/base/base64.hpp"
#include "wire/target/x402.hpp"

namespace weir::conformance {

inline constexpr const char* kNoPayments = "no row of the profile's front door expects 402";
inline constexpr const char* kX402Source = "https://github.com/coinbase/x402/blob/main/specs/x402-specification.md";
/// Where the terms and the payment stand in HTTP.
inline constexpr const char* kX402Transport = "https://github.com/coinbase/x402/blob/main/specs/transports-v2/http.md";
inline constexpr const char* kFetchCors = "https://fetch.spec.whatwg.org/#http-cors-protocol";
inline constexpr const char* kX402Hop = "application";
inline constexpr const char* kNoStub =
    "the facilitator is no stub that takes the signature of Weir, and only a payment that is taken could show it";
inline constexpr const char* kNoBase64 = "this is no payment";

/// A paid route, where it is.
struct Paid {
  wire::FrontDoorRoute route;
  wire::Url url;
};

/// The row's own request, without a payment; credentials go to the target's own origin only.
wire::Request paid_request(const Probe& probe, const Paid& paid);
/// The same with this for the payment of the version.
wire::Result<wire::Exchange> pay_as(Probe& probe, const Paid& paid, int version, std::string payment);

/// Judges each paid route in turn: nullopt where all is well. The first finding is the verdict; a pass says `well`.
/// What pages alone can show is asked where the row is a GET.
enum class Asked { by_any_method, by_get };
Finding judge_paid(Probe& probe, const std::string& well,
                   const std::function<std::optional<Finding>(const Paid&)>& problem,
                   Asked asked = Asked::by_any_method);

/// What an unpaid request is asked for. `finding` instead where there is no such thing: a fail, or an error of the way.
struct Offer {
  wire::Exchange answer;
  wire::x402::Required required;
};
tl::expected<Offer, Finding> ask_unpaid(Probe& probe, const Paid& paid);
/// The same for those who need the offer for something else: that there is none is told by x402.offer.answered.
tl::expected<Offer, Finding> need_offer(Probe& probe, const Paid& paid);

/// As long as a signature, and none.
inline constexpr std::string_view kNobodysSignature =
    "0x0000000000000000000000000000000000000000000000000000000000000000"
    "000000000000000000000000000000000000000000000000000000000000000000";
static_assert(kNobodysSignature.size() == 132);

/// Makes one thing wrong with a payment (`spoil`) and holds that it is answered 402 again, on every paid route. Where
/// no stub takes a payment that is right, a 402 says nothing of the one thing: untestable, but for the signature.
enum class Spoilt { signature, something_else };
Finding refuses_payment(Probe& probe, Spoilt spoilt, const std::string& what,
                        const std::function<void(json::object& accepted, wire::x402::Payment& payment)>& spoil);

/// Of a route that a payment opened, which was not to: untestable where anything opens it, or what nobody signed, as
/// the check of that says. nullopt where that much is refused.
std::optional<Finding> told_of_any_payment(Probe& probe, const Paid& paid, const wire::Exchange& opened, Spoilt spoilt);

/// The answer to a payment that fits the offer, but that nobody signed.
tl::expected<wire::Exchange, Finding> pay_unsigned(Probe& probe, const Paid& paid);

/// Pays at a stub facilitator. Untestable where there is none.
struct PaidFor {
  int version = 0;
  wire::Exchange answer;
};
tl::expected<PaidFor, Finding> pay_stub(Probe& probe, const Paid& paid);

}  // namespace weir::conformance
