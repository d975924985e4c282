#include "loadgen/client/requests.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "loadgen/client/server_messages.hpp"
#include "loadgen/user_agent.hpp"
#include "wire/http/request_bytes.hpp"
#include "wire/json/jsonrpc.hpp"
#include "wire/mcp/header_value.hpp"
#include "wire/mcp/messages.hpp"

namespace weir::loadgen {
namespace {

void field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

/// What a server sent as an event id goes back as it came, unless it has a control character: RFC 9110 section 5.5 lets
/// any proxy refuse the whole request for it.
bool fits_a_field(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

/// "toolsListChanged": true, and resources by their URIs.
wire::json::object listen_filter(const std::vector<std::string>& listen_to) {
  wire::json::object filter;
  if (listen_to.empty()) {
    return {{"toolsListChanged", true}, {"promptsListChanged", true}, {"resourcesListChanged", true}};
  }
  wire::json::array resources;
  for (const std::string& name : listen_to) {
    if (name.find(':') != name.npos) {
      resources.emplace_back(name);
    } else {
      filter[name] = true;
    }
  }
  if (!resources.empty()) { filter["resourceSubscriptions"] = std::move(resources); }
  return filter;
}

}  // namespace

wire::Result<Requests::Head> Requests::render(const wire::Url& url, wire::Headers own, const Credentials& credentials) {
  wire::Request request;
  request.url = url;
  request.headers = std::move(own);
  if (!credentials.bearer.empty()) { request.headers.set("Authorization", "Bearer " + credentials.bearer); }
  for (const wire::Header& header : credentials.headers.fields()) { request.headers.set(header.name, header.value); }
  auto bytes = wire::request_bytes(request, user_agent());
  if (!bytes) { return tl::unexpected(bytes.error()); }
  Head head;
  // Without "GET target" at the front and the blank line at the end.
  const std::size_t start = request.method.size() + 1 + url.target().size();
  head.text = bytes->substr(start, bytes->size() - start - 2);
  head.has_version = request.headers.has("mcp-protocol-version");
  head.has_session = request.headers.has("mcp-session-id");
  return head;
}

wire::Result<Requests> Requests::make(const Population& plan, const wire::Url& url, const Credentials& credentials) {
  Requests made;
  made.target_ = url.target();
  made.stateless_ = plan.stream == StreamKind::listen;
  made.revision_ = plan.revision;
  auto get = render(url, {{"Accept", "text/event-stream"}, {"Cache-Control", "no-cache"}}, credentials);
  if (!get) { return tl::unexpected(get.error()); }
  made.get_ = *std::move(get);
  auto post = render(url, {{"Accept", "application/json, text/event-stream"}, {"Content-Type", "application/json"}},
                     credentials);
  if (!post) { return tl::unexpected(post.error()); }
  made.post_ = *std::move(post);
  auto remove = render(url, {}, credentials);
  if (!remove) { return tl::unexpected(remove.error()); }
  made.delete_ = *std::move(remove);

  const wire::mcp::ClientIdentity client{.name = std::string(kProgram), .capabilities = {}};
  made.initialize_body_ =
      wire::jsonrpc::request(kInitializeId, "initialize", wire::mcp::initialize_params(plan.revision, client));
  const wire::json::object listen = {{"notifications", listen_filter(plan.listen_to)}};
  made.listen_params_ = wire::json::serialize(wire::mcp::stateless_params(listen, plan.revision, client));
  made.call_name_ = wire::json::serialize(wire::json::value(plan.stream_call.tool));
  return made;
}

void Requests::begin(std::string& out, std::string_view method, const Head& head, const SessionWords& session) const {
  const std::string_view target = session.target.empty() ? std::string_view(target_) : session.target;
  out.reserve(method.size() + target.size() + head.text.size() + session.id.size() + 160);
  out.append(method).append(" ").append(target).append(head.text);
  const std::string_view revision = stateless_ ? std::string_view(revision_) : session.revision;
  if (revision >= wire::mcp::k2025_06_18 && !head.has_version) { field(out, "MCP-Protocol-Version", revision); }
  if (!session.id.empty() && !head.has_session) { field(out, "Mcp-Session-Id", session.id); }
}

std::string Requests::stream(const SessionWords& session, std::string_view last_event_id) const {
  std::string out;
  begin(out, "GET", get_, session);
  if (!last_event_id.empty() && fits_a_field(last_event_id)) { field(out, "Last-Event-ID", last_event_id); }
  out.append("\r\n");
  return out;
}

std::string Requests::initialize(const SessionWords& session) const {
  return post({{}, {}, session.target}, initialize_body_, "initialize", {});
}

std::string Requests::initialized(const SessionWords& session) const {
  return post(session, R"({"jsonrpc":"2.0","method":"notifications/initialized"})", "notifications/initialized", {});
}

std::string Requests::listen(std::uint64_t id) const {
  const std::string body =
      fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"subscriptions/listen","params":{}}})", id, listen_params_);
  return post({}, body, "subscriptions/listen", {});
}

std::string Requests::call(const SessionWords& session, std::uint64_t id, std::string_view arguments) const {
  const std::string body =
      fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{{"name":{},"arguments":{}}}}})", id,
                  call_name_, arguments);
  return post(session, body, "tools/call", {});
}

std::string Requests::post(const SessionWords& session, std::string_view body, std::string_view method,
                           std::string_view name) const {
  std::string out;
  begin(out, "POST", post_, session);
  if (stateless_) {
    if (!method.empty()) { field(out, "Mcp-Method", method); }
    if (!name.empty()) { field(out, "Mcp-Name", wire::mcp::encode_header_value(name)); }
  }
  fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n\r\n{}", body.size(), body);
  return out;
}

std::string Requests::end_session(const SessionWords& session) const {
  std::string out;
  begin(out, "DELETE", delete_, session);
  out.append("\r\n");
  return out;
}

}  // namespace weir::loadgen
