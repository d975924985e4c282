// What a check asks with. Blocking to look at, bounded in time by the run's budget; every request is kept as evidence.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/check.hpp"
#include "conformance/probe/attribution.hpp"
#include "conformance/probe/judging.hpp"
#include "conformance/tap/tap.hpp"
#include "wire/auth/oauth.hpp"
#include "wire/base/lifetime.hpp"
#include "wire/http/http_client.hpp"
#include "wire/mcp/detect.hpp"
#include "wire/mcp/dialogue.hpp"
#include "wire/target/profile.hpp"

namespace weir::conformance {

namespace json = wire::json;
namespace jsonrpc = wire::jsonrpc;

/// What was learnt of one era of the target before the checks; shared by all of them and never changed after.
struct Survey {
  Era era{};
  std::string revision;  ///< Negotiated.
  json::object capabilities;
  json::object server_info;
  bool sessions = false;           ///< streamable: an Mcp-Session-Id was issued.
  std::vector<json::value> tools;  ///< All pages; empty where not declared.
  std::vector<json::value> resources;
  std::vector<json::value> resource_templates;
  std::vector<json::value> prompts;
  std::vector<wire::mcp::Reply> list_replies;  ///< The raw replies of the lists, page by page, method in order.
  std::optional<wire::Error> list_error;       ///< Why some list is not complete.
  /// The era was found, but no whole conversation could be opened in it: nothing above is known but era and revision.
  std::optional<wire::Error> open_error;
  std::optional<wire::Exchange> refusal;  ///< The answer that came last then, its body cut short.
  bool throttled = false;                 ///< The rate of requests was limited, and none of the waits for it helped.
  /// A request without an effect that this server answers with a result: what checks ask where any answer will do.
  std::string means;
  bool takes_ping = false;         ///< A ping is taken by a 202 that brings no answer.
  bool string_ids = true;          ///< A request with a string for its id is answered under it.
  bool streams_stay_open = false;  ///< Streams of answers do not end behind them (streamable.response-stream.ends).

  bool declares(std::string_view capability) const;
};

class AcrossDeploy;
class AskedOnce;
class Ledger;
enum class Before : std::uint8_t;

/// What the run knows of the target.
struct Target {
  wire::Profile profile;
  wire::Url url;          ///< As the user gave it.
  wire::Headers headers;  ///< Credentials included.
  wire::ClientOptions client;
  std::shared_ptr<wire::FreshToken> tokens;  ///< Null: nothing is fetched by client credentials. `client` renews by it.
  wire::mcp::Detection detection;
  bool was_silent = false;      ///< To the first questions of the run.
  std::vector<Survey> surveys;  ///< One per era that is spoken.
  bool call_read_only = false;
  std::vector<std::string> passed_over;  ///< Tools that may be called, and are not: they take long, and were heard.
  std::chrono::milliseconds answer_timeout{5000};
  std::chrono::milliseconds hold{0};                   ///< --hold: how long idle streams are watched; 0: quick mode.
  std::shared_ptr<AcrossDeploy> across_deploy;         ///< --across-deploy; null: nothing is deployed during the run.
  std::shared_ptr<Tap> tap = std::make_shared<Tap>();  ///< All that is sent to this target and comes back.
  std::shared_ptr<AskedOnce> asked_once;  ///< What its checks share of the answers; null: each asks for itself.
  std::shared_ptr<Ledger> ledger;         ///< What was asked and what came of it; null: nobody keeps account.
  std::shared_ptr<JudgingEnd> judging = std::make_shared<JudgingEnd>();

  const Survey* survey(Era era) const;
  /// The detection found an era, and no conversation could be opened in it since.
  bool none_opened() const;
};

/// What a worker keeps from check to check: its client, and for each era one conversation that is in order. A server
/// that takes a second to open a session, or a process, is asked for a few of them and not for one per check.
struct Worker {
  explicit Worker(const wire::ClientOptions& options) : client(options) {}
  ~Worker() { leave(); }
  void leave();  ///< Ends its conversations, and the sessions that are still open.

  wire::HttpClient client;
  std::map<Era, wire::mcp::Dialogue> conversations;
  bool delete_hangs = false;  ///< A DELETE got no answer: no further session is ended, each would be waited for.
};

class Probe {
 public:
  /// `stop`, once true, makes every further deadline pass at once. Without a `worker` the probe has one of its own.
  /// `asker`: the id of the check, or what else asks.
  Probe(const Target& target, const Survey* survey, wire::Deadline deadline, const std::atomic<bool>* stop = nullptr,
        Worker* worker = nullptr, std::string asker = "survey");
  ~Probe();
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  const Target& target() const WEIR_LIFETIME_BOUND { return target_; }
  /// Throws JudgingCutShort once the run is over; asked between one message and the next.
  void keep_judging() const { target_.judging->keep(target_.client.run); }
  /// For loops over what the target sent: there may be any number of it.
  template <class Range>
  InTime<Range> in_time(const Range& range WEIR_LIFETIME_BOUND) const {
    return {range, *target_.judging, target_.client.run};
  }
  template <class Range>
  void in_time(const Range&& range) const = delete;
  const Tap& tap() const WEIR_LIFETIME_BOUND { return *target_.tap; }
  /// The era's survey. Checks of kTarget have none: survey_or_null().
  const Survey& survey() const WEIR_LIFETIME_BOUND { return *survey_; }
  const Survey* survey_or_null() const { return survey_; }
  Era era() const { return survey_ ? survey_->era : Era::none; }
  bool is(Era e) const { return era() == e; }
  const std::string& revision() const WEIR_LIFETIME_BOUND;

  /// The target's URL for this era.
  const wire::Url& url() const WEIR_LIFETIME_BOUND { return target_.url; }
  wire::HttpClient& http() { return worker_->client; }
  /// Now plus `span`, but never beyond the run's budget.
  wire::Deadline in(std::chrono::milliseconds span) const;
  wire::Deadline answer_deadline() const { return in(target_.answer_timeout); }

  /// Waits, for a server that needs a moment to notice something; never beyond the run's budget.
  void pause(std::chrono::milliseconds span) const;

  /// A request to `url` with the target's credentials and nothing else.
  wire::Request request(std::string method, const wire::Url& url) const;
  /// Sends it and reads to the end of the body or the answer deadline.
  wire::Result<wire::Exchange> send(const wire::Request& request);
  wire::Result<wire::Exchange> send(const wire::Request& request, wire::Deadline deadline);
  /// Reads to the end of the body; where streams stay open here, to shortly after the answer to what was asked.
  void read_answer(wire::HttpStream& stream, wire::Deadline deadline) const;

  /// A fresh conversation in this probe's era and revision. `edit` may change the options first.
  wire::Result<wire::mcp::Dialogue> dialogue(const std::function<void(wire::mcp::DialogueOptions&)>& edit = {});
  /// The worker's conversation: in order when the check begins, and left so, or given up by spoil().
  wire::Result<std::reference_wrapper<wire::mcp::Dialogue>> shared();
  /// The same where one is open already; else null.
  wire::mcp::Dialogue* held();
  /// The session that this answer opens, if it opens one, is ended after the check: nobody else would end it.
  void end_afterwards(const wire::Exchange& answer);
  /// The shared conversation may no longer be in order: the next check opens its own.
  void spoil() { spoiled_ = true; }
  /// Sends one request on the shared conversation.
  wire::Result<wire::mcp::Reply> call(std::string_view method, json::value params = nullptr,
                                      wire::mcp::RequestOptions options = {});

  /// The finding for an error where an answer was due: a fail that names it; untestable when the budget ran out, or
  /// when no conversation could be opened to ask in: that is the matter of the checks that end in not_opened().
  Finding broken(const wire::Error& error, std::string expected) const;
  /// The same where opening the conversation is what the check is about.
  Finding not_opened(const wire::Error& error, std::string expected) const;

  /// Adds a line to the evidence.
  void note(std::string line);
  const std::vector<std::string>& evidence() const WEIR_LIFETIME_BOUND { return evidence_; }
  /// The request that the curl line of a failure repeats: the last one sent, unless it is pinned.
  void pin_request(wire::Request request);
  const std::optional<wire::Request>& last_request() const WEIR_LIFETIME_BOUND { return last_request_; }
  /// What somebody else has to open, and to end, before the last request is in the place where it was here.
  Before before_last_request() const;
  /// The last answer, whoever asked for it, or why there was none: what tells the hop of a failure.
  const LastHeard& last_heard() const WEIR_LIFETIME_BOUND { return last_heard_; }
  /// The last thing that was asked for got no answer in time.
  bool last_answer_missing() const { return last_answer_missing_; }
  /// The last conversation that was to be opened could not be.
  bool open_failed() const { return last_open_failed_; }
  /// The heads of streams are waited for as long as any answer, whatever others met: the check judges them.
  void take_time_for_heads() { hurries_ = false; }
  /// They were waited for no longer than others had shown to be worth it.
  bool hurried() const { return hurried_; }
  /// Something was asked in a conversation that an earlier check had opened, and may have ended.
  bool used_kept() const { return used_kept_; }
  /// Some answer was 429, or an error that says as much: who asks too often learns nothing of the server.
  bool throttled() const;
  /// How long the target wants to be left alone, by its 429s; a second where they do not say.
  std::optional<std::chrono::seconds> asked_to_wait() const;
  /// A request of this probe met such a trouble.
  bool met(Trouble trouble) const;
  /// Why an answer of the server could not be read, and which check says so; empty where each could.
  const std::string& unreadable() const WEIR_LIFETIME_BOUND { return unreadable_; }
  /// By which the ledger knows the requests of this probe.
  std::uint64_t number() const { return number_; }
  /// The run's budget is spent, or it was stopped.
  bool out_of_time() const;

 private:
  wire::Result<wire::Exchange> exchange(const wire::Request& request, wire::Deadline deadline);
  bool was_issued(std::string_view session) const;
  bool was_announced(const wire::Url& url) const;
  void heard(bool answer);
  void heard(const wire::Exchange& answer);
  void heard_error(const wire::Error& error);

  const Target& target_;
  const Survey* survey_;
  wire::Deadline deadline_;
  const std::atomic<bool>* stop_;
  std::unique_ptr<Worker> own_worker_;
  Worker* worker_;
  bool spoiled_ = false;
  bool used_kept_ = false;
  bool hurries_ = true;
  bool hurried_ = false;
  /// Sessions of conversations that the check holds itself; they are ended after it.
  std::vector<std::pair<std::string, std::string>> sessions_;
  std::optional<wire::Request> last_request_;
  bool pinned_ = false;
  LastHeard last_heard_;
  bool last_answer_missing_ = false;
  bool last_open_failed_ = false;
  bool throttled_ = false;
  std::string unreadable_;
  std::uint64_t number_ = 0;
  std::vector<std::string> evidence_;
  std::vector<std::string> ended_;    ///< Sessions that the server issued and this probe has ended.
  std::vector<wire::Url> endpoints_;  ///< http-sse: where the streams of conversations pointed.
  bool last_in_ended_session_ = false;
};

}  // namespace weir::conformance
