#include "conformance/checks/completion/common.hpp"

namespace weir::conformance::completion_listed_served {
namespace {

/// Whether what is refused to begin with is served for a value that nothing begins with: it has too many to send.
bool has_too_many(Probe& probe, const Completable& wanted) {
  const auto few = complete(probe, wanted, "weir-no-such-value");
  return few && values_of(*few);
}

Finding too_many(const Completable& wanted, const std::string& refusal) {
  return fail(fmt::format("values for {}, of which nothing is written yet", wanted.in_words),
              "refused for an empty value, and served for one that nothing begins with: " + refusal)
      .at("server", "Send the first 100 values where there are more, and set hasMore, in place of an error.");
}

/// An internal error, twice: no reason to refuse a right request, whatever becomes of other arguments.
std::optional<Finding> if_broken(Probe& probe, const Completable& wanted, const wire::mcp::Reply& reply) {
  if (error_code(reply) != jsonrpc::kInternalError) { return std::nullopt; }
  const auto again = complete(probe, wanted, "");
  if (!again || error_code(*again) != jsonrpc::kInternalError) { return std::nullopt; }
  const std::string refusal = again->describe();
  if (has_too_many(probe, wanted)) { return too_many(wanted, refusal); }
  return fail(fmt::format("a result for {}, which is listed", wanted.in_words), refusal)
      .at("server", "Answer an empty list of values where there is nothing to suggest.");
}

Finding run(Probe& probe) {
  const auto wanted = completables(probe);
  if (wanted.empty()) { return untestable("no prompt with arguments and no template is listed"); }
  std::string refusal, shapeless;
  int served = 0;
  for (const Completable& each : wanted) {
    const auto reply = complete(probe, each, "");
    if (!reply) { return probe.broken(reply.error(), "an answer"); }
    if (auto broken = if_broken(probe, each, *reply)) { return *std::move(broken); }
    if (values_of(*reply)) {
      ++served;
    } else {
      (reply->is_result() ? shapeless : refusal) = reply->describe();
    }
  }
  if (served > 0) {
    return pass(fmt::format("{} of {} arguments that are listed are completed", served, wanted.size()));
  }
  if (!shapeless.empty()) { return untestable("no values came: " + shapeless); }
  if (has_too_many(probe, wanted.front())) { return too_many(wanted.front(), refusal); }
  return fail(
             fmt::format("a result for one of {} arguments that are listed, as completions is declared", wanted.size()),
             "each is refused: " + refusal)
      .at("server", "Answer an empty list of values where there is nothing to suggest.");
}

const Registration kCheck{{
    .id = "completion.listed.served",
    .title = "what is listed can be completed where completion is declared",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .capability = "completions",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/completion",
    .consequence = "Clients ask with every key that is pressed, and show an error each time.",
    .fix = "Answer completion/complete for every listed prompt argument and template variable, with an empty list of "
           "values instead of an error where nothing is to be suggested.",
    .faults = {"completion.refused", "completion.prompts-internal-error"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::completion_listed_served
