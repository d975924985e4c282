#include "conformance/checks/http/unusual.hpp"

namespace weir::conformance::http_connection_in_order {
namespace {

constexpr const char* kCheckId = "http.connection.in-order";
constexpr int kRequests = 4;
constexpr const char* kFix =
    "Answer the requests of a connection one after the other, in the order in which they came; who cannot closes the "
    "connection after an answer, with Connection: close.";

/// An id is used once in a session.
enum class Way { one_by_one, pipelined };

json::value id_of(Way way, int number) {
  return json::value(fmt::format("weir-{}-{}", way == Way::one_by_one ? "in-turn" : "at-once", number));
}

wire::Request request_of(const Probe& probe, const wire::mcp::Dialogue& dialogue, Way way, int number) {
  return dialogue.make_post(call_body(probe, id_of(way, number), harmless_method(probe)));
}

/// The number of the request that an answer answers by its result; nullopt where it answers none of them.
std::optional<int> number_of(const wire::Exchange& answer, Way way) {
  for (const auto& text : message_texts(answer)) {
    const auto parsed = jsonrpc::parse(text);
    for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
      for (int number = 0; number < kRequests; ++number) {
        if (message.kind == jsonrpc::Kind::response && message.answers(id_of(way, number))) { return number; }
      }
    }
  }
  return std::nullopt;
}

Finding another_answer(int wanted, int got, std::string_view how) {
  return fail(fmt::format("answer {} of {}, {}", wanted + 1, kRequests, how), fmt::format("answer {}", got + 1))
      .at("server, or the proxy before it", kFix);
}

/// nullopt where every one of them was answered on one connection.
std::optional<Finding> one_by_one(Probe& probe, const wire::mcp::Dialogue& dialogue) {
  auto connection = probe.http().connect(probe.url(), probe.answer_deadline());
  if (!connection) { return probe.broken(connection.error(), "a connection"); }
  for (int number = 0; number < kRequests; ++number) {
    const auto request = request_of(probe, dialogue, Way::one_by_one, number);
    const auto answer = connection->exchange(request, probe.answer_deadline());
    const auto got = answer ? number_of(*answer, Way::one_by_one) : std::nullopt;
    if (got && *got != number) { return another_answer(number, *got, "one request after another"); }
    if (!got && number < 2) {
      return untestable(fmt::format("request {} of a connection has no result (preflight.connection.reusable): {}",
                                    number + 1, answer ? describe(*answer) : answer.error().detail));
    }
    if (!answer && answer.error().code != wire::ErrorCode::timeout) {
      return not_applicable(fmt::format("the connection is closed after {} requests", number));
    }
    if (!got) {
      return fail(fmt::format("an answer to request {} of a kept connection", number + 1),
                  answer ? describe(*answer) : answer.error().detail)
          .at("server, or the proxy before it", kFix);
    }
    if (!connection->reusable() && number + 1 < kRequests) {
      return not_applicable("the connection is closed after each answer");
    }
  }
  return std::nullopt;
}

/// `took`: how long as many requests were in the making, one by one.
Finding pipelined(Probe& probe, const wire::mcp::Dialogue& dialogue, wire::Clock::duration took) {
  std::vector<wire::Request> requests;
  for (int number = 0; number < kRequests; ++number) {
    requests.push_back(request_of(probe, dialogue, Way::pipelined, number));
  }
  const auto sent =
      send_pipelined(probe, kCheckId, requests,
                     probe.in(probe.target().answer_timeout + std::chrono::ceil<std::chrono::milliseconds>(took)));
  if (!sent) { return probe.broken(sent.error(), "a connection"); }
  const auto& answers = sent->answers;
  for (int number = 0; number < static_cast<int>(answers.size()); ++number) {
    const auto& answer = answers[static_cast<std::size_t>(number)];
    const auto got = number_of(answer, Way::pipelined);
    if (got && *got != number) { return another_answer(number, *got, "sent without waiting"); }
    if (!got && answer.end != wire::EndClass::open) {
      return untestable(fmt::format("pipelined request {} is refused: {}", number + 1, describe(answer)));
    }
  }
  if (probe.out_of_time()) { return untestable("the run ended before the answers came"); }
  const bool silent = sent->missing ? sent->missing->code == wire::ErrorCode::timeout
                                    : !answers.empty() && answers.back().end == wire::EndClass::open;
  if (silent || (sent->missing && sent->missing->code == wire::ErrorCode::malformed_head)) {
    return fail(fmt::format("answers to {} requests that were sent without waiting, or a closed connection", kRequests),
                fmt::format("{} of them answered, then {}", answers.size(),
                            silent ? "silence on the open connection" : sent->missing->detail))
        .at("server, or the proxy before it", kFix);
  }
  if (answers.size() < 2) { return not_applicable("a connection with pipelined requests is closed after one answer"); }
  return pass(fmt::format("{} requests one by one, and {} of {} at once, each answered in its turn{}", kRequests,
                          answers.size(), kRequests, answers.size() < kRequests ? ", then a closed connection" : ""));
}

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  const auto begun = wire::Clock::now();
  if (auto finding = one_by_one(probe, shared->get())) { return *std::move(finding); }
  return pipelined(probe, shared->get(), wire::Clock::now() - begun);
}

const Registration kCheck{{
    .id = kCheckId,
    .title = "requests on one connection are answered in their order, those that are sent without waiting too",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .source = "https://www.rfc-editor.org/rfc/rfc9112#section-9.3.2",
    .consequence =
        "Behind a proxy that keeps connections one caller gets what another one asked for, or waits for ever.",
    .fix = "Answer every request of a kept connection, in the order in which they came, or send `Connection: "
           "close` with an answer and close the connection behind it.",
    .faults = {"http.pipelined-swapped", "http.pipelined-lost", "http.third-request-hangs"},
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_connection_in_order
