#include "conformance/run/excuse.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "conformance/ask/kept.hpp"
#include "conformance/ask/polled.hpp"
#include "conformance/probe/status.hpp"
#include "conformance/tap/broken_json.hpp"
#include "conformance/tap/enveloped.hpp"
#include "conformance/tap/places.hpp"
#include "conformance/tap/renamed_event.hpp"
#include "conformance/tap/unnamed_coding.hpp"
#include "wire/base/utf8.hpp"
#include "wire/mcp/collector.hpp"
#include "wire/mcp/polling.hpp"

namespace weir::conformance {
namespace {

/// Who asked, and what.
struct Asked {
  const Probe& probe;
  const CheckInfo& info;
};

/// Whether an answer to this check, or to the survey for it where it asked nothing, is of a kind.
bool met(const Asked& by, const std::function<bool(const Seen&)>& of_kind) {
  bool asked = false;
  bool met = false;
  bool met_before = false;
  for (const auto& seen : by.probe.tap().seen(by.probe.era())) {
    const bool own = seen->by == by.info.id;
    asked = asked || own;
    if (own && !met) { met = of_kind(*seen); }
    if (seen->by == "survey" && !met_before) { met_before = of_kind(*seen); }
  }
  return asked ? met : met_before;
}

/// The same of what this check itself asked.
bool met_itself(const Asked& by, const std::function<bool(const Seen&)>& of_kind) {
  const auto all = by.probe.tap().seen(by.probe.era());
  return std::any_of(all.begin(), all.end(),
                     [&](const SeenPtr& seen) { return seen->by == by.info.id && of_kind(*seen); });
}

bool met_other_encoding(const Asked& by) {
  return met(by, [](const Seen& seen) {
    return seen.http.is_json() && !seen.body_cut && wire::find_invalid_utf8(seen.http.body).has_value();
  });
}

bool met_unnamed_coding(const Asked& by) {
  return met(by, [](const Seen& seen) { return unnamed_coding(seen.http).has_value(); });
}

bool met_broken_json(const Asked& by) {
  return met(by, [](const Seen& seen) { return broken_json(seen).has_value(); });
}

bool met_enveloped(const Asked& by) { return met_itself(by, brings_enveloped); }

/// Nobody listens for such events.
bool met_renamed_event(const Asked& by) {
  return by.probe.era() != Era::http_sse && met(by, [](const Seen& seen) { return renamed_event(seen).has_value(); });
}

bool met_undecodable(const Asked& by) {
  return met_itself(by, [](const Seen& seen) {
    const auto& notes = seen.http.framing_notes;
    return std::any_of(notes.begin(), notes.end(), is_undecodable);
  });
}

/// Of an era, whose answers http.length.reached looks at.
bool met_longer_body(const Asked& by) {
  return by.probe.era() != Era::none && met(by, [](const Seen& seen) {
           const auto& notes = seen.http.framing_notes;
           return std::any_of(notes.begin(), notes.end(), is_left_over);
         });
}

bool met_kept_answer(const Asked& by) {
  const std::string& endpoint = by.probe.url().path;
  return by.probe.era() != Era::none && met_itself(by, [&](const Seen& seen) {
           return seen.http.request.url.path == endpoint && !kept_by(seen.http).empty();
         });
}

/// Of a server that does not answer what is asked under an id that is a string.
bool asked_by_name(const Asked& by) {
  const Survey* survey = by.probe.survey_or_null();
  return survey && !survey->string_ids && met_itself(by, [](const Seen& seen) {
           const auto ids = wire::mcp::awaited_by(seen.http.request.body).ids;
           return std::any_of(ids.begin(), ids.end(), [](const json::value& id) { return id.is_string(); });
         });
}

/// Of a server that takes ping by 202 without an answer: then nobody hears anything.
bool met_taken_request(const Asked& by) {
  const Survey* survey = by.probe.survey_or_null();
  return survey && survey->takes_ping && met_itself(by, [](const Seen& seen) {
           return seen.http.head.status == kAccepted && !wire::mcp::awaited_by(seen.http.request.body).ids.empty();
         });
}

/// What keeps others from hearing, and is told by one check alone.
struct ToldElsewhere {
  std::string_view by;
  std::string_view what;
  bool (*is_met)(const Asked&);
};

constexpr std::array kToldElsewhere = {
    ToldElsewhere{"http.body.coding-named", "an answer was compressed, and its head did not say so",
                  met_unnamed_coding},
    ToldElsewhere{"http.body.utf8", "an answer was not UTF-8, and could not be read", met_other_encoding},
    ToldElsewhere{"jsonrpc.text.parses", "an answer was no JSON, and could not be read", met_broken_json},
    ToldElsewhere{"jsonrpc.result.xor-error", "an error came inside a result", met_enveloped},
    ToldElsewhere{"sse.message.event-type", "a message came in an event of another type", met_renamed_event},
    ToldElsewhere{"http.length.reached", "an answer is not in the content coding that it names", met_undecodable},
    ToldElsewhere{"http.length.reached", "an answer is longer than its head says, and was cut", met_longer_body},
    ToldElsewhere{"http.answer.fresh", "an answer came out of a cache", met_kept_answer},
    ToldElsewhere{"jsonrpc.id.echoed", "requests whose id is a string are not answered", asked_by_name},
    ToldElsewhere{"streamable.request.content-type", "a request is taken without an answer", met_taken_request},
};

/// How long a server asked this check to stay away before it may have an answer, where that is longer than a dialogue
/// waits: then the answer was not missing, but not fetched.
std::optional<std::chrono::milliseconds> put_off_too_long(const Asked& by) {
  if (!by.probe.is(Era::streamable)) { return std::nullopt; }
  std::chrono::milliseconds asked_for{0};
  for (const auto& seen : by.probe.tap().seen(Era::streamable)) {
    if (seen->by != by.info.id) { continue; }
    const auto pause = polled_after(seen->http);
    if (!pause || seen->http.request.method == "POST") { asked_for = {}; }  // Of each answer anew.
    if (!pause) { continue; }
    asked_for += *pause;
    if (asked_for > wire::mcp::kMostPause) { return asked_for; }
  }
  return std::nullopt;
}

double in_seconds(std::chrono::milliseconds span) { return std::chrono::duration<double>(span).count(); }

/// Of a check that asks: those who only look on judge what others heard.
std::string excuse_of_asking(const Finding& red, const Asked& by) {
  for (const ToldElsewhere& told : kToldElsewhere) {
    if (by.info.id != told.by && told.is_met(by)) {
      return fmt::format("{} (see {}): {}", told.what, told.by, red.got);
    }
  }
  if (const auto pause = put_off_too_long(by)) {
    return fmt::format(
        "the server wants an answer to be polled for after {:.3g} s ('retry'), and Weir waits {:.3g} s: "
        "{}",
        in_seconds(*pause), in_seconds(wire::mcp::kMostPause), red.got);
  }
  return by.probe.unreadable();
}

}  // namespace

std::string excuse_of(const Finding& red, const Probe& probe, const CheckInfo& info) {
  if (probe.throttled()) { return "the target limits the rate of requests: " + red.got; }
  if (probe.hurried() && probe.met(Trouble::withheld_stream)) {
    return "others got no head of a stream either (see streamable.get.stream-or-405): " + red.got;
  }
  if (probe.out_of_time() && probe.last_answer_missing()) { return "the run ended before the answer came"; }
  return info.passive ? std::string() : excuse_of_asking(red, {probe, info});
}

}  // namespace weir::conformance
