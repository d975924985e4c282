#include "loadgen/probe_idle/probe_idle.hpp"

#include <algorithm>
#include <cmath>
#include <exception>

#include "loadgen/probe_idle/held_streams.hpp"
#include "loadgen/probe_idle/idle_connections.hpp"
#include "loadgen/probe_idle/judge.hpp"
#include "loadgen/probe_idle/limits.hpp"
#include "wire/base/redact.hpp"
#include "wire/base/text.hpp"
#include "wire/mcp/detect.hpp"

namespace weir::loadgen {
namespace {

using idle::HeldStreams;
using idle::IdleConnections;
using idle::Judging;
using idle::OpenFailure;
using wire::Clock;
using wire::Deadline;
using wire::ErrorCode;
using wire::mcp::Era;

constexpr double kProgress_s = 1;
constexpr double kPingEvery_s = 2;
/// How long kept-alive connections are watched beyond a cut of streams, as a factor of it.
constexpr double kKeepAliveBeyond = 1.5;
/// All rounds of the keep-alive search together, as a factor of the longest silence.
constexpr double kAllRounds = 2;
/// Every eighth stream is a busy one, and the second is the first of them.
constexpr std::size_t kBusyEvery = 8;
constexpr std::size_t kBusyAt = 1;
constexpr std::size_t kAskedAtTheEnd = 3;
constexpr double kTicksPerResolution = 8;
constexpr std::chrono::milliseconds kShortestTick{2};
constexpr std::chrono::milliseconds kLongestTick{100};
constexpr int kTooManyRequests = 429;

wire::Result<void> check(const ProbeIdleOptions& options) {
  const auto complain = [](std::string what) -> wire::Result<void> {
    return wire::fail(ErrorCode::bad_input, std::move(what));
  };
  if (options.streams == 0 || options.streams > idle::limits::kStreams) {
    return complain(fmt::format("{} streams: give 1 to {}", options.streams, idle::limits::kStreams));
  }
  if (options.keep_alive_connections > idle::limits::kStreams) {
    return complain(fmt::format("{} kept-alive connections: give at most {}", options.keep_alive_connections,
                                idle::limits::kStreams));
  }
  const auto usable = [](double value) { return std::isfinite(value) && value > 0; };
  if (!usable(options.scale) || !usable(options.resolution_s)) {
    return complain("the scale and the resolution must be more than 0");
  }
  if (!usable(options.longest_s) || options.longest_s * options.scale > idle::limits::kLongestSeconds) {
    return complain(
        fmt::format("the longest silence must be more than 0 and at most {:g} s", idle::limits::kLongestSeconds));
  }
  if (options.longest_s < 2 * options.resolution_s) {
    return complain("the longest silence must be at least twice the resolution");
  }
  if (!std::isfinite(options.stagger_s) || options.stagger_s < 0 || options.stagger_s > options.longest_s) {
    return complain("the stagger must be between 0 and the longest silence");
  }
  return {};
}

class Run {
 public:
  Run(const ProbeIdleOptions& options, const std::function<void(const ProbeIdleProgress&)>& progress,
      const std::atomic<bool>& stop)
      : options_(ended_by(stop, options)),
        progress_(progress),
        stop_(stop),
        redactor_(options.secrets),
        start_(Clock::now()),
        longest_s_(options.longest_s * options.scale),
        resolution_s_(options.resolution_s * options.scale),
        judging_{{resolution_s_, idle::Precision{}.relative}, 3, options.scale},
        streams_(options_, start_),
        connections_(streams_.client(), options_) {
    report_.target = shown(options.url.str());
    report_.scale = options.scale;
    report_.resolution_s = resolution_s_;
    report_.longest_s = longest_s_;
    if (options.budget_s) { report_.budget_s = *options.budget_s * options.scale; }
  }

  ProbeIdleReport run() {
    if (reach()) {
      start_keep_alive();
      watch();
      conclude();
    } else if (stop_) {
      report_.unreachable.reset();  // It was not waited for.
      report_.interrupted = true;
    }
    report_.duration_s = elapsed_s();
    return std::move(report_);
  }

 private:
  static ProbeIdleOptions ended_by(const std::atomic<bool>& stop, ProbeIdleOptions options) {
    options.client.run.stop = &stop;
    return options;
  }
  double elapsed_s() const { return idle::seconds(Clock::now() - start_); }
  /// An endpoint's words, fit for a line.
  std::string shown(std::string_view text) const { return wire::printable(redactor_.text(text)); }
  void note(std::string_view sentence) { report_.notes.push_back(shown(sentence)); }

  bool unreachable(wire::Error error) {
    error.detail = shown(error.detail);
    report_.unreachable = std::move(error);
    return false;
  }

  /// Finds an era in which a stream opens, and opens the first; false where the endpoint cannot be probed at all.
  bool reach() {
    std::vector<Era> eras;
    if (options_.era) {
      eras = {*options_.era};
    } else if (!find_eras(eras)) {
      return false;
    }
    std::optional<OpenFailure> failed;
    for (const Era era : eras) {
      if (stop_) { return false; }
      report_.era = era;
      failed = streams_.open(era, false);
      if (!failed) {
        opened_ = 1;
        return true;
      }
    }
    const int status = failed->status;
    const bool answers = status >= 200 && status < 500 && status != 401 && status != 403 && status != kTooManyRequests;
    if (!answers || options_.era == Era::none) {
      return unreachable({failed->error.code, refusal(status) + failed->error.detail});
    }
    report_.stream.why_not = shown(failed->error.detail);
    give_up_opening_ = true;
    return true;
  }

  static std::string refusal(int status) {
    switch (status) {
      case 401:
      case 403:
        return fmt::format("the endpoint wants credentials (HTTP {}); give them by the profile or a header: ", status);
      case kTooManyRequests:
        return "the endpoint refuses to be asked now (HTTP 429); try again later: ";
      default:
        return "";
    }
  }

  bool find_eras(std::vector<Era>& eras) {
    const auto detection = wire::mcp::detect({.url = options_.url,
                                              .headers = options_.headers,
                                              .client = options_.client,
                                              .timeout = options_.answer_timeout});
    eras = detection.eras();
    if (!eras.empty()) { return true; }
    const auto* plain = detection.attempt(Era::http_sse);
    if (plain != nullptr && plain->exchange && plain->exchange->ok() && plain->exchange->is_event_stream()) {
      eras = {Era::none};
      return true;
    }
    // The most telling answer: one that asks for credentials, then any response, then none.
    const wire::mcp::Attempt* best = nullptr;
    const auto weight = [](const wire::mcp::Attempt& attempt) {
      const int status = attempt.exchange ? attempt.exchange->head.status : 0;
      return status == 401 || status == 403 || status == kTooManyRequests ? 2 : status != 0 ? 1 : 0;
    };
    for (const auto& attempt : detection.attempts) {
      best = best == nullptr || weight(attempt) > weight(*best) ? &attempt : best;
    }
    if (best->error) { return unreachable(*best->error); }
    const int status = best->exchange ? best->exchange->head.status : 0;
    return unreachable({ErrorCode::rejected, fmt::format("{}{} brought neither MCP nor an event stream: {}",
                                                         refusal(status), best->question, best->why)});
  }

  void start_keep_alive() {
    if (options_.keep_alive_connections > 0 && connections_.choose_request()) {
      connections_.open(idle::first_waits(longest_s_, options_.scale, options_.keep_alive_connections));
      rounds_ = 1;
    }
  }

  void watch() {
    const auto tick = std::clamp(std::chrono::duration_cast<std::chrono::milliseconds>(
                                     std::chrono::duration<double>(resolution_s_ / kTicksPerResolution)),
                                 kShortestTick, kLongestTick);
    while (!stop_ && !done()) {
      open_next();
      streams_.pump(Deadline::in(tick));
      streams_.look();
      connections_.look();
      ping();
      tell();
    }
    report_.interrupted = stop_;
  }

  bool done() {
    const double now_s = elapsed_s();
    const double staggered_s = static_cast<double>(options_.streams) * options_.stagger_s * options_.scale;
    const bool streams_over = now_s > longest_s_ + staggered_s || streams_settled();
    return streams_over && keep_alive_settled(now_s);
  }

  bool streams_settled() const {
    const auto& lives = streams_.lives();
    if (lives.empty() || (!give_up_opening_ && opened_ < std::min<std::size_t>(judging_.wanted, options_.streams))) {
      return give_up_opening_;
    }
    const auto finding = idle::judge_streams(lives, judging_);
    // What has ended so far is not all that will be opened.
    return settled(finding, lives, judging_) && (finding.cut || opened_ >= options_.streams || give_up_opening_);
  }

  bool keep_alive_settled(double now_s) {
    if (connections_.waiting() > 0) {
      const auto finding = idle::judge_streams(streams_.lives(), judging_);
      const bool enough =
          finding.cut && now_s > finding.cut->dead_s * kKeepAliveBeyond + judging_.precision.resolution_s;
      return enough || now_s > kAllRounds * longest_s_;
    }
    const auto found = idle::judge_keep_alive(connections_.connections(), judging_);
    const bool narrow = !found.cut || idle::narrow_enough(*found.cut, judging_.precision) || found.end.empty();
    if (narrow || rounds_ >= idle::limits::kSearchRounds || seen_as_it_happened() ||
        now_s + found.cut->dead_s > kAllRounds * longest_s_) {
      return true;
    }
    ++rounds_;
    connections_.open(idle::waits_within(*found.cut, options_.keep_alive_connections, judging_.precision));
    return connections_.waiting() == 0;
  }

  bool seen_as_it_happened() const {
    const auto& all = connections_.connections();
    return std::any_of(all.begin(), all.end(), [](const idle::IdleConnection& connection) {
      return connection.state == idle::IdleConnection::State::closed;
    });
  }

  void open_next() {
    const double due_s = static_cast<double>(opened_) * options_.stagger_s * options_.scale;
    if (give_up_opening_ || opened_ >= options_.streams || elapsed_s() < due_s) { return; }
    const auto failed = streams_.open(report_.era, opened_ % kBusyEvery == kBusyAt);
    if (!failed) {
      ++opened_;
      failures_ = 0;
      return;
    }
    ++failures_;
    if (failed->status == kTooManyRequests || failures_ >= idle::limits::kOpeningFailures) {
      give_up_opening_ = true;
      note(fmt::format("only {} of {} streams were opened: {}", opened_, options_.streams, failed->error.detail));
    }
  }

  void ping() {
    if (elapsed_s() >= next_ping_s_) {
      streams_.ping_busy();
      next_ping_s_ = elapsed_s() + kPingEvery_s * options_.scale;
    }
  }

  void tell() {
    if (!progress_ || elapsed_s() < next_progress_s_) { return; }
    next_progress_s_ = elapsed_s() + kProgress_s * options_.scale;
    ProbeIdleProgress now{.elapsed_s = elapsed_s(), .at_most_s = kAllRounds * longest_s_};
    for (const auto& life : streams_.lives()) {
      ++(life.open() ? now.open : now.ended);
      now.silence_s = life.open() ? std::max(now.silence_s, life.silence_s) : now.silence_s;
    }
    now.heartbeat = streams_.heartbeat();
    progress_(now);
  }

  void conclude() {
    std::string why_not = std::move(report_.stream.why_not);
    report_.stream = idle::judge_streams(streams_.lives(), judging_);
    report_.stream.why_not = std::move(why_not);
    if (report_.stream.outcome == StreamOutcome::alive && !report_.interrupted) {
      report_.stream.deaf = streams_.count_deaf(Deadline::in(idle::limits::kPingTimeout));
    }
    report_.heartbeat = streams_.heartbeat();
    if (!report_.interrupted) { connections_.ask_waiting(kAskedAtTheEnd); }
    report_.keep_alive = idle::judge_keep_alive(connections_.connections(), judging_);
    report_.keep_alive.request = shown(connections_.request());
    doubt_the_living();
    if (streams_.flooded() > 0) {
      note(fmt::format("{} streams brought more than {} bytes and were closed by us", streams_.flooded(),
                       idle::limits::kStreamBytes));
    }
    streams_.say_goodbye();
  }

  /// Where idle connections are dropped without a word, a stream that has been as silent may only look open.
  void doubt_the_living() {
    const KeepAliveFinding& kept = report_.keep_alive;
    const bool without_a_word = kept.outcome == KeepAliveOutcome::cut && !seen_as_it_happened();
    if (report_.stream.outcome == StreamOutcome::alive && without_a_word && kept.cut &&
        report_.stream.survived_s > kept.cut->alive_s && report_.era != Era::http_sse) {
      report_.stream.survived_s = kept.cut->alive_s;
      report_.stream.unproven = true;
    }
  }

  const ProbeIdleOptions options_;
  const std::function<void(const ProbeIdleProgress&)>& progress_;
  const std::atomic<bool>& stop_;
  const wire::Redactor redactor_;
  const Clock::time_point start_;
  const double longest_s_;
  const double resolution_s_;
  const Judging judging_;
  ProbeIdleReport report_;
  HeldStreams streams_;
  IdleConnections connections_;
  std::size_t opened_ = 0;
  std::size_t failures_ = 0;
  std::size_t rounds_ = 0;
  bool give_up_opening_ = false;
  double next_ping_s_ = 0;
  double next_progress_s_ = 0;
};

}  // namespace

wire::Result<ProbeIdleOptions> probe_idle_options(const wire::Profile& profile) {
  auto url = wire::parse_target_url(profile.url);
  if (!url) { return tl::unexpected(url.error()); }
  ProbeIdleOptions options;
  options.url = *std::move(url);
  options.headers = profile.all_headers();
  options.client.ca_file = profile.ca_file;
  options.client.insecure = profile.insecure;
  options.era = profile.era;
  options.revision = profile.revision.value_or("");
  options.keep_alive_path = profile.health.empty() ? "" : profile.health.front().path;
  options.budget_s = profile.idle_budget_seconds;
  options.secrets = profile.secrets;
  options.load_allowed = profile.load_allowed;
  return options;
}

wire::Result<ProbeIdleReport> probe_idle(const ProbeIdleOptions& options,
                                         const std::function<void(const ProbeIdleProgress&)>& progress,
                                         const std::atomic<bool>& stop) {
  try {
    if (auto good = check(options); !good) { return tl::unexpected(good.error()); }
    return Run(options, progress, stop).run();
  } catch (const std::exception& exception) { return wire::fail(ErrorCode::internal, exception.what()); }
}

}  // namespace weir::loadgen
