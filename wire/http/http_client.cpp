#include "wire/http/http_client.hpp"

#include <algorithm>
#include <array>
#include <boost/system/system_error.hpp>
#include <exception>
#include <new>

#include "wire/base/credentials.hpp"
#include "wire/base/shortage.hpp"
#include "wire/base/text.hpp"
#include "wire/http/http_session.hpp"
#include "wire/http/request_bytes.hpp"

namespace weir::wire {

namespace {

/// No exception leaves this interface, not even one of a library that lacks memory or descriptors. What this machine
/// lacks is told to the run.
template <class Function>
auto guarded(const ClientState& client, Function&& function) -> decltype(function()) {
  const auto attempt = [&]() -> decltype(function()) {
    try {
      return function();
    } catch (const boost::system::system_error& error) {
      return tl::unexpected(shortage_of(error.code().value()).value_or(Error{ErrorCode::internal, error.what()}));
    } catch (const std::bad_alloc& error) {
      return fail(ErrorCode::limit_exceeded, error.what());
    } catch (const std::exception& error) { return fail(ErrorCode::internal, error.what()); }
  };
  auto result = attempt();
  const auto& shortages = client.options.run.shortages;
  if (!result && result.error().code == ErrorCode::shortage && shortages) { shortages->note(result.error()); }
  return result;
}

using SessionPtr = std::unique_ptr<Session>;

/// The request with the newest token of the run, where it carries an older one.
Request with_fresh_token(const ClientState& client, Request request, Deadline deadline) {
  const auto authorization = request.headers.find("authorization");
  if (client.options.renewal && authorization) {
    request.headers.set("Authorization", client.options.renewal.replace(*authorization, deadline));
  }
  return request;
}

Result<SessionPtr> send_on_new_connection(const std::shared_ptr<ClientState>& client, const Request& wanted,
                                          Deadline deadline) {
  const Request request = with_fresh_token(*client, client->options.credentials.apply(wanted), deadline);
  auto bytes = request_bytes(request, client->options.user_agent);
  if (!bytes) { return tl::unexpected(bytes.error()); }
  auto connected = connect_to(*client, request.url, deadline);
  if (!connected) { return tl::unexpected(connected.error()); }
  auto session = std::make_unique<Session>(client, std::move(connected->transport), request);
  session->send(std::move(*bytes), connected->start, connected->timings);
  return session;
}

bool is_redirect(int status) {
  constexpr std::array kStatuses = {301, 302, 303, 307, 308};
  return std::find(kStatuses.begin(), kStatuses.end(), status) != kStatuses.end();
}

/// Whether following keeps what the request meant: a POST is never turned into a GET behind the caller's back, but for
/// 303, which says so (RFC 9110 section 15.4).
bool keeps_meaning(int status, const std::string& method) {
  return status == 303 || status == 307 || status == 308 || method == "GET" || method == "HEAD";
}

Request redirected(Request request, int status, Url to) {
  if (to.userinfo.empty()) { to.userinfo = request.url.userinfo; }
  request.url = std::move(to);
  if (status == 303 && request.method != "HEAD") {
    request.method = "GET";
    request.body.clear();
    for (const char* name : {"content-type", "content-length", "content-encoding", "content-language",
                             "content-location", "transfer-encoding"}) {
      request.headers.remove(name);
    }
  }
  return request;
}

/// The request to send next, where the exchange is a redirect that is followed; every redirect is taken down.
std::optional<Request> next_request(const ClientOptions& options, const Exchange& exchange,
                                    std::vector<Redirect>& redirects) {
  const auto location = exchange.head.headers.find("location");
  if (!is_redirect(exchange.head.status) || !location) { return std::nullopt; }
  const Request& request = exchange.request;
  redirects.push_back({exchange.head.status, request.url, std::string(*location), false});
  auto to = resolve(request.url, *location);
  const bool follow = options.follow_same_origin_redirects && redirects.size() <= limits::kRedirects && to &&
                      to->origin() == request.url.origin() && keeps_meaning(exchange.head.status, request.method);
  if (!follow) { return std::nullopt; }
  redirects.back().followed = true;
  return redirected(request, exchange.head.status, std::move(*to));
}

/// A 401 that the age of our token explains, once there is another token.
bool may_ask_again(const ClientState& client, const Exchange& refused, Deadline deadline) {
  constexpr int kUnauthorized = 401;
  return refused.head.status == kUnauthorized && client.options.renewal &&
         client.options.renewal.renewed_after_refusal(refused.request.headers.get("authorization"), deadline);
}

Result<SessionPtr> open_following(const std::shared_ptr<ClientState>& client, Request request, Deadline deadline) {
  std::vector<Redirect> redirects;
  bool asked_again = false;
  for (;;) {
    auto session = send_on_new_connection(client, request, deadline);
    if (!session) { return session; }
    if (!(*session)->wait(deadline, [&] { return (*session)->head_done(); })) {
      return tl::unexpected((*session)->no_head());
    }
    if (!asked_again && may_ask_again(*client, (*session)->exchange(), deadline)) {
      asked_again = true;
      continue;
    }
    auto next = next_request(client->options, (*session)->exchange(), redirects);
    if (!next) {
      (*session)->exchange().redirects = std::move(redirects);
      return session;
    }
    request = std::move(*next);
  }
}

}  // namespace

Request CredentialScope::apply(Request request) const {
  if (origins.empty() || std::find(origins.begin(), origins.end(), request.url.origin()) != origins.end()) {
    return request;
  }
  std::vector<std::string> secret;
  for (const auto& field : request.headers.fields()) {
    const auto is_field = [&](const std::string& name) { return same_ignoring_case(name, field.name); };
    if (is_credential_name(field.name) || std::any_of(fields.begin(), fields.end(), is_field)) {
      secret.push_back(field.name);
    }
  }
  for (const auto& name : secret) { request.headers.remove(name); }
  request.url.userinfo.clear();
  return request;
}

struct HttpStream::Impl {
  SessionPtr session;
  std::size_t next_item = 0;
};

HttpStream::HttpStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpStream::HttpStream(HttpStream&&) noexcept = default;
HttpStream& HttpStream::operator=(HttpStream&&) noexcept = default;
HttpStream::~HttpStream() = default;

const Exchange& HttpStream::exchange() const { return impl_->session->exchange(); }

bool HttpStream::wait_for_head(Deadline deadline) {
  return impl_->session->wait(deadline, [this] { return impl_->session->head_done(); });
}

std::optional<SseItem> HttpStream::next_item(Deadline deadline) {
  const auto& items = exchange().items;
  if (!impl_->session->wait(deadline, [&] { return items.size() > impl_->next_item; })) { return std::nullopt; }
  return items[impl_->next_item++];
}

std::optional<SseEvent> HttpStream::next_event(Deadline deadline) {
  while (auto item = next_item(deadline)) {
    if (auto* event = std::get_if<SseEvent>(&*item)) { return std::move(*event); }
  }
  return std::nullopt;
}

bool HttpStream::read_to_end(Deadline deadline) {
  return impl_->session->wait(deadline, [this] { return ended(); });
}

bool HttpStream::read_more(Deadline deadline) {
  const std::size_t before = exchange().body.size();
  return impl_->session->wait(deadline, [&] { return exchange().body.size() > before; });
}

void HttpStream::close() { impl_->session->close(); }
void HttpStream::reset() { impl_->session->reset(); }
void HttpStream::shutdown_send() { impl_->session->transport().shutdown_send(); }

Exchange HttpStream::finish() && {
  Exchange out = impl_->session->hand_out();
  impl_->session->transport().close();
  return out;
}

struct Connection::Impl {
  std::shared_ptr<ClientState> client;
  std::optional<Transport> transport;
};

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Exchange> Connection::exchange(const Request& request, Deadline deadline) {
  const Request allowed = impl_->client->options.credentials.apply(request);
  auto bytes = request_bytes(allowed, impl_->client->options.user_agent);
  if (!bytes) { return tl::unexpected(bytes.error()); }
  return exchange_raw(*bytes, allowed, deadline);
}

Result<Exchange> Connection::exchange_raw(std::string_view bytes, const Request& described_as, Deadline deadline) {
  return guarded(*impl_->client, [&]() -> Result<Exchange> {
    if (!impl_->transport) {
      return fail(ErrorCode::closed, "the connection was already ended: its last response left it unusable");
    }
    Session session(impl_->client, std::move(*impl_->transport), described_as);
    impl_->transport.reset();
    session.send(std::string(bytes), Clock::now(), {});
    session.wait(deadline, [&] { return session.ended(); });
    if (!session.head_done()) { return tl::unexpected(session.no_head()); }
    if (session.reusable()) { impl_->transport = std::move(session.transport()); }
    return session.hand_out();
  });
}

bool Connection::reusable() const { return impl_->transport && !impl_->transport->has_unread(); }

struct HttpClient::Impl {
  std::shared_ptr<ClientState> state = std::make_shared<ClientState>();
  ~Impl() {
    state->observer = nullptr;
    state->head_observer = nullptr;
    state->done_observer = nullptr;
  }
};

HttpClient::HttpClient(ClientOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->state->options = std::move(options);
}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

Result<Exchange> HttpClient::exchange(const Request& request, Deadline deadline) {
  auto stream = open(request, deadline);
  if (!stream) { return tl::unexpected(stream.error()); }
  stream->read_to_end(deadline);
  return std::move(*stream).finish();
}

Result<HttpStream> HttpClient::open(const Request& request, Deadline deadline) {
  return guarded(*impl_->state, [&]() -> Result<HttpStream> {
    auto session = open_following(impl_->state, request, deadline);
    if (!session) { return tl::unexpected(session.error()); }
    return HttpStream(std::make_unique<HttpStream::Impl>(HttpStream::Impl{std::move(*session)}));
  });
}

Result<HttpStream> HttpClient::begin(const Request& request, Deadline deadline) {
  return guarded(*impl_->state, [&]() -> Result<HttpStream> {
    auto session = send_on_new_connection(impl_->state, request, deadline);
    if (!session) { return tl::unexpected(session.error()); }
    (*session)->wait(deadline, [&] { return (*session)->sent() || (*session)->head_done(); });
    return HttpStream(std::make_unique<HttpStream::Impl>(HttpStream::Impl{std::move(*session)}));
  });
}

Result<Connection> HttpClient::connect(const Url& url, Deadline deadline) {
  return guarded(*impl_->state, [&]() -> Result<Connection> {
    auto connected = connect_to(*impl_->state, url, deadline);
    if (!connected) { return tl::unexpected(connected.error()); }
    return Connection(std::make_unique<Connection::Impl>(
        Connection::Impl{impl_->state, std::optional<Transport>(std::move(connected->transport))}));
  });
}

void HttpClient::on_request(std::function<void(const Request&)> observer) {
  impl_->state->observer = std::move(observer);
}

void HttpClient::on_head(std::function<void(const Exchange&)> observer) {
  impl_->state->head_observer = std::move(observer);
}

void HttpClient::on_done(std::function<void(const Exchange&)> observer) {
  impl_->state->done_observer = std::move(observer);
}

const ClientOptions& HttpClient::options() const { return impl_->state->options; }

}  // namespace weir::wire
