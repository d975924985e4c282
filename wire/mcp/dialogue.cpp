#include "wire/mcp/dialogue.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "wire/mcp/dialogue_impl.hpp"

namespace weir::wire::mcp {
namespace {

constexpr std::size_t kRevisionBytes = 64;

bool is_visible_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

Dialogue::Impl::Impl(HttpClient& http_client, DialogueOptions dialogue_options)
    : client(&http_client), options(std::move(dialogue_options)) {
  revision = options.revision.empty() ? std::string(newest_revision(options.era)) : options.revision;
}

void Dialogue::Impl::add_common_headers(Request& request) const {
  if (options.era == Era::stateless) {
    add_stateless_headers(request, revision);
  } else if (negotiated && revision >= k2025_06_18) {
    request.headers.set("MCP-Protocol-Version", revision);
  }
  if (session_id) { request.headers.set("Mcp-Session-Id", *session_id); }
  for (const Header& header : options.headers.fields()) { request.headers.set(header.name, header.value); }
}

Request Dialogue::Impl::post_request(std::string body) const {
  Request request;
  request.method = "POST";
  request.url = post_url.value_or(options.url);
  request.body = std::move(body);
  request.headers.set("Accept", "application/json, text/event-stream");
  request.headers.set("Content-Type", "application/json");
  add_common_headers(request);
  return request;
}

Request Dialogue::Impl::get_request() const {
  Request request;
  request.url = options.url;
  request.headers.set("Accept", "text/event-stream");
  request.headers.set("Cache-Control", "no-cache");
  add_common_headers(request);
  return request;
}

Result<Reply> Dialogue::Impl::send(std::string body, Awaited awaited, const RequestOptions& request_options) {
  Request request = post_request(std::move(body));
  if (request_options.edit) { request_options.edit(request); }
  if (options.era == Era::http_sse) {
    return send_http_sse(request, std::move(awaited), deadline(request_options), request_options.linger);
  }
  return send_streamable(request, std::move(awaited), deadline(request_options), request_options.linger);
}

void Dialogue::Impl::answer_server(Collector& collector, Deadline until) {
  while (const auto request = collector.next_server_request()) {
    // 2026-07-28 transports/streamable-http, "Sending Messages": a client must not send responses.
    if (options.era == Era::stateless || until.passed()) { return; }
    // What becomes of the answer is the server's affair; it shows in the reply that is being waited for.
    (void)client->exchange(post_request(answer_to(*request, options.capabilities)),
                           until.or_sooner(Deadline::in(kServerRequestTimeout)));
  }
}

std::optional<Error> Dialogue::Impl::initialize() {
  const json::value id = next_id++;
  Awaited awaited;
  awaited.ids.push_back(id);
  auto reply =
      send(jsonrpc::request(id, "initialize", initialize_params(revision, identity())), std::move(awaited), {});
  if (!reply) { return reply.error(); }
  opening = std::move(*reply);
  if (auto error = take_initialize_result()) { return error; }
  if (!options.send_initialized) { return std::nullopt; }
  auto noted = send(jsonrpc::notification("notifications/initialized"), {}, {});
  if (!noted) {
    Error unanswered = noted.error();
    unanswered.detail = "notifications/initialized was not answered: " + unanswered.detail;
    return unanswered;
  }
  if (noted->http.head.status >= 400) {
    return Error{ErrorCode::rejected, fmt::format("notifications/initialized was refused: {}", noted->describe())};
  }
  return std::nullopt;
}

std::optional<Error> Dialogue::Impl::take_initialize_result() {
  if (!opening.is_result()) {
    const bool silent = opening.http.head.status < 400 && opening.error_message() == nullptr &&
                        !body_answers(opening.http.body, opening.id);
    const bool still_open = opening.http.end == EndClass::open || opening.stream_end == EndClass::open;
    return Error{silent && still_open ? ErrorCode::timeout : ErrorCode::rejected,
                 fmt::format("initialize was not accepted: {}", opening.describe())};
  }
  const auto version = as_string(find(opening.result(), "protocolVersion"));
  if (!version || version->empty() || version->size() > kRevisionBytes || !is_visible_ascii(*version)) {
    return Error{ErrorCode::malformed_message,
                 fmt::format("the result of initialize has no usable protocolVersion: {}", excerpt(opening.result()))};
  }
  revision = std::string(*version);
  negotiated = true;
  if (options.era == Era::streamable) {
    const auto session = opening.http.head.headers.find("mcp-session-id");
    session_id = session ? std::optional<std::string>(*session) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Error> Dialogue::Impl::discover() {
  const json::value id = next_id++;
  Awaited awaited;
  awaited.ids.push_back(id);
  const json::value params = stateless_params(nullptr, revision, identity());
  auto reply = send(jsonrpc::request(id, "server/discover", params), std::move(awaited), {});
  if (!reply) { return reply.error(); }
  opening = std::move(*reply);
  if (!opening.is_result()) {
    return Error{ErrorCode::rejected, fmt::format("server/discover was not answered: {}", opening.describe())};
  }
  const json::array* versions = as_array(find(opening.result(), "supportedVersions"));
  if (versions == nullptr) {
    return Error{
        ErrorCode::malformed_message,
        fmt::format("the result of server/discover has no array supportedVersions: {}", excerpt(opening.result()))};
  }
  const bool supported = std::any_of(versions->begin(), versions->end(),
                                     [&](const json::value& version) { return as_string(&version) == revision; });
  if (!supported) {
    return Error{ErrorCode::rejected, fmt::format("server/discover lists the versions {}, and not {}",
                                                  excerpt(json::value(*versions)), revision)};
  }
  return std::nullopt;
}

Result<Dialogue> Dialogue::open(HttpClient& client, DialogueOptions options) {
  auto impl = std::make_unique<Impl>(client, std::move(options));
  std::optional<Error> error;
  switch (impl->options.era) {
    case Era::none:
      return fail(ErrorCode::bad_input, "an endpoint of era none has no dialogue");
    case Era::http_sse:
      error = impl->open_http_sse();
      if (!error) { error = impl->initialize(); }
      break;
    case Era::streamable:
      error = impl->initialize();
      break;
    case Era::stateless:
      error = impl->discover();
      break;
  }
  if (error) { return tl::unexpected(*std::move(error)); }
  return Dialogue(std::move(impl));
}

Dialogue::Dialogue(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Dialogue::Dialogue(Dialogue&&) noexcept = default;
Dialogue& Dialogue::operator=(Dialogue&&) noexcept = default;
Dialogue::~Dialogue() = default;

Result<Reply> Dialogue::request(std::string_view method, json::value params, RequestOptions options) {
  const json::value id = options.id ? *options.id : json::value(impl_->next_id++);
  Awaited awaited;
  awaited.ids.push_back(id);
  if (impl_->options.era == Era::stateless) {
    params = stateless_params(std::move(params), impl_->revision, impl_->identity());
  }
  return impl_->send(jsonrpc::request(id, method, params), std::move(awaited), options);
}

Result<Reply> Dialogue::notify(std::string_view method, json::value params, const RequestOptions& options) {
  if (impl_->options.era == Era::stateless) {
    params = stateless_params(std::move(params), impl_->revision, impl_->identity());
  }
  return impl_->send(jsonrpc::notification(method, params), {}, options);
}

Result<Reply> Dialogue::post(std::string body, RequestOptions options) {
  Awaited awaited = awaited_by(body);
  if (options.id) {
    awaited = {};
    awaited.ids.push_back(*options.id);
  }
  return impl_->send(std::move(body), std::move(awaited), options);
}

Request Dialogue::make_post(std::string body) const { return impl_->post_request(std::move(body)); }

std::string Dialogue::fresh_id(std::string_view name) const {
  const int times = ++impl_->named_ids[std::string(name)];
  return times == 1 ? std::string(name) : fmt::format("{}-{}", name, times);
}

Result<HttpStream> Dialogue::open_get_stream(const std::function<void(Request&)>& edit) {
  if (era() == Era::http_sse) { return fail(ErrorCode::bad_input, "in http-sse the stream is already open"); }
  Request request = impl_->get_request();
  if (edit) { edit(request); }
  return impl_->client->open(request, impl_->deadline({.timeout = impl_->options.stream_timeout}));
}

Result<HttpStream> Dialogue::listen(json::object filter, json::value* id, const std::function<void(Request&)>& edit) {
  if (era() != Era::stateless) {
    return fail(ErrorCode::bad_input, fmt::format("subscriptions/listen does not exist in era {}", to_string(era())));
  }
  const json::value used = impl_->next_id++;
  if (id != nullptr) { *id = used; }
  const json::object params = {{"notifications", std::move(filter)}};
  Request request = impl_->post_request(
      jsonrpc::request(used, "subscriptions/listen", stateless_params(params, impl_->revision, impl_->identity())));
  if (edit) { edit(request); }
  return impl_->client->open(request, impl_->deadline({}));
}

HttpStream* Dialogue::stream() { return impl_->held ? &*impl_->held : nullptr; }

Result<Exchange> Dialogue::delete_session() {
  if (!impl_->session_id) {
    return fail(ErrorCode::bad_input, "the server issued no session id, so there is no session to delete");
  }
  Request request;
  request.method = "DELETE";
  request.url = impl_->options.url;
  impl_->add_common_headers(request);
  return impl_->client->exchange(request, impl_->deadline({}));
}

const DialogueOptions& Dialogue::options() const { return impl_->options; }
Era Dialogue::era() const { return impl_->options.era; }
const std::string& Dialogue::revision() const { return impl_->revision; }
const std::optional<std::string>& Dialogue::session_id() const { return impl_->session_id; }
const std::optional<Url>& Dialogue::post_url() const { return impl_->post_url; }
const std::optional<SseEvent>& Dialogue::endpoint_event() const { return impl_->endpoint_event; }
const Reply& Dialogue::opening() const { return impl_->opening; }

json::object Dialogue::capabilities() const {
  const json::object* declared = as_object(find(impl_->opening.result(), "capabilities"));
  return declared ? *declared : json::object();
}

json::object Dialogue::server_info() const {
  const json::value& result = impl_->opening.result();
  const json::object* info = as_object(find(result, "serverInfo"));
  if (info == nullptr) {
    // 2026-07-28 server/discover: the member of `_meta` whose name holds a slash.
    info = as_object(find_pointer(result, "/_meta/io.modelcontextprotocol~1serverInfo"));
  }
  return info ? *info : json::object();
}

}  // namespace weir::wire::mcp
