#include "conformance/checks/x402/common.hpp"

#include <ctime>
#include <random>

namespace weir::conformance {

namespace x402 = wire::x402;

namespace {

constexpr std::int64_t kClockSkewSeconds = 600;
constexpr std::int64_t kValidSeconds = 60;
constexpr const char* kNobody = "0x000000000000000000000000000000000000dEaD";

std::string random_hex(std::size_t digits) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::random_device random;
  std::string text;
  for (std::size_t i = 0; i < digits; ++i) { text.push_back(kDigits[random() % kDigits.size()]); }
  return text;
}

}  // namespace

wire::Request paid_request(const Probe& probe, const Paid& paid) {
  wire::Request request = probe.request(paid.route.method, paid.url);
  if (paid.url.origin() != probe.target().url.origin()) { request.headers = {}; }
  request.headers.set("Accept", "application/json");
  for (const auto& field : paid.route.headers.fields()) { request.headers.set(field.name, field.value); }
  return request;
}

Finding judge_paid(Probe& probe, const std::string& well,
                   const std::function<std::optional<Finding>(const Paid&)>& problem) {
  std::vector<wire::FrontDoorRoute> routes;
  for (const auto& route : probe.target().profile.front_door) {
    if (route.expect.statuses == std::vector{402}) { routes.push_back(route); }
  }
  if (routes.empty()) { return not_applicable(kNoPayments); }
  for (const auto& route : routes) {
    const auto url = wire::resolve(probe.target().url, route.path);
    if (!url) { return untestable(fmt::format("{} is no URL: {}", route.path, url.error().detail)); }
    if (auto found = problem({route, *url})) { return *std::move(found); }
  }
  return pass(routes.size() == 1 ? well : fmt::format("{}, on each of {} routes", well, routes.size()));
}

tl::expected<Offer, Finding> ask_unpaid(Probe& probe, const Paid& paid) {
  auto answer = probe.send(paid_request(probe, paid));
  const std::string expected = fmt::format("402 and what has to be paid, from {}", paid.route.path);
  if (!answer) { return tl::unexpected(probe.broken(answer.error(), expected)); }
  if (answer->head.status != 402) {
    return tl::unexpected(fail(expected, describe(*answer))
                              .at(kX402Hop,
                                  "Put the payment middleware in front of the route's handler, and see that "
                                  "nothing before it answers instead."));
  }
  auto required = x402::read_required(answer->head.headers, answer->body);
  if (!required) {
    return tl::unexpected(fail(expected, fmt::format("402, but {}", required.error().detail))
                              .at(kX402Hop,
                                  "Answer programs with the JSON of the x402 specification; the page is for "
                                  "browsers, which accept text/html and call themselves Mozilla."));
  }
  return Offer{*std::move(answer), *std::move(required)};
}

tl::expected<Offer, Finding> need_offer(Probe& probe, const Paid& paid) {
  return ask_unpaid(probe, paid).map_error([](Finding finding) {
    return finding.verdict == reports::Verdict::fail
               ? untestable("no offer is made (see x402.offer.answered): " + finding.got)
               : std::move(finding);
  });
}

namespace {

/// A way to pay, and a payment that fits.
struct Ready {
  x402::Required required;
  json::object accepted;
  x402::Payment payment;
};

/// The nonce is new each time.
x402::Payment fitting_payment(const x402::Required& required, const json::object& accepted) {
  const std::int64_t now = std::time(nullptr);
  const json::value amount = required.amount_of(accepted);
  const json::value* pay_to = accepted.if_contains("payTo");
  return {.from = kNobody,
          .to = std::string(wire::as_string(pay_to).value_or(kNobody)),
          .value = std::string(wire::as_string(&amount).value_or("1")),
          .valid_after = now - kClockSkewSeconds,
          .valid_before = now + kValidSeconds,
          .nonce = "0x" + random_hex(64),
          .signature = std::string(x402::kStubSignature)};
}

tl::expected<Ready, Finding> make_ready(Probe& probe, const Paid& paid) {
  auto offer = need_offer(probe, paid);
  if (!offer) { return tl::unexpected(std::move(offer.error())); }
  auto ways = offer->required.accepts();
  if (ways.empty()) { return tl::unexpected(untestable(fmt::format("{} names no way to pay", paid.route.path))); }
  auto payment = fitting_payment(offer->required, ways.front());
  return Ready{std::move(offer->required), std::move(ways.front()), std::move(payment)};
}

/// Whether the facilitator judged the payment, or nobody asked it; its own trouble is called unexpected. Codes: the
/// specification, "Error Codes"; many a server says it in words of its own.
bool is_refusal(const wire::Exchange& answer) {
  const auto required = x402::read_required(answer.head.headers, answer.body);
  const json::value* error = required ? required->document.if_contains("error") : nullptr;
  return !wire::as_string(error).value_or("").starts_with("unexpected_");
}

wire::Result<wire::Exchange> pay(Probe& probe, const Paid& paid, const Ready& ready) {
  wire::Request request = paid_request(probe, paid);
  request.headers.set(x402::payment_header(ready.required.version),
                      x402::encode_payment(ready.required.version, ready.accepted, ready.payment));
  return probe.send(request);
}

}  // namespace

Finding refuses_payment(Probe& probe, Spoilt spoilt, const std::string& what,
                        const std::function<void(json::object&, x402::Payment&)>& spoil) {
  const auto problem = [&](const Paid& paid) -> std::optional<Finding> {
    auto ready = make_ready(probe, paid);
    if (!ready) { return ready.error(); }
    spoil(ready->accepted, ready->payment);
    const auto answer = pay(probe, paid, *ready);
    const std::string expected = fmt::format("402 from {} for {}", paid.route.path, what);
    if (!answer) { return probe.broken(answer.error(), expected); }
    if (answer->head.status != 402) {
      return fail(expected, describe(*answer))
          .at(kX402Hop,
              "Verify every payment with the facilitator, against the very requirements that the 402 named, before the "
              "handler runs; answer 402 with the reason when it is refused.");
    }
    if (spoilt == Spoilt::signature) { return std::nullopt; }
    const auto right = pay_stub(probe, paid);
    return right ? std::nullopt : std::optional(right.error());
  };
  return judge_paid(probe, fmt::format("{} is answered 402 again", what), problem);
}

tl::expected<wire::Exchange, Finding> pay_unsigned(Probe& probe, const Paid& paid) {
  auto ready = make_ready(probe, paid);
  if (!ready) { return tl::unexpected(std::move(ready.error())); }
  ready->payment.signature = kNobodysSignature;
  return pay(probe, paid, *ready).map_error([&](const wire::Error& error) {
    return probe.broken(error, fmt::format("402 from {} for a payment that nobody signed", paid.route.path));
  });
}

tl::expected<PaidFor, Finding> pay_stub(Probe& probe, const Paid& paid) {
  auto ready = make_ready(probe, paid);
  if (!ready) { return tl::unexpected(std::move(ready.error())); }
  auto answer = pay(probe, paid, *ready);
  const std::string expected = fmt::format("what is paid for from {}", paid.route.path);
  if (!answer) { return tl::unexpected(probe.broken(answer.error(), expected)); }
  if (answer->head.status == 402 && is_refusal(*answer)) { return tl::unexpected(untestable(kNoStub)); }
  if (!answer->ok()) {
    return tl::unexpected(fail(expected, describe(*answer)).at("facilitator", "See whether the facilitator answers."));
  }
  return PaidFor{ready->required.version, *std::move(answer)};
}

}  // namespace weir::conformance
