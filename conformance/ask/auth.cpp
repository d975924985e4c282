#include "conformance/ask/auth.hpp"

#include <algorithm>
#include <cctype>

#include "conformance/ask/control.hpp"
#include "conformance/ask/initialize.hpp"
#include "conformance/ask/stateless.hpp"
#include "conformance/probe/status.hpp"
#include "wire/auth/oauth.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance {

namespace {

constexpr std::string_view kScheme = "bearer";
constexpr std::string_view kWellKnown = "/.well-known/oauth-protected-resource";
constexpr std::chrono::milliseconds kPatience{2000};

bool starts_with_scheme(std::string_view text) { return wire::starts_with_ignoring_case(text, kScheme); }

wire::Result<Metadata> fetch(Probe& probe, const wire::Url& url) {
  wire::Request request{.method = "GET", .url = url, .headers = {}, .body = {}};  // Without credentials.
  auto exchange = probe.send(request, probe.in(kPatience));
  if (!exchange) { return tl::unexpected(exchange.error()); }
  Metadata metadata{.url = url.str(), .exchange = std::move(*exchange), .document = nullptr};
  metadata.document = metadata_in(metadata.exchange);
  metadata.mistyped = metadata.document.is_object() && !metadata.exchange.is_json();
  return metadata;
}

}  // namespace

wire::Request opening_request(const Probe& probe) {
  switch (probe.era()) {
    case Era::http_sse:
      return stream_get(probe, probe.url());
    case Era::stateless:
      return modern_request(probe, "server/discover");
    default:
      return initialize_request(probe);
  }
}

Finding refused_with(Probe& probe, const wire::Request& request, std::initializer_list<int> statuses,
                     const Door& door) {
  const std::string expected = fmt::format("HTTP {}", fmt::join(statuses, " or "));
  // Who is refused with the credentials as well learns nothing of them. But for the stateless era a conversation that
  // is open already is the control.
  std::string kept_out;
  if (!probe.is(Era::stateless)) {
    if (const auto opened = probe.shared(); !opened) { kept_out = opened.error().detail; }
  }
  const auto unless_kept_out = [&](Finding finding, std::string_view refused) {
    if (kept_out.empty()) { return finding; }
    return untestable(
        fmt::format("refused ({}), but so is the same request with the credentials: {}", refused, kept_out));
  };
  auto answer = probe.send(request, probe.in(kPatience));
  if (!answer) { return probe.broken(answer.error(), expected); }
  const std::string status = fmt::format("HTTP {}", answer->head.status);
  if (std::find(statuses.begin(), statuses.end(), answer->head.status) == statuses.end()) {
    if (auto elsewhere = if_sent_elsewhere(*answer)) { return *elsewhere; }
    Finding judged = unless_for_anybody(probe, fail(expected, status), answer->head.status, door);
    return answer->head.status < kRedirects ? judged : unless_kept_out(std::move(judged), status);
  }
  if (probe.is(Era::stateless)) { return beside(probe, opening_request(probe), pass(status)); }
  return unless_kept_out(pass(status), status);
}

Finding unless_for_anybody(Probe& probe, Finding finding, int status, const Door& door) {
  if (door.field.empty() || finding.verdict != reports::Verdict::fail) { return finding; }
  const auto asked = probe.last_request();
  wire::Request bare = opening_request(probe);
  bare.headers.remove(door.field);
  const auto answer = probe.send(bare, probe.in(kPatience));
  if (asked) { probe.pin_request(*asked); }
  if (!answer) { return finding; }
  const bool is_open = status < kRedirects && answer->head.status < kRedirects;
  if (!is_open && (status < kRedirects || answer->head.status != status)) { return finding; }
  return untestable(fmt::format("{}, and whoever brings no credential {}, which {} judges", finding.got,
                                is_open ? "is let in as well" : "gets the same", door.judge));
}

Door bearer_door(const Probe& probe) {
  return probe.is(Era::http_sse) ? Door{} : Door{"Authorization", "auth.bearer.absent-401"};
}

Door key_door(const wire::ApiKey& key) { return {key.header, "auth.api-key.absent-refused"}; }

std::optional<Finding> if_sent_elsewhere(const wire::Exchange& answer) {
  const int status = answer.head.status;
  if (!is_redirect(status) || !answer.head.headers.has("location")) { return std::nullopt; }
  return untestable(fmt::format("nobody is let in, but sent to {} by HTTP {}: auth.bearer.absent-401 judges that",
                                wire::excerpt(answer.head.headers.get("location"), 100), status));
}

bool uses_bearer(const Probe& probe) { return starts_with_scheme(probe.target().headers.get("authorization")); }

std::string bearer_token(const Probe& probe) {
  std::string_view value = probe.target().headers.get("authorization");
  if (!starts_with_scheme(value)) { return {}; }
  value.remove_prefix(kScheme.size());
  const std::size_t first = value.find_first_not_of(' ');
  if (const auto& tokens = probe.target().tokens; tokens && first != value.npos) {
    return tokens->current(probe.answer_deadline());
  }
  return std::string(first == value.npos ? "" : value.substr(first));
}

bool is_rpc_envelope(const json::value& document) {
  const auto has = [&](std::string_view member) { return wire::find(document, member) != nullptr; };
  return has("jsonrpc") && (has("result") || has("error") || has("method")) && !has("resource");
}

json::value metadata_in(const wire::Exchange& answer) {
  auto text = answer.ok() ? wire::parse_json(answer.body) : wire::Result<wire::JsonText>(wire::fail({}, {}));
  // Whatever answers any path may say JSON as text: only what names a resource is taken for metadata by its body.
  if (!text || !(answer.is_json() || wire::as_string(wire::find(text->value, "resource")))) { return nullptr; }
  return std::move(text->value);
}

wire::Result<Metadata> find_metadata(Probe& probe) {
  wire::Request request = opening_request(probe);
  request.headers.remove("Authorization");
  auto refused = probe.send(request, probe.in(kPatience));
  if (!refused) { return tl::unexpected(refused.error()); }
  std::vector<std::string> places;
  const auto challenges = parse_challenges(refused->head.headers.joined("www-authenticate"));
  const Challenge* bearer = find_challenge(challenges, kScheme);
  const std::string named = bearer ? bearer->parameter("resource_metadata") : "";
  if (!named.empty()) { places.push_back(named); }
  places.push_back(std::string(kWellKnown) + (probe.url().path == "/" ? "" : probe.url().path));
  places.emplace_back(kWellKnown);
  bool elsewhere = false;
  wire::Result<Metadata> last = wire::fail(wire::ErrorCode::malformed_message, "the metadata URL does not parse");
  for (const auto& place : places) {
    auto url = wire::resolve(probe.url(), place);
    // Another origin is named, not asked: a challenge must not send Weir through somebody else's network.
    if (!url || url->origin() != probe.url().origin()) {
      elsewhere = elsewhere || url.has_value();
      continue;
    }
    last = fetch(probe, *url);
    if (last) {
      last->named = named;
      last->elsewhere = elsewhere;
      last->unclear = bearer && !bearer->problems.empty();
    }
    if (last && last->document.is_object()) { return last; }
  }
  return last;
}

}  // namespace weir::conformance
