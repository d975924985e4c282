#include "conformance/checks/http/unusual.hpp"

#include "conformance/probe/ledger.hpp"

namespace weir::conformance {

namespace {

void sent(Probe& probe, const wire::Request& request) {
  probe.pin_request(request);
  probe.note(
      fmt::format("> {} {} {}", request.method, request.url.target(), wire::excerpt(std::string_view(request.body))));
  if (probe.target().ledger) { probe.target().ledger->sent(probe.number(), request); }
}

void answered(Probe& probe, const std::string& asker, const wire::Exchange& exchange) {
  probe.note("< " + describe(exchange));
  probe.target().tap->take(asker, probe.era(), exchange);
  if (probe.target().ledger) { probe.target().ledger->answered(probe.number(), exchange); }
}

void failed(Probe& probe, const wire::Error& error) {
  probe.note(fmt::format("! {}: {}", to_string(error.code), error.detail));
  if (probe.target().ledger) { probe.target().ledger->failed(probe.number(), error); }
}

/// Where streams of answers do not end behind them, each would last until its deadline.
wire::Deadline deadline_of_one(const Probe& probe) {
  constexpr std::chrono::milliseconds kOpenStreams{1500};
  return probe.survey().streams_stay_open ? probe.in(kOpenStreams).or_sooner(probe.answer_deadline())
                                          : probe.answer_deadline();
}

}  // namespace

wire::Result<wire::Exchange> send_in_segments(Probe& probe, const std::string& asker, const wire::Request& request,
                                              const std::vector<std::size_t>& cuts, std::chrono::milliseconds apart) {
  sent(probe, request);
  auto exchange = wire::exchange_in_segments(probe.http().options(), request, cuts, deadline_of_one(probe), apart);
  exchange ? answered(probe, asker, *exchange) : failed(probe, exchange.error());
  return exchange;
}

std::chrono::milliseconds patience_beside(const wire::Exchange& answer, std::chrono::milliseconds usual) {
  const std::chrono::microseconds took(std::max<std::int64_t>(answer.timings.head_us, 0));
  return usual + std::chrono::duration_cast<std::chrono::milliseconds>(took);
}

wire::Result<wire::Expected> send_expecting(Probe& probe, const std::string& asker, const wire::Request& request,
                                            std::chrono::milliseconds patience) {
  sent(probe, request);
  auto expected = wire::exchange_expecting(probe.http().options(), request, patience, deadline_of_one(probe));
  expected ? answered(probe, asker, expected->exchange) : failed(probe, expected.error());
  return expected;
}

wire::Result<wire::Pipelined> send_pipelined(Probe& probe, const std::string& asker,
                                             const std::vector<wire::Request>& requests, wire::Deadline deadline) {
  for (const auto& request : requests) { sent(probe, request); }
  auto pipelined = wire::pipeline(probe.http().options(), requests, deadline);
  if (!pipelined) {
    failed(probe, pipelined.error());
    return pipelined;
  }
  for (const auto& exchange : pipelined->answers) { answered(probe, asker, exchange); }
  if (pipelined->missing) { failed(probe, *pipelined->missing); }
  return pipelined;
}

}  // namespace weir::conformance
