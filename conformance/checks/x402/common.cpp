#include "conformance/checks/x402/common.hpp"

#include <algorithm>
#include <ctime>
#include <random>

#include "conformance/ask/front_door.hpp"
#include "conformance/probe/secrets.hpp"
#include "conformance/probe/status.hpp"

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

/// A row may offer a payment itself: what is asked here is paid for, or not, by the check.
wire::FrontDoorRoute without_payment(wire::FrontDoorRoute row) {
  for (const int version : {1, 2}) { row.headers.remove(x402::payment_header(version)); }
  return row;
}

bool is_same_request(const Paid& a, const Paid& b) {
  const auto& left = a.route.headers.fields();
  const auto& right = b.route.headers.fields();
  const auto is_same_field = [](const auto& x, const auto& y) { return x.name == y.name && x.value == y.value; };
  return a.url == b.url && a.route.method == b.route.method && a.route.body == b.route.body &&
         a.route.credentials == b.route.credentials &&
         std::equal(left.begin(), left.end(), right.begin(), right.end(), is_same_field);
}

/// Payment may be asked for in other ways than x402: by a challenge, or of whom the credentials are.
bool is_of_x402(const Target& target, const wire::Exchange& answer) {
  const auto required = x402::read_required(answer.head.headers, answer.body);
  const bool named =
      answer.head.headers.has(x402::kRequiredHeader) ||
      (required && (required->document.contains("x402Version") || required->document.contains("accepts")));
  return named || !(answer.head.headers.has("WWW-Authenticate") || has_credentials(target.headers));
}

/// The endpoint itself, where its initialize is answered 402 and it is to be paid for before anything is spoken.
std::optional<Paid> paid_endpoint(const Target& target) {
  if (target.profile.era == Era::none || !target.detection.eras().empty()) { return std::nullopt; }
  const auto* attempt = target.detection.attempt(Era::streamable);
  if (!attempt || !attempt->exchange || attempt->exchange->head.status != kPaymentRequired ||
      !is_of_x402(target, *attempt->exchange)) {
    return std::nullopt;
  }
  wire::FrontDoorRoute route{.method = attempt->request.method, .path = target.url.path, .body = attempt->request.body};
  route.headers.set("Accept", std::string(attempt->request.headers.get("Accept")));
  route.expect.statuses = {kPaymentRequired};
  return Paid{std::move(route), target.url};
}

/// Each once, however many payments the rows offer. An error where a row's path makes no URL.
tl::expected<std::vector<Paid>, Finding> paid_routes(const Probe& probe) {
  std::vector<Paid> routes;
  const auto add = [&](Paid one) {
    const auto is_it = [&](const Paid& other) { return is_same_request(one, other); };
    if (std::none_of(routes.begin(), routes.end(), is_it)) { routes.push_back(std::move(one)); }
  };
  for (const auto& row : probe.target().profile.front_door) {
    if (row.expect.statuses != std::vector{kPaymentRequired}) { continue; }
    auto url = row_url(probe, row);
    if (!url) { return tl::unexpected(untestable(fmt::format("{} is no URL: {}", row.path, url.error().detail))); }
    add({without_payment(row), *std::move(url)});
  }
  auto endpoint = paid_endpoint(probe.target());
  const auto is_endpoint = [&](const Paid& one) {
    return one.url == endpoint->url && one.route.method == endpoint->route.method;
  };
  if (endpoint && std::none_of(routes.begin(), routes.end(), is_endpoint)) { add(*std::move(endpoint)); }
  return routes;
}

}  // namespace

wire::Request paid_request(const Probe& probe, const Paid& paid) {
  wire::Request request = row_request(probe, paid.route, paid.url);
  if (!paid.route.headers.has("Accept")) { request.headers.set("Accept", "application/json"); }
  return request;
}

Finding judge_paid(Probe& probe, const std::string& well,
                   const std::function<std::optional<Finding>(const Paid&)>& problem, Asked asked) {
  auto routes = paid_routes(probe);
  if (!routes) { return std::move(routes.error()); }
  if (routes->empty()) { return not_applicable(kNoPayments); }
  std::erase_if(*routes, [&](const Paid& paid) { return asked == Asked::by_get && paid.route.method != "GET"; });
  if (routes->empty()) { return not_applicable("no route that expects 402 is asked by GET"); }
  for (const auto& paid : *routes) {
    if (auto found = problem(paid)) { return *std::move(found); }
  }
  return pass(routes->size() == 1 ? well : fmt::format("{}, on each of {} routes", well, routes->size()));
}

tl::expected<Offer, Finding> ask_unpaid(Probe& probe, const Paid& paid) {
  auto answer = probe.send(paid_request(probe, paid));
  const std::string expected = fmt::format("402 and what has to be paid, from {}", paid.route.path);
  if (!answer) { return tl::unexpected(probe.broken(answer.error(), expected)); }
  if (answer->head.status != kPaymentRequired) {
    return tl::unexpected(fail(expected, describe(*answer))
                              .at(kX402Hop,
                                  "Put the payment middleware in front of the route's handler, and see that "
                                  "nothing before it answers instead."));
  }
  auto required = x402::read_required(answer->head.headers, answer->body);
  if (!required) {
    const bool in_header = answer->head.headers.has(x402::kRequiredHeader);
    return tl::unexpected(
        fail(expected, fmt::format("402, but {}", required.error().detail))
            .at(kX402Hop, in_header ? "Write into PAYMENT-REQUIRED the Base64 of the JSON with the terms (version 2), "
                                      "not the JSON itself, and nothing around it."
                                    : "Answer programs with the JSON of the x402 specification; the page is for "
                                      "browsers, which accept text/html and call themselves Mozilla."));
  }
  if (required->misplaced) {
    return tl::unexpected(fail(expected, "402 with x402Version 2 in the body, and PAYMENT-REQUIRED is missing")
                              .at(kX402Hop,
                                  "Send the terms of version 2 in PAYMENT-REQUIRED, as the Base64 of their JSON, and "
                                  "let no proxy drop the field: clients read version 1 alone in the body."));
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
  const int version = ready.required.version;
  return pay_as(probe, paid, version, x402::encode_payment(version, ready.accepted, ready.payment));
}

}  // namespace

wire::Result<wire::Exchange> pay_as(Probe& probe, const Paid& paid, int version, std::string payment) {
  wire::Request request = paid_request(probe, paid);
  request.headers.set(x402::payment_header(version), std::move(payment));
  return probe.send(request);
}

std::optional<Finding> told_of_any_payment(Probe& probe, const Paid& paid, const wire::Exchange& opened,
                                           Spoilt spoilt) {
  if (!opened.ok()) { return std::nullopt; }
  auto ready = make_ready(probe, paid);
  if (!ready) { return std::nullopt; }
  const auto nothing = pay_as(probe, paid, ready->required.version, kNoBase64);
  if (nothing && nothing->ok()) {
    return untestable(
        fmt::format("anything opens {}, even what is no payment: see x402.payment.malformed-refused", paid.route.path));
  }
  if (spoilt == Spoilt::signature) { return std::nullopt; }
  ready->payment.signature = kNobodysSignature;
  const auto unsigned_one = pay(probe, paid, *ready);
  if (!unsigned_one || !unsigned_one->ok()) { return std::nullopt; }
  return untestable(
      fmt::format("a payment that nobody signed opens {}: see x402.payment.unsigned-refused", paid.route.path));
}

Finding refuses_payment(Probe& probe, Spoilt spoilt, const std::string& what,
                        const std::function<void(json::object&, x402::Payment&)>& spoil) {
  const auto problem = [&](const Paid& paid) -> std::optional<Finding> {
    auto ready = make_ready(probe, paid);
    if (!ready) { return ready.error(); }
    spoil(ready->accepted, ready->payment);
    const auto answer = pay(probe, paid, *ready);
    const std::string expected = fmt::format("402 from {} for {}", paid.route.path, what);
    if (!answer) { return probe.broken(answer.error(), expected); }
    if (answer->head.status != kPaymentRequired) {
      if (auto told = told_of_any_payment(probe, paid, *answer, spoilt)) { return told; }
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
  const int status = answer->head.status;
  if (status == kPaymentRequired && is_refusal(*answer)) { return tl::unexpected(untestable(kNoStub)); }
  if (status != kPaymentRequired && status < kServerErrors && !answer->ok()) {
    return tl::unexpected(
        untestable(fmt::format("{} neither sells nor refuses: {}", paid.route.path, describe(*answer))));
  }
  if (!answer->ok()) {
    return tl::unexpected(fail(expected, describe(*answer)).at("facilitator", "See whether the facilitator answers."));
  }
  return PaidFor{ready->required.version, *std::move(answer)};
}

}  // namespace weir::conformance
