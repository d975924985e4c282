#include "loadgen/supervise/run_record.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "loadgen/limits.hpp"
#include "loadgen/watch/metrics_push.hpp"
#include "reports/draw/paint.hpp"
#include "reports/judge/measures.hpp"
#include "wire/base/files.hpp"
#include "wire/base/text.hpp"

namespace weir::loadgen {

namespace {

using namespace reports::load;

constexpr std::int64_t kLineEvery = 10 * kSecond;
constexpr std::chrono::milliseconds kPushTimeout{2'000};

std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 100;
}

/// The scenario's text has names in place of its credentials already.
void redact(RunInfo& run, const wire::Redactor& redactor) {
  for (std::string* text : {&run.target_name, &run.target_url, &run.server.name, &run.server.version,
                            &run.server.revision, &run.command, &run.scenario}) {
    *text = redactor.text(*text);
  }
  for (auto& [name, value] : run.labels) { value = redactor.text(value); }
}

}  // namespace

wire::Result<RunRecord> RunRecord::open(RunInfo run, Layout layout, const RunOptions& options,
                                        const std::vector<std::string>& secrets) {
  RunRecord record;
  record.secrets_ = KeptSecrets(secrets);
  redact(run, record.secrets_.redactor());
  record.late_ns_ = run.shard.late_ns;
  record.target_name_ = run.target_name;
  record.options_ = options;
  record.labels_ = {.target = run.target_name,
                    .shard = fmt::format("{}/{}", options.shard + 1, options.shards),
                    .version = options.tool_version,
                    .run = run};
  record.last_ = Snapshot(layout);
  if (!options.journal.empty()) {
    auto journal = JournalWriter::create(options.journal, {run, layout, {}});
    if (!journal) { return wire::fail(wire::ErrorCode::bad_input, "--journal: " + journal.error()); }
    record.journal_ = std::move(*journal);
  }
  record.accumulator_.emplace(std::move(run), std::move(layout));
  return record;
}

wire::Result<void> RunRecord::serve() {
  if (!options_.metrics.empty()) {
    auto endpoint = MetricsEndpoint::start(options_.metrics, layout(), labels_, options_.metrics_reach);
    if (!endpoint) { return tl::unexpected(endpoint.error()); }
    metrics_.emplace(std::move(*endpoint));
    if (!options_.quiet) { wire::say(fmt::format("metrics: http://{}/metrics\n", metrics_->address())); }
  }
  if (!options_.ui.empty()) {
    auto page = LivePage::start(options_.ui, options_.ui_reach);
    if (!page) { return tl::unexpected(page.error()); }
    page_.emplace(std::move(*page));
    if (!options_.quiet) { wire::say(fmt::format("page: http://{}/\n", page_->address())); }
  }
  return {};
}

void RunRecord::keep_secret(const std::string& token) { secrets_.add_token(token); }

/// Cut once it is redacted: a secret that was cut before could not be told.
std::string RunRecord::shown(const std::string& text) const {
  constexpr std::size_t kIncidentBytes = 1'000;
  return wire::bounded(secrets_.redactor().text(text), kIncidentBytes);
}

/// A disk that is full costs the journal, not the run.
void RunRecord::journal(const tl::expected<void, std::string>& written) {
  if (!written) { accumulator_->incident({now_ns_, secrets_.redactor().text(written.error())}); }
}

void RunRecord::begin(const PhaseStep& step, std::int64_t at_ns) {
  at_ns += late_ns_;
  now_ns_ = at_ns;
  PhaseInfo info;
  info.name = step.name;
  info.kind = to_string(step.kind);
  info.start_ns = at_ns;
  info.streams = step.streams;
  phase_ = info;
  ++phases_;
  accumulator_->begin(info);
  journal(journal_.append(info));
}

void RunRecord::add(const Snapshot& second) {
  last_ = second;
  last_.at_ns += late_ns_;
  now_ns_ = last_.at_ns;
  accumulator_->second(last_);
  if (journal_.is_open()) { journal(journal_.append(last_)); }
  update_metrics();
  if (page_) { page_->second(point_of(layout(), last_), labels_.run, status_); }
}

void RunRecord::serve_page(std::int64_t now_ns, std::int64_t left_ns) {
  if (!page_) { return; }
  status_ = phases_ == 0 ? std::string("about to start")
                         : fmt::format("{}, phase {}, {} since the start", phase_.name, phases_,
                                       clock_text(std::max<std::int64_t>(0, now_ns + late_ns_)));
  if (phases_ > 0 && left_ns >= 0) { status_ += fmt::format(", {} left", clock_text(left_ns)); }
  if (page_->is_wanted()) { page_->give(accumulator_->results(), status_); }
}

void RunRecord::update_metrics() {
  if (!metrics_) { return; }
  Moment moment(layout());
  moment.totals = accumulator_->totals();
  // Totals have the longest of the whole run: what is shown as going on is so now.
  for (std::size_t p = 0; p < moment.totals.populations.size(); ++p) {
    moment.totals.populations[p].open = last_.populations[p].open;
  }
  if (phases_ > 0) { moment.phase = phase_; }
  moment.thresholds = accumulator_->thresholds();
  moment.incidents = incidents_ + incidents_left_out_;
  moment.valid = accumulator_->valid();
  metrics_->update(moment);
}

SearchStep RunRecord::judge_step() {
  const auto step = accumulator_->judge_step();
  accumulator_->judged(step);
  journal(journal_.append(step));
  return step;
}

void RunRecord::closing(Closing closing) {
  closing.at_ns += late_ns_;
  accumulator_->closing(closing);
  journal(journal_.append(closing));
}

void RunRecord::incident(std::int64_t at_ns, const std::string& text) {
  if (incidents_ >= limits::kNotes) {
    ++incidents_left_out_;
    return;
  }
  ++incidents_;
  const Incident incident{at_ns + late_ns_, shown(text)};
  latest_incident_ = incident.text;
  accumulator_->incident(incident);
  journal(journal_.append(incident));
  if (!options_.quiet && !options_.live) {
    wire::say(fmt::format("{}  {}\n", clock_text(incident.at_ns), wire::printable(incident.text)));
  }
}

void RunRecord::invalid(std::int64_t at_ns, const std::string& text) {
  incident(at_ns, text);
  const Incident why{at_ns + late_ns_, shown(text)};
  accumulator_->invalid(why);
  journal(journal_.append_invalid(why));
}

void RunRecord::show(std::int64_t now_ns, std::int64_t left_ns) {
  now_ns += late_ns_;
  if (options_.quiet || (!options_.live && now_ns < next_line_ns_)) { return; }
  ScreenState state;
  state.target = target_name_;
  state.held = reports::load::held_of(layout(), accumulator_->totals());
  state.phase = phase_.name;
  state.step = fmt::format("phase {}", phases_);
  state.elapsed_ns = now_ns;
  state.left_ns = left_ns;
  state.last = last_;
  state.totals = accumulator_->totals();
  state.latest_incident = latest_incident_;
  if (options_.live) {
    const auto lines = screen_lines(state, terminal_width(), reports::wants_colour(STDERR_FILENO, options_.colour));
    const auto drawn = redraw(lines, lines_drawn_);
    lines_drawn_ = lines.size();
    wire::say(drawn);
  } else {
    next_line_ns_ = (now_ns / kLineEvery + 1) * kLineEvery;
    wire::say(progress_line(state) + "\n");
  }
}

RunResult RunRecord::finish_unasked(const std::string& why) {
  const Incident incident{0, shown(why)};
  accumulator_->incident(incident);
  journal(journal_.append(incident));
  return finish(false);
}

RunResult RunRecord::finish(bool interrupted) {
  if (incidents_left_out_ > 0) {
    const Incident rest{now_ns_, fmt::format("{} more incidents are not listed", incidents_left_out_)};
    accumulator_->incident(rest);
    journal(journal_.append(rest));
  }
  journal(journal_.finish(interrupted));
  accumulator_->end(interrupted);
  RunResult result;
  result.interrupted = interrupted;
  result.results = accumulator_->results();
  write_reports(result);
  if (page_) {
    page_->conclude(html_report(result.results));
    result.page = std::exchange(page_, std::nullopt);
  }
  hand_over_metrics(result);
  return result;
}

void RunRecord::write_reports(RunResult& result) const {
  for (const auto& spec : options_.reports) {
    const auto text = render(result.results, spec.format, {});
    if (auto written = wire::write_file(spec.path, text); !written) {
      result.written = false;
      result.problems.push_back(written.error());
    }
  }
}

/// What is pushed or written stays there as it is: the verdict, and none of what went on.
void RunRecord::hand_over_metrics(RunResult& result) {
  const auto families = verdict_families(result.results, labels_, std::time(nullptr));
  if (metrics_ && options_.metrics_linger_ns > 0) {
    metrics_->conclude(families);
    result.metrics = std::exchange(metrics_, std::nullopt);
  }
  const auto text = metrics_text(families);
  if (!options_.textfile.empty()) {
    if (auto written = wire::write_file(options_.textfile, text); !written) {
      result.written = false;
      result.problems.push_back(written.error());
    }
  }
  if (!options_.push.empty()) {
    if (auto pushed = push_metrics(options_.push, labels_, text, kPushTimeout); !pushed) {
      result.problems.push_back(secrets_.redactor().text(pushed.error().detail));
    }
  }
}

}  // namespace weir::loadgen
