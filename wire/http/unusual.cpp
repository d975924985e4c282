#include "wire/http/unusual.hpp"

#include <exception>

#include "wire/http/http_session.hpp"
#include "wire/http/request_bytes.hpp"

namespace weir::wire {

namespace {

std::shared_ptr<ClientState> client_with(const ClientOptions& options) {
  auto client = std::make_shared<ClientState>();
  client->options = options;
  return client;
}

/// The request as it may go to its origin, with its bytes.
struct Ready {
  Request request;
  std::string bytes;
};
Result<Ready> make_ready(const ClientOptions& options, const Request& request) {
  Request allowed = options.credentials.apply(request);
  auto bytes = request_bytes(allowed, options.user_agent);
  if (!bytes) { return tl::unexpected(bytes.error()); }
  return Ready{std::move(allowed), std::move(*bytes)};
}

Result<Exchange> send_in_segments(const ClientOptions& options, const Request& request,
                                  const std::vector<std::size_t>& cuts, Deadline deadline,
                                  std::chrono::milliseconds apart) {
  auto ready = make_ready(options, request);
  if (!ready) { return tl::unexpected(ready.error()); }
  const auto client = client_with(options);
  auto connected = connect_to(*client, request.url, deadline);
  if (!connected) { return tl::unexpected(connected.error()); }
  const std::size_t body_at = ready->bytes.size() - ready->request.body.size();
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    parts.push_back(ready->bytes.substr(from, body_at + cut - from));
    from = body_at + cut;
  }
  parts.push_back(ready->bytes.substr(from));
  Session session(client, std::move(connected->transport), std::move(ready->request));
  session.send(parts.front(), connected->start, connected->timings);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    session.pump(deadline, [&] { return session.sent(); });
    session.pump(Deadline::in(apart).or_sooner(deadline), [] { return false; });
    if (!session.sent() || session.ended()) { break; }
    session.send_more(parts[i]);
  }
  session.wait(deadline, [&] { return session.ended(); });
  if (!session.head_done()) { return tl::unexpected(session.no_head()); }
  return session.hand_out();
}

Result<Expected> send_expecting(const ClientOptions& options, Request request, std::chrono::milliseconds patience,
                                Deadline deadline) {
  request.headers.set("Expect", "100-continue");
  auto ready = make_ready(options, request);
  if (!ready) { return tl::unexpected(ready.error()); }
  const auto client = client_with(options);
  auto connected = connect_to(*client, request.url, deadline);
  if (!connected) { return tl::unexpected(connected.error()); }
  const std::size_t body_at = ready->bytes.size() - ready->request.body.size();
  Session session(client, std::move(connected->transport), std::move(ready->request));
  session.send(ready->bytes.substr(0, body_at), connected->start, connected->timings);
  const auto asked_for = [&] { return session.interim_seen() || session.head_done(); };
  session.pump(Deadline::in(patience).or_sooner(deadline), [&] { return asked_for() || session.ended(); });
  Expected expected{.exchange = {}, .asked_for = asked_for()};
  if (!session.head_done() && !session.ended()) { session.send_more(ready->bytes.substr(body_at)); }
  session.wait(deadline, [&] { return session.ended(); });
  if (!session.head_done()) { return tl::unexpected(session.no_head()); }
  expected.exchange = session.hand_out();
  return expected;
}

/// What comes after an answer is the next one, and no stray bytes.
Exchange without_stray_bytes(Exchange answer) {
  std::erase_if(answer.framing_notes,
                [](const FramingNote& note) { return note.what.starts_with("bytes after the end of the response"); });
  return answer;
}

Result<Pipelined> send_at_once(const ClientOptions& options, const std::vector<Request>& requests, Deadline deadline) {
  std::string all;
  std::vector<Request> allowed;
  for (const Request& request : requests) {
    auto ready = make_ready(options, request);
    if (!ready) { return tl::unexpected(ready.error()); }
    all += ready->bytes;
    allowed.push_back(std::move(ready->request));
  }
  if (requests.empty()) { return Pipelined{}; }
  const auto client = client_with(options);
  auto connected = connect_to(*client, requests.front().url, deadline);
  if (!connected) { return tl::unexpected(connected.error()); }
  std::vector<std::unique_ptr<Session>> sessions;  // Each lives to the end: the first one writes while others read.
  Pipelined pipelined;
  for (Request& request : allowed) {
    Session* before = sessions.empty() ? nullptr : sessions.back().get();
    sessions.push_back(std::make_unique<Session>(client, std::move(before ? before->transport() : connected->transport),
                                                 std::move(request)));
    Session& session = *sessions.back();
    before ? session.receive(before->take_leftover(), connected->start)
           : session.send(all, connected->start, connected->timings);
    session.pump(deadline, [&] { return session.ended(); });
    if (!session.head_done()) {
      pipelined.missing = session.no_head();
      break;
    }
    const bool more = pipelined.answers.size() + 1 < allowed.size() && session.carries_next();
    pipelined.answers.push_back(more ? without_stray_bytes(session.exchange()) : session.exchange());
    if (!more) { break; }
  }
  return pipelined;
}

/// As of the client: no exception leaves this interface.
template <class Function>
auto guarded(Function&& function) -> decltype(function()) {
  try {
    return function();
  } catch (const std::exception& exception) { return fail(ErrorCode::internal, exception.what()); }
}

}  // namespace

Result<Exchange> exchange_in_segments(const ClientOptions& options, const Request& request,
                                      const std::vector<std::size_t>& cuts, Deadline deadline,
                                      std::chrono::milliseconds apart) {
  return guarded([&] { return send_in_segments(options, request, cuts, deadline, apart); });
}

Result<Expected> exchange_expecting(const ClientOptions& options, const Request& request,
                                    std::chrono::milliseconds patience, Deadline deadline) {
  return guarded([&] { return send_expecting(options, request, patience, deadline); });
}

Result<Pipelined> pipeline(const ClientOptions& options, const std::vector<Request>& requests, Deadline deadline) {
  return guarded([&] { return send_at_once(options, requests, deadline); });
}

}  // namespace weir::wire
