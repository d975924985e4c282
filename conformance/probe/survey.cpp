#include "conformance/probe/survey.hpp"

#include <algorithm>
#include <array>

#include "conformance/probe/beside.hpp"
#include "conformance/probe/memory.hpp"
#include "conformance/probe/status.hpp"
#include "wire/mcp/pagination.hpp"

namespace weir::conformance {

namespace {

struct List {
  std::string_view capability;
  std::string_view method;
  std::string_view items;
  std::vector<json::value> Survey::* into;
};
constexpr std::array kLists = {
    List{"tools", "tools/list", "tools", &Survey::tools},
    List{"resources", "resources/list", "resources", &Survey::resources},
    List{"resources", "resources/templates/list", "resourceTemplates", &Survey::resource_templates},
    List{"prompts", "prompts/list", "prompts", &Survey::prompts}};

/// Whether a list is one that a server may lack although it declares the capability: templates have none of their own.
bool is_optional(const List& list) { return list.into == &Survey::resource_templates; }

/// A list that cannot be held costs itself, and not what else is known of the era.
wire::mcp::Listing list_within_memory(wire::mcp::Dialogue& dialogue, const List& list) {
  try {
    return wire::mcp::list_all(dialogue, list.method, list.items);
  } catch (const std::bad_alloc&) {
    wire::mcp::Listing none;
    none.error =
        wire::Error{wire::ErrorCode::limit_exceeded, fmt::format("{}: {}", list.method, memory_used_up_text())};
    return none;
  }
}

/// Whether the first page is refused as by a session that is ready only later: not for credentials, nor for the rate.
bool is_refused(const wire::mcp::Listing& listing) {
  if (!listing.error || listing.pages.size() != 1) { return false; }
  const auto& page = listing.pages.front();
  const int status = page.http.head.status;
  return status == kBadRequest || status == kNotFound || (page.http.ok() && page.is_error());
}

void read_lists(wire::mcp::Dialogue& dialogue, const Probe& probe, Survey& facts) {
  constexpr std::chrono::milliseconds kLater{750};
  bool may_be_early = facts.sessions || facts.era == Era::http_sse;
  for (const auto& list : kLists) {
    if (!facts.declares(list.capability) || probe.out_of_time()) { continue; }
    auto listing = list_within_memory(dialogue, list);
    if (std::exchange(may_be_early, false) && is_refused(listing)) {
      probe.pause(kLater);
      listing = list_within_memory(dialogue, list);
    }
    facts.*list.into = std::move(listing.items);
    // What is no object has neither name nor schema: the shape of the list says so once.
    std::erase_if(facts.*list.into, [](const json::value& item) { return !item.is_object(); });
    const bool unanswered = listing.error && (listing.pages.empty() || !listing.pages.back().response);
    for (auto& page : listing.pages) { facts.list_replies.push_back(std::move(page)); }
    if (listing.error && !is_optional(list)) { facts.list_error = listing.error; }
    if (unanswered) {
      break;  // An endpoint that hangs on one list is not asked for each of them.
    }
  }
}

/// A server without `ping`, or whose `ping` is taken without an answer, is red for that once. What only needs any
/// answer asks it for a list.
std::string means_of(wire::mcp::Dialogue& dialogue, Survey& facts) {
  if (facts.era == Era::stateless) { return "server/discover"; }
  const auto reply = dialogue.request("ping");
  if (!reply) { return "ping"; }
  facts.takes_ping = facts.era == Era::streamable && reply->http.head.status == kAccepted && !reply->response;
  if (!facts.takes_ping && !reply->is_error()) { return "ping"; }
  const auto listed = std::find_if(kLists.begin(), kLists.end(), [&](const List& list) {
    return facts.declares(list.capability) && !is_optional(list) && !facts.list_error;
  });
  return listed == kLists.end() ? "ping" : std::string(listed->method);
}

/// A server that reads ids as numbers alone fails each check that asks under a name: jsonrpc.id.echoed says so once.
bool takes_string_ids(wire::mcp::Dialogue& dialogue, const Survey& facts) {
  constexpr std::chrono::milliseconds kPatience{2000};
  const auto plain = dialogue.request(facts.means, nullptr, {.timeout = kPatience});
  if (!plain || !plain->is_result()) { return true; }
  const auto named = dialogue.request(facts.means, nullptr, {.id = "weir-named", .timeout = kPatience});
  return named && named->response;
}

bool stay_open(const Survey& facts) {
  const auto& replies = facts.list_replies;
  const auto is_open = [](const wire::mcp::Reply& reply) {
    return reply.response && reply.http.is_event_stream() && reply.http.end == wire::EndClass::open;
  };
  return facts.era != Era::http_sse && !replies.empty() && std::all_of(replies.begin(), replies.end(), is_open);
}

/// A survey that a moment's 5xx or 429 ended would leave an era unjudged. A limit of the rate is waited for as long as
/// it asks, which may well be longer than a run; where every other answer is an error, a few handshakes do not pass.
wire::Result<std::reference_wrapper<wire::mcp::Dialogue>> open_patiently(Probe& probe) {
  constexpr int kTries = 3, kTriesAtErrors = 8;
  constexpr std::chrono::seconds kLongestWait{30};
  auto opened = probe.shared();
  for (int i = 1; !opened && !probe.last_answer_missing() && !probe.out_of_time(); ++i) {
    if (i >= (probe.met(Trouble::server_error) ? kTriesAtErrors : kTries)) { break; }
    const auto wait = probe.asked_to_wait();
    if (wait && *wait > kLongestWait) { break; }
    if (wait) { probe.pause(*wait * i); }  // Where the limit does not say how long, a second may be too short.
    opened = probe.shared();
  }
  return opened;
}

/// Whether initialize was refused for its revision, where another one was to be offered. That has a check of its own,
/// lifecycle.version.counter-offer; all others can ask in a revision that is taken.
bool is_refused_revision(const wire::Error& error) {
  return error.code == wire::ErrorCode::rejected && error.detail.find("ersion") != std::string::npos;
}

using Opened = wire::Result<std::reference_wrapper<wire::mcp::Dialogue>>;

/// `refused` is what the newest one got, and comes back where no older one is taken either.
Opened open_in_older_revision(Probe& probe, Survey& facts, Opened refused) {
  const std::string newest = facts.revision;
  for (const auto older : {wire::mcp::k2025_06_18, wire::mcp::k2025_03_26, wire::mcp::k2024_11_05}) {
    if (probe.out_of_time()) { break; }
    facts.revision = older;
    if (auto opened = probe.shared()) { return opened; }
  }
  facts.revision = newest;
  return refused;
}

bool has_revision(Era era, const std::optional<std::string>& revision) {
  return !revision || (*revision == wire::mcp::k2026_07_28) == (era == Era::stateless);
}

Survey survey_era(const Target& target, Era era, wire::Deadline deadline, const std::atomic<bool>* stop,
                  std::string& problem) {
  Survey facts;
  facts.era = era;
  facts.revision = target.profile.revision.value_or(std::string(newest_revision(era)));
  Probe probe(target, &facts, deadline, stop);
  facts.means = era == Era::stateless ? "server/discover" : "ping";
  auto opened = open_patiently(probe);
  if (!opened && era != Era::stateless && !target.profile.revision && is_refused_revision(opened.error())) {
    opened = open_in_older_revision(probe, facts, std::move(opened));
  }
  if (!opened) {
    // Where initialize was served, and what follows it is not.
    const auto* attempt = target.detection.attempt(era);
    if (attempt && !attempt->revision.empty()) { facts.revision = attempt->revision; }
    facts.open_error = opened.error();
    facts.refusal = probe.last_heard().answer;
    facts.throttled = probe.throttled();
    problem = fmt::format("{} was found, but no conversation can be opened: {}", to_string(era), opened.error().detail);
    return facts;
  }
  wire::mcp::Dialogue& dialogue = opened->get();
  facts.revision = dialogue.revision();
  facts.capabilities = dialogue.capabilities();
  facts.server_info = dialogue.server_info();
  facts.sessions = dialogue.session_id().has_value();
  read_lists(dialogue, probe, facts);
  if (!facts.list_error && !probe.out_of_time()) {
    facts.means = means_of(dialogue, facts);
    facts.string_ids = takes_string_ids(dialogue, facts);
    facts.streams_stay_open = stay_open(facts);
  }
  return facts;
}

Survey survey_within_memory(const Target& target, Era era, wire::Deadline deadline, const std::atomic<bool>* stop,
                            std::string& problem) {
  const auto refusals = memory_refusals();
  Survey facts;
  try {
    const MemoryBound bound;
    facts = survey_era(target, era, deadline, stop, problem);
  } catch (const std::bad_alloc&) {
    facts = {};
    facts.era = era;
    facts.revision = target.profile.revision.value_or(std::string(newest_revision(era)));
    facts.open_error = wire::Error{wire::ErrorCode::limit_exceeded, memory_used_up_text()};
    problem = fmt::format("{} was found, but could not be looked at: {}", to_string(era), memory_used_up_text());
  }
  if (memory_refusals() > refusals && !facts.open_error && !facts.list_error) {
    facts.list_error = wire::Error{wire::ErrorCode::limit_exceeded, memory_used_up_text()};
  }
  return facts;
}

}  // namespace

std::vector<Survey> survey(const Target& target, wire::Deadline deadline, const std::atomic<bool>* stop,
                           std::vector<std::string>& problems) {
  auto eras = target.detection.eras();
  std::erase_if(eras, [&](Era era) { return !has_revision(era, target.profile.revision); });
  struct Work {
    std::string problem;
    std::future<Survey> facts;
  };
  std::vector<Work> work(eras.size());
  for (std::size_t i = 0; i < eras.size(); ++i) {
    auto& each = work[i];
    each.facts = begin([&target, &each, era = eras[i], deadline, stop] {
      return survey_within_memory(target, era, deadline, stop, each.problem);
    });
  }
  std::vector<Survey> surveys;
  for (auto& each : work) {
    surveys.push_back(each.facts.get());
    if (!each.problem.empty()) { problems.push_back(std::move(each.problem)); }
  }
  return surveys;
}

}  // namespace weir::conformance
