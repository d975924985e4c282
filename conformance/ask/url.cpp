#include "conformance/ask/url.hpp"

#include <algorithm>
#include <array>

#include "conformance/probe/status.hpp"

namespace weir::conformance {

namespace {

/// What an era asks of its URL without opening anything: a redirect comes before the message is read.
std::vector<wire::Request> questions(const Probe& probe, const wire::Url& url) {
  std::vector<wire::Request> requests{stream_get(probe, url)};
  if (!probe.is(Era::http_sse)) {
    requests.push_back(json_post(probe, url, call_body(probe, "weir-url", harmless_method(probe))));
  }
  return requests;
}

bool leads_elsewhere(const wire::Exchange& answer) {
  return is_redirect(answer.head.status) && answer.head.headers.has("location");
}

bool is_numeric(std::string_view host) {
  return host.find(':') != std::string_view::npos || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

int default_port(const wire::Url& url) { return url.tls() ? 443 : 80; }

}  // namespace

std::string SlashTurn::describe() const {
  return fmt::format("{} {} gave {} to {}", request.method, request.url.path, status,
                     wire::excerpt(std::string_view(location), 160));
}

wire::Result<wire::Exchange> send_once(Probe& probe, const wire::Request& request) {
  const wire::Deadline deadline = probe.answer_deadline();
  auto stream = probe.http().begin(request, deadline);
  if (!stream) { return tl::unexpected(stream.error()); }
  if (!stream->wait_for_head(deadline)) {
    return wire::fail(wire::ErrorCode::timeout, fmt::format("{} {} got no answer", request.method, request.url.path));
  }
  if (!stream->exchange().is_event_stream()) { stream->read_to_end(deadline); }
  hear_out(probe, *stream);
  auto answer = std::move(*stream).finish();
  probe.note("< " + describe(answer));
  return answer;
}

wire::Request knock(const Probe& probe) {
  return probe.is(Era::http_sse)
             ? stream_get(probe, probe.url())
             : json_post(probe, probe.url(), call_body(probe, "weir-knock", harmless_method(probe)));
}

std::optional<wire::Url> other_slash(const wire::Url& url) {
  if (url.path == "/") { return std::nullopt; }
  wire::Url other = url;
  if (url.path.ends_with('/')) {
    other.path.pop_back();
  } else {
    other.path += '/';
  }
  return other;
}

wire::Result<std::vector<SlashTurn>> turns_of(Probe& probe) {
  std::vector<wire::Url> urls{probe.url()};
  if (auto other = other_slash(probe.url())) { urls.push_back(*std::move(other)); }
  std::vector<SlashTurn> turns;
  std::optional<wire::Error> error;
  bool answered = false;
  for (const wire::Url& url : urls) {
    for (wire::Request& request : questions(probe, url)) {
      auto answer = send_once(probe, request);
      if (!answer) {
        error = answer.error();
        continue;
      }
      answered = true;
      if (leads_elsewhere(*answer)) {
        const std::string location(answer->head.headers.get("location"));
        auto to = wire::resolve(url, location);
        turns.push_back(
            {std::move(request), answer->head.status, location, to ? std::optional(std::move(*to)) : std::nullopt});
      }
    }
  }
  if (!answered && error) { return tl::unexpected(*error); }
  return turns;
}

bool speaks_of_host(const wire::Exchange& answer) {
  if (answer.head.status == 421) {  // RFC 9110 section 15.5.20
    return true;
  }
  const std::string_view body = answer.body;
  const bool refusal = answer.head.status == 400 || answer.head.status == 403;
  return refusal && (body.find("host") != body.npos || body.find("Host") != body.npos);
}

bool is_deployed_target(const Probe& probe) {
  const std::string& host = probe.url().host;
  const bool numeric = host.find(':') != host.npos || host.find_first_not_of("0123456789.") == host.npos;
  const bool loopback = host.starts_with("127.") || host == "::1" || host == "localhost";
  return loopback ? probe.target().profile.edge.has_value() : numeric;
}

bool is_internal_host(std::string_view host) {
  if (!is_numeric(host)) {
    constexpr std::array kZones = {".internal", ".local", ".localhost", ".lan", ".svc", ".cluster.local", ".intranet"};
    return host.find('.') == std::string_view::npos ||
           std::any_of(kZones.begin(), kZones.end(), [&](std::string_view zone) { return host.ends_with(zone); }) ||
           host.find(".internal.") != std::string_view::npos ||
           (host.starts_with("internal-") &&
            host.ends_with(".elb.amazonaws.com"));  // An ALB without an address outside.
  }
  if (host.find(':') != std::string_view::npos) {  // RFC 4193, RFC 4291
    return host == "::1" || host.starts_with("fc") || host.starts_with("fd") || host.starts_with("fe80");
  }
  for (std::string_view range : {"10.", "127.", "192.168.", "169.254.", "0."}) {  // RFC 1918, RFC 3927
    if (host.starts_with(range)) { return true; }
  }
  if (host.starts_with("172.") && host.size() > 6 && host[6] == '.') {
    const std::string_view second = host.substr(4, 2);
    return second >= "16" && second <= "31";
  }
  return false;
}

std::optional<std::string> leaves_host(const wire::Url& from, const wire::Url& to) {
  if (from.host != to.host) {
    return is_internal_host(to.host) && !is_internal_host(from.host)
               ? fmt::format("{} is a host inside the network", to.host)
               : fmt::format("{} is another host", to.host);
  }
  const bool both_default = from.port == default_port(from) && to.port == default_port(to);
  if (from.port != to.port && !both_default) { return fmt::format("{} is another port", to.port); }
  return std::nullopt;
}

}  // namespace weir::conformance
