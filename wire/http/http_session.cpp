#include "wire/http/http_session.hpp"

#include <new>

#include "wire/http/tls.hpp"
#include "wire/json/json.hpp"

namespace weir::wire {

namespace {

std::int64_t micros(Clock::duration span) {
  return std::chrono::duration_cast<std::chrono::microseconds>(span).count();
}

EndClass end_without_head(StreamEnd how) {
  switch (how) {
    case StreamEnd::reset:
      return EndClass::reset;
    case StreamEnd::tls_close:
      return EndClass::tls_close;
    case StreamEnd::tls_truncated:
      return EndClass::tls_truncated;
    case StreamEnd::tls_failed:
      return EndClass::malformed;
    case StreamEnd::fin:
      break;
  }
  return EndClass::fin_without_terminator;
}

}  // namespace

Result<Connected> connect_to(ClientState& client, const Url& url, Deadline deadline) {
  const auto start = Clock::now();
  const RunBounds& run = client.options.run;
  const Deadline bound = deadline.or_sooner(run.until).or_sooner(Deadline::in(client.options.connect_timeout));
  const auto since_start = [&](Clock::time_point at) { return micros(at - start); };
  if (!client.loop) { client.loop = std::make_unique<EventLoop>(run); }
  if (url.tls() && !client.tls) {
    auto context = make_tls_context(client.options.ca_file, client.options.insecure);
    if (!context) { return tl::unexpected(context.error()); }
    client.tls = std::move(*context);
  }
  Transport::Plan plan{.addresses = {},
                       .host = url.host,
                       .where = SocketAddress{url.host, url.port}.text(),
                       .tls = url.tls() ? client.tls : nullptr,
                       .insecure = client.options.insecure,
                       .deadline = bound};
  if (client.options.connect_to.empty()) {
    auto addresses = look_up_within(run, url.host, url.port, bound);
    if (!addresses) { return tl::unexpected(addresses.error()); }
    plan.addresses = std::move(*addresses);
  } else {
    auto address = parse_socket_address(client.options.connect_to);
    if (!address) { return tl::unexpected(address.error()); }
    plan.addresses.push_back(std::move(*address));
  }
  Timings timings;
  timings.resolved_us = since_start(Clock::now());
  Transport::Milestones milestones;
  auto transport = Transport::connect(*client.loop, plan, milestones);
  if (!transport) { return tl::unexpected(transport.error()); }
  timings.connected_us = since_start(milestones.connected);
  timings.tls_us = plan.tls ? since_start(milestones.tls) : -1;
  return Connected{std::move(*transport), start, timings};
}

Session::Session(std::shared_ptr<ClientState> client, Transport transport, Request request)
    : client_(std::move(client)),
      transport_(std::move(transport)),
      decoder_(exchange_, request.method, client_->options.max_body_bytes) {
  exchange_.request = std::move(request);
  exchange_.remote = transport_.remote();
  exchange_.connection = transport_.number();
}

Session::~Session() { tell_done(); }

Exchange Session::hand_out() {
  tell_done();
  return std::move(exchange_);
}

void Session::tell_done() {
  // From a destructor too: who listens has lost what it had no memory for.
  try {
    if (auto tell = std::exchange(done_, nullptr)) { tell(exchange_); }
  } catch (const std::bad_alloc&) { done_ = nullptr; }
}

std::int64_t Session::now_us() const { return micros(Clock::now() - start_); }

void Session::begin(Clock::time_point start, Timings timings) {
  start_ = start;
  exchange_.began = start;
  exchange_.timings = timings;
  done_ = client_->done_observer;
  client_->observe(exchange_.request);
}

void Session::send(std::string bytes, Clock::time_point start, Timings timings) {
  begin(start, timings);
  send_more(std::move(bytes));
  read();
}

void Session::send_more(std::string bytes) {
  sent_ = false;
  transport_.write(std::move(bytes), [this](bool all, bool) {
    sent_ = all;
    exchange_.timings.sent_us = all ? now_us() : -1;
  });
}

void Session::receive(std::string_view bytes, Clock::time_point start) {
  begin(start, {});
  sent_ = true;
  exchange_.timings.sent_us = 0;
  bytes.empty() ? read() : take(bytes);
}

void Session::read() {
  transport_.read([this](std::string_view bytes, StreamEnd end) {
    if (bytes.empty()) {
      take_end(end);
    } else {
      take(bytes);
    }
  });
}

void Session::take(std::string_view bytes) {
  const auto& run = client_->options.run;
  if (run.has_room && !run.has_room()) {
    fail_head({ErrorCode::limit_exceeded, "the memory of the run is used up, so nothing more of it was received"},
              EndClass::closed_by_us);
    return;
  }
  const bool had_head = head_done();
  const auto taken = decoder_.feed(bytes, now_us());
  if (!had_head && head_done()) { client_->observe_head(exchange_); }
  if (!taken) {
    const bool limit = taken.error().code == ErrorCode::limit_exceeded;
    fail_head(taken.error(), limit ? EndClass::closed_by_us : EndClass::malformed);
    return;
  }
  leftover_.append(bytes.substr(*taken));
  if (!ended()) { read(); }
}

void Session::take_end(StreamEnd how) {
  if (auto ended = decoder_.end_of_connection(how, now_us()); !ended) {
    fail_head(ended.error(), end_without_head(how));
  }
}

void Session::fail_head(const Error& error, EndClass end) {
  error_ = error;
  exchange_.end = end;
  exchange_.timings.end_us = now_us();
  exchange_.framing_notes.push_back({error.detail, error.byte_offset});
}

void Session::pump(Deadline deadline, const std::function<bool()>& done) {
  if (!ended()) {
    client_->loop->run_until(deadline, [&] { return done() || ended(); });
  }
}

bool Session::wait(Deadline deadline, const std::function<bool()>& done) {
  pump(deadline, done);
  // Whoever reads until a deadline of his own would otherwise ask for ever more of nothing.
  if (!done() && client_->options.run.over()) { close(); }
  if (ended() && !reusable()) { transport_.close(); }
  return done();
}

bool Session::reusable() const { return carries_next() && leftover_.empty() && sent_ && !transport_.has_unread(); }

bool Session::carries_next() const {
  if (exchange_.end != EndClass::clean || !transport_.open()) { return false; }
  const std::string connection = media_type(exchange_.head.headers.joined("connection"));
  return exchange_.head.version == 11 ? connection.find("close") == std::string::npos
                                      : connection.find("keep-alive") != std::string::npos;
}

Error Session::no_head() const {
  if (error_) { return *error_; }
  const auto waited_ms = now_us() / 1000;
  const auto& pending = decoder_.pending_head();
  return {ErrorCode::timeout,
          pending.empty() ? fmt::format("no response head from {} within {} ms", exchange_.remote, waited_ms)
                          : fmt::format("only {} bytes of a response head from {} within {} ms: '{}'", pending.size(),
                                        exchange_.remote, waited_ms, excerpt(std::string_view(pending), 120)),
          pending.size()};
}

void Session::end_by_us() {
  if (!ended()) {
    exchange_.end = EndClass::closed_by_us;
    exchange_.timings.end_us = now_us();
  }
}

void Session::close() {
  end_by_us();
  transport_.close();
}

void Session::reset() {
  end_by_us();
  transport_.reset();
}

}  // namespace weir::wire
