#include "conformance/probe/attribution.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/probe/status.hpp"
#include "wire/base/known_hops.hpp"
#include "wire/target/edge_sign.hpp"

namespace weir::conformance {

namespace {

using wire::Counts;
using wire::KnownHop;

constexpr const char* kServer = "server";

/// A timer is met some time after it ran out, and hardly ever before.
bool is_about(double seconds, double known) { return seconds > known - 0.25 && seconds < known * 1.02 + 0.75; }

std::vector<KnownHop> hops_at(double seconds, Counts counts) {
  std::vector<KnownHop> found;
  for (const KnownHop& hop : wire::known_hops()) {
    if (hop.counts == counts && is_about(seconds, hop.seconds)) { found.push_back(hop); }
  }
  return found;
}

double seconds_of(std::int64_t micros) { return static_cast<double>(micros) / 1e6; }

/// How long nothing had come when the response was cut.
double silence_before_end(const wire::Exchange& exchange) {
  const std::int64_t last = exchange.arrivals.empty() ? exchange.timings.head_us : exchange.arrivals.back().at_us;
  return seconds_of(exchange.timings.end_us - std::max<std::int64_t>(0, last));
}

bool is_cut(const wire::Exchange& exchange) {
  switch (exchange.end) {
    case wire::EndClass::fin_without_terminator:
    case wire::EndClass::fin_mid_chunk:
    case wire::EndClass::reset:
    case wire::EndClass::tls_close:
    case wire::EndClass::tls_truncated:
      return true;
    default:
      return false;
  }
}

std::optional<Blame> by_time(const wire::Exchange& exchange) {
  constexpr int kGatewayTimeout = 504;
  std::vector<KnownHop> hops;
  if (exchange.head.status == kGatewayTimeout) {
    hops = hops_at(seconds_of(exchange.timings.head_us), Counts::age);
    const auto silent = hops_at(seconds_of(exchange.timings.head_us), Counts::silence);
    hops.insert(hops.end(), silent.begin(), silent.end());
  } else if (is_cut(exchange)) {
    hops = hops_at(seconds_of(exchange.timings.end_us), Counts::age);
    const auto silent = hops_at(silence_before_end(exchange), Counts::silence);
    hops.insert(hops.end(), silent.begin(), silent.end());
  }
  if (hops.empty()) { return std::nullopt; }
  return Blame{describe(hops), "Send a byte more often than that, answer sooner, or raise the timeout of that hop."};
}

/// RFC 9110 section 15.6.3: such an answer is of a gateway by its meaning, whoever that is.
std::optional<Blame> by_status(int status) {
  if (status != kBadGateway && status != kGatewayTimeout) { return std::nullopt; }
  return Blame{
      "gateway",
      fmt::format("Look into the log of the gateway that answered {}, and at the target behind it: {}.", status,
                  status == kBadGateway ? "it crashed, closed the connection or answered no HTTP"
                                        : "it did not answer in time")};
}

std::optional<Blame> by_error(const wire::Error& error, const CauseContext& context) {
  switch (error.code) {
    case wire::ErrorCode::resolve_failed:
    case wire::ErrorCode::connect_refused:
    case wire::ErrorCode::connect_timeout:
    case wire::ErrorCode::unreachable:
      return Blame{"network", cause_of(error, context).fix};
    case wire::ErrorCode::tls_failed:
    case wire::ErrorCode::tls_untrusted:
    case wire::ErrorCode::tls_expired:
    case wire::ErrorCode::tls_name_mismatch:
      return Blame{"TLS", cause_of(error, context).fix};
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Blame> blame_of(const LastHeard& heard, const CauseContext& context) {
  if (heard.error) { return by_error(*heard.error, context); }
  if (!heard.answer) { return std::nullopt; }
  if (const auto sign = wire::edge_sign(*heard.answer)) {
    return Blame{std::string(sign->hop), fmt::format("{}: {}. {}", sign->hop, sign->meaning, sign->fix)};
  }
  if (auto blame = by_time(*heard.answer)) { return blame; }
  return by_status(heard.answer->head.status);
}

void attribute(Finding& finding, std::string_view fix, const LastHeard& heard, const CauseContext& context) {
  const bool is_red = finding.verdict == reports::Verdict::fail || finding.verdict == reports::Verdict::warn;
  if (!is_red || (!finding.hop.empty() && !finding.fix.empty())) { return; }
  const auto blame = finding.hop.empty() ? blame_of(heard, context) : std::nullopt;
  if (finding.hop.empty()) { finding.hop = blame ? blame->hop : kServer; }
  if (finding.fix.empty()) { finding.fix = blame ? blame->fix : std::string(fix); }
}

}  // namespace weir::conformance
