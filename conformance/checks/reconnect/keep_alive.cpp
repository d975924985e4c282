#include "conformance/checks/reconnect/keep_alive.hpp"

#include <charconv>

#include "conformance/ask/dialogue.hpp"
#include "wire/mcp/messages.hpp"

namespace weir::conformance {

namespace {

constexpr int kLongestSeconds = 24 * 3600;

/// The parameter of "Keep-Alive: timeout=5, max=100" (RFC 2068 section 19.7.1.1).
std::optional<std::chrono::milliseconds> announced_age(const wire::Headers& headers) {
  constexpr std::string_view kName = "timeout=";
  const std::string value = headers.joined("keep-alive");
  const auto at = value.find(kName);
  if (at == std::string::npos) { return std::nullopt; }
  int seconds = -1;
  const char* first = value.data() + at + kName.size();
  const auto [end, error] = std::from_chars(first, value.data() + value.size(), seconds);
  if (error != std::errc() || seconds < 0 || seconds > kLongestSeconds) { return std::nullopt; }
  return std::chrono::seconds(seconds);
}

wire::Request question(const wire::mcp::Dialogue& dialogue, const Survey& survey) {
  if (dialogue.era() != Era::stateless) { return dialogue.make_post(jsonrpc::request("weir-kept", survey.means)); }
  return dialogue.make_post(
      jsonrpc::request("weir-kept", "server/discover", wire::mcp::stateless_params(nullptr, dialogue.revision(), {})));
}

}  // namespace

tl::expected<KeptConnection, Finding> keep_connection(Probe& probe) {
  if (probe.target().surveys.empty()) { return tl::unexpected(no_era(probe)); }
  auto dialogue = open_dialogue(probe, probe.target().surveys.front());
  if (!dialogue) { return tl::unexpected(untestable("no conversation: " + dialogue.error().detail)); }
  // Not in http-sse's session, which ends with its stream: any answer tells of the connection.
  wire::Request request = question(*dialogue, probe.target().surveys.front());
  auto connection = probe.http().connect(request.url, probe.answer_deadline());
  if (!connection) { return tl::unexpected(untestable("no connection: " + connection.error().detail)); }
  const auto first = connection->exchange(request, probe.answer_deadline());
  if (!first) { return tl::unexpected(untestable("the first request was not answered: " + first.error().detail)); }
  const std::string fields = wire::media_type(first->head.headers.joined("connection"));
  if (first->head.version < 11 || fields.find("close") != std::string::npos) {
    return tl::unexpected(not_applicable("the endpoint closes each connection, and says so"));
  }
  if (!connection->reusable()) {
    return tl::unexpected(untestable("the connection was not kept: " + describe(*first)));
  }
  return KeptConnection{std::move(*connection), std::move(request), wire::Clock::now(),
                        announced_age(first->head.headers)};
}

std::string in_seconds(std::chrono::milliseconds span) {
  return span.count() % 1000 == 0 ? fmt::format("{} s", span.count() / 1000)
                                  : fmt::format("{:.1f} s", static_cast<double>(span.count()) / 1000);
}

}  // namespace weir::conformance
