#include "loadgen/client/calls.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "loadgen/client/call_ledger.hpp"
#include "loadgen/scenario/plain_request.hpp"
#include "loadgen/scenario/template.hpp"
#include "wire/mcp/messages.hpp"
#include "wire/mcp/polling.hpp"

namespace weir::loadgen {

using reports::load::Counter;
using reports::load::DropCause;
using reports::load::Timer;
using reports::load::ToolNumbers;

namespace {

constexpr std::string_view kMethod = "tools/call";
constexpr Nanos kDefaultRetry = wire::mcp::kDefaultRetry.count() * kMillisecond;
/// A server may ask for 0 ms; it is not to be flooded for that.
constexpr Nanos kLeastRetry = 10 * kMillisecond;

/// The parameters of a call. A scenario's arguments were compiled when it was read; what does not compile here was
/// never looked at as a template, so it is sent as it stands.
Template parameters_of(const Population& plan, const CallPlan& call) {
  wire::json::value params = wire::json::object{{"name", wire::json::string(call.tool)}, {"arguments", call.arguments}};
  if (plan.stream == StreamKind::listen) { params = wire::mcp::stateless_params(std::move(params), plan.revision, {}); }
  return Template::compile(params).value_or(Template::verbatim(params));
}

Ticket ticket_of(std::uint64_t id) { return {static_cast<std::uint32_t>(id), static_cast<std::uint32_t>(id >> 32)}; }
std::uint64_t id_of(Ticket ticket) { return std::uint64_t{ticket.purpose} << 32 | ticket.slot; }

/// The latest `retry` field of a response.
std::optional<Nanos> retry_of(const wire::Exchange& http) {
  constexpr std::uint64_t kMost = std::chrono::duration_cast<std::chrono::milliseconds>(limits::kRetryMost).count();
  for (auto item = http.items.rbegin(); item != http.items.rend(); ++item) {
    const auto* retry = std::get_if<wire::SseRetry>(&*item);
    if (retry != nullptr) { return static_cast<Nanos>(std::min(retry->milliseconds, kMost)) * kMillisecond; }
  }
  return std::nullopt;
}

/// The id of a message that answers a call; nullopt for any other.
std::optional<std::uint64_t> answered_call(const wire::RpcGlance& message) {
  using Kind = wire::RpcGlance::Kind;
  if (message.kind != Kind::result && message.kind != Kind::error) { return std::nullopt; }
  if (message.id.starts_with('"')) {
    return std::nullopt;  // Ours are numbers.
  }
  const std::optional<std::int64_t> id = wire::raw_to_integer(message.id);
  if (!id || *id < static_cast<std::int64_t>(kFirstCallId)) { return std::nullopt; }
  return static_cast<std::uint64_t>(*id);
}

}  // namespace

struct Calls::Impl {
  /// One tool of one population.
  struct Tool {
    std::uint32_t population = 0;  // Into the plans, and for the actors.
    std::uint32_t numbers = 0;     // Into the snapshot.
    std::uint32_t index = 0;       // Of the population's tools.
    const CallPlan* plan = nullptr;
    Template parameters;
    PlainRequest plain;  // Where the call is no MCP.
    Arrivals arrivals;
    std::uint64_t sent = 0;
  };

  Impl(Calls& its_self, Actors& its_actors, Exchanges& its_exchanges, CallsOptions its_options,
       reports::load::Snapshot& its_numbers)
      : self(its_self),
        actors(its_actors),
        exchanges(its_exchanges),
        options(std::move(its_options)),
        numbers(its_numbers),
        random(options.seed),
        ledger(its_numbers, options.duplicate_window_ns, options.in_flight_most) {
    for (std::uint32_t i = 0; i < options.populations.size(); ++i) {
      const PopulationRun& run = options.populations[i];
      for (std::uint32_t j = 0; j < run.plan.calls.size(); ++j) {
        const CallPlan& call = run.plan.calls[j];
        const std::uint64_t seed = options.seed + tools.size() * 1'000'003;
        tools.push_back({i,
                         run.index,
                         j,
                         &call,
                         parameters_of(run.plan, call),
                         {},
                         Arrivals(call.per_second, call.arrival, options.share, options.shares, seed),
                         0});
      }
    }
    set_credentials({});
  }

  /// What the actors have to know of our calls: streams may be spoken on because of them.
  void tell_rates(double scale) {
    for (const Tool& tool : tools) {
      double per_second = 0;
      for (const Tool& other : tools) {
        if (other.population == tool.population) { per_second += other.plan->per_second; }
      }
      actors.expect_calls(tool.population, per_second * scale / std::max<double>(1, options.shares));
    }
  }

  void set_credentials(const Credentials& credentials) {
    for (Tool& tool : tools) {
      if (!tool.plan->http) { continue; }
      // What cannot be sent was refused when the scenario was read; renewed tokens are checked where they come from.
      auto plain = PlainRequest::make(*tool.plan->http, options.populations[tool.population].url(), credentials);
      if (plain) { tool.plain = *std::move(plain); }
    }
  }

  Destination& destination(const Tool& tool) const { return *options.populations[tool.population].destination; }

  /// What a call is of; nullptr for one that is over.
  const Tool* tool_of(std::uint64_t id) const {
    const auto known = ledger.tool_of(id);
    if (!known) { return nullptr; }
    const auto found = std::find_if(tools.begin(), tools.end(), [&](const Tool& tool) {
      return tool.numbers == known->first && tool.index == known->second;
    });
    return found != tools.end() ? &*found : nullptr;
  }

  /// Of a plain HTTP call, what it asks for; nullptr for an MCP call, and for one that is over.
  const HttpCall* http_of(std::uint64_t id) const {
    const Tool* const tool = tool_of(id);
    return tool != nullptr && tool->plan->http ? &*tool->plan->http : nullptr;
  }

  /// A call whose answer's stream the server ended early, so as to be polled.
  struct Poll {
    std::string last_event_id;
    Nanos retry = kDefaultRetry;
    std::size_t rounds = 0;
  };

  Calls& self;
  Actors& actors;
  Exchanges& exchanges;
  const CallsOptions options;
  reports::load::Snapshot& numbers;
  std::mt19937_64 random;
  CallLedger ledger;
  std::vector<Tool> tools;
  std::unordered_map<std::uint64_t, Poll> polls;         // By call; dropped with its outcome.
  std::multimap<std::int64_t, std::uint64_t> polls_due;  // Calls, by the time at which they are to be asked for.
  std::string body;                                      // Of the call that is being sent.
  bool stopped = false;

  ToolNumbers& counted(const Tool& tool) { return numbers.populations[tool.numbers].tools[tool.index]; }

  void intend(const Tool& tool) {
    ++numbers.populations[tool.numbers][Counter::calls_intended];
    ++counted(tool).intended;
  }
  void drop(const Tool& tool, DropCause cause) { ++counted(tool).dropped[static_cast<std::size_t>(cause)]; }

  void send(Tool& tool, std::int64_t intended_ns, std::int64_t now_ns) {
    intend(tool);
    if (ledger.full()) { return drop(tool, DropCause::in_flight); }
    const bool is_mcp = !tool.plan->http;
    const std::uint32_t slot = is_mcp ? actors.pick(tool.population) : UINT32_MAX;
    if (is_mcp && slot == UINT32_MAX) { return drop(tool, DropCause::no_stream); }
    numbers.populations[tool.numbers][Timer::schedule_lag].record(
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, now_ns - intended_ns)));
    const std::uint64_t id = ledger.begin({.population = tool.numbers,
                                           .tool = tool.index,
                                           .slot = slot,
                                           .intended_ns = intended_ns,
                                           .deadline_ns = now_ns + tool.plan->timeout,
                                           .answered_on_stream = is_mcp && actors.answers_on_stream(slot)});
    begin(tool, id, is_mcp ? post(tool, id, slot) : request(tool));
  }

  void begin(const Tool& tool, std::uint64_t id, ExchangePlan plan) {
    plan.connect_timeout_ns = std::min(options.populations[tool.population].plan.connect_timeout, tool.plan->timeout);
    plan.answer_timeout_ns = tool.plan->timeout;
    plan.keep_alive = true;
    plan.want_stream = false;
    plan.body_limit = limits::kCallBodyBytes;
    ledger.sent_by(id, exchanges.begin(std::move(plan), ticket_of(id), self));
  }

  /// Whether the call goes on although this response is over without its answer: 2025-11-25 transports, "Sending
  /// Messages to the Server", item 6 (SEP-1699): once the server has sent an event id it may end the stream in good
  /// order, and the client takes it up again after `retry`. The call's deadline stands.
  bool is_to_be_polled(std::uint64_t id, const Outcome& outcome) {
    const wire::EndClass end = outcome.http.end;
    const bool in_order = end == wire::EndClass::clean || end == wire::EndClass::close_delimited;
    const bool is_stream = outcome.failed == Failed::no && outcome.http.ok() && outcome.http.is_event_stream();
    if (!ledger.waits(id) || !is_stream || !in_order) { return false; }
    const auto known = polls.find(id);
    Poll poll = known == polls.end() ? Poll{} : known->second;
    if (!outcome.last_event_id.empty()) { poll.last_event_id = outcome.last_event_id; }
    if (const auto retry = retry_of(outcome.http)) { poll.retry = std::max(*retry, kLeastRetry); }
    if (poll.rounds++ >= wire::limits::kResumptions) { return false; }
    if (!actors.make_resume(ledger.slot_of(id), poll.last_event_id)) { return false; }
    polls_due.emplace(monotonic_ns() + poll.retry, id);
    polls.insert_or_assign(id, std::move(poll));
    ledger.sent_by(id, CallLedger::kNoExchange);
    return true;
  }

  void poll(std::int64_t now_ns) {
    while (!polls_due.empty() && polls_due.begin()->first <= now_ns) {
      const std::uint64_t id = polls_due.begin()->second;
      polls_due.erase(polls_due.begin());
      const auto found = polls.find(id);
      const Tool* const tool = tool_of(id);
      if (found == polls.end() || tool == nullptr || !ledger.waits(id)) { continue; }
      // A slot that has no session at the moment has nobody to ask: the call's time runs out.
      if (auto plan = actors.make_resume(ledger.slot_of(id), found->second.last_event_id)) {
        begin(*tool, id, *std::move(plan));
      }
    }
  }

  void give_up(std::uint64_t id, std::uint32_t exchange) {
    if (exchange != CallLedger::kNoExchange) { exchanges.cancel(exchange); }
    polls.erase(id);
  }

  ExchangePlan request(Tool& tool) {
    ExchangePlan plan;
    plan.destination = &destination(tool);
    plan.method = tool.plan->http->method;
    plan.request = tool.plain.render({tool.sent++, 0, realtime_ns() / kMillisecond}, random);
    return plan;
  }

  ExchangePlan post(Tool& tool, std::uint64_t id, std::uint32_t slot) {
    body.clear();
    fmt::format_to(std::back_inserter(body), R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":)", id, kMethod);
    tool.parameters.render({tool.sent++, slot, realtime_ns() / kMillisecond}, random, body);
    body.push_back('}');
    return actors.make_post(slot, body, kMethod, tool.plan->tool);
  }

  /// How late we read what came: with that, and no more, an answer is late by us.
  void count_lag(std::uint64_t id, const PhaseTimes& times) {
    const auto known = ledger.tool_of(id);
    if (!known || times.lag_ns < 0) { return; }
    numbers.populations[known->first][Timer::client_lag].record(static_cast<std::uint64_t>(times.lag_ns));
  }

  /// A message that came for the call's own POST.
  void heard(std::uint64_t call, std::string_view message, std::int64_t at_ns) {
    const std::uint32_t slot = ledger.slot_of(call);
    const std::optional<std::uint64_t> id = answered_call(wire::glance(message));
    if (id && slot != UINT32_MAX) { ledger.answered({*id, slot, message, at_ns}); }
  }
};

Calls::Calls(Actors& actors, Exchanges& exchanges, CallsOptions options, reports::load::Snapshot& numbers)
    : impl_(std::make_unique<Impl>(*this, actors, exchanges, std::move(options), numbers)) {}

Calls::~Calls() { stop(); }

void Calls::set_credentials(const Credentials& credentials) { impl_->set_credentials(credentials); }

void Calls::scale(std::int64_t at_ns, double scale) {
  for (Impl::Tool& tool : impl_->tools) { tool.arrivals.scale(at_ns, scale); }
  impl_->tell_rates(scale);
}

void Calls::cease(std::int64_t at_ns) {
  for (Impl::Tool& tool : impl_->tools) { tool.arrivals.scale(at_ns, 0); }
}

void Calls::tick(std::int64_t now_ns) {
  if (impl_->stopped) { return; }
  Impl& impl = *impl_;
  impl.ledger.expire(
      now_ns, [&](std::uint32_t slot) { return impl.actors.heard_ns(slot); },
      [&](std::uint64_t id, std::uint32_t exchange) { impl.give_up(id, exchange); });
  impl.poll(now_ns);
  for (Impl::Tool& tool : impl.tools) {
    while (tool.arrivals.next_ns() <= now_ns) {
      const std::int64_t intended_ns = tool.arrivals.next_ns();
      tool.arrivals.take();
      impl.send(tool, intended_ns, now_ns);
    }
  }
}

std::int64_t Calls::next_ns() const {
  if (impl_->stopped) { return INT64_MAX; }
  std::int64_t next = impl_->ledger.next_ns();
  if (!impl_->polls_due.empty()) { next = std::min(next, impl_->polls_due.begin()->first); }
  for (const Impl::Tool& tool : impl_->tools) { next = std::min(next, tool.arrivals.next_ns()); }
  return next;
}

std::size_t Calls::in_flight() const { return impl_->ledger.in_flight(); }

void Calls::stop() {
  if (std::exchange(impl_->stopped, true)) { return; }
  const std::int64_t now_ns = monotonic_ns();
  for (Impl::Tool& tool : impl_->tools) {
    for (; tool.arrivals.next_ns() <= now_ns; tool.arrivals.take()) {
      impl_->intend(tool);
      impl_->drop(tool, DropCause::end_of_phase);
    }
  }
  impl_->ledger.stop(now_ns, [&](std::uint64_t id, std::uint32_t exchange) { impl_->give_up(id, exchange); });
}

void Calls::answered(const CallAnswer& answer) { impl_->ledger.answered(answer); }

void Calls::slot_lost(std::uint32_t slot) { impl_->ledger.slot_lost(slot, monotonic_ns()); }

void Calls::finished(Ticket ticket, Outcome&& outcome) {
  const std::uint64_t id = id_of(ticket);
  const std::uint32_t slot = impl_->ledger.slot_of(id);
  impl_->count_lag(id, outcome.times);
  const std::int64_t done_ns = outcome.times.started_ns + std::max<std::int64_t>(0, outcome.times.done_ns);
  if (const HttpCall* call = impl_->http_of(id)) {
    return impl_->ledger.concluded(id, outcome_of(outcome, call->expect_statuses),
                                   was_waited_for(outcome) ? done_ns : 0);
  }
  // Events of a response that is a stream came one by one.
  if (outcome.failed == Failed::no && outcome.http.ok() && !outcome.http.is_event_stream()) {
    impl_->heard(id, outcome.http.body, done_ns);
  }
  if (impl_->is_to_be_polled(id, outcome)) { return; }
  impl_->polls.erase(id);
  impl_->ledger.post_finished(id, outcome, done_ns);
  const int status = outcome.failed == Failed::no ? outcome.http.head.status : 0;
  if ((status == 401 || status == 404) && slot != UINT32_MAX) {
    impl_->actors.refused(slot, status, outcome.times.started_ns);
  }
}

/// Never: its exchanges do not want a stream.
void Calls::handed_over(Ticket, Handover&&) {}

void Calls::event(Ticket ticket, const wire::SseEvent& event, std::int64_t arrived_ns) {
  const std::uint64_t id = id_of(ticket);
  if (wire::glance(event.data).kind != wire::RpcGlance::Kind::request) {
    return impl_->heard(id, event.data, arrived_ns);
  }
  // The server asks something on the way to its answer; the actors know how to answer in the session.
  const std::uint32_t slot = impl_->ledger.slot_of(id);
  if (slot != UINT32_MAX) { impl_->actors.event(slot, {.data = event.data}, arrived_ns); }
}

}  // namespace weir::loadgen
