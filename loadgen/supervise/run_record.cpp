#include "loadgen/supervise/run_record.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "loadgen/limits.hpp"
#include "loadgen/watch/metrics_push.hpp"
#include "reports/draw/paint.hpp"
#include "wire/base/files.hpp"

namespace weir::loadgen {

namespace {

using namespace reports::load;

constexpr std::int64_t kLineEvery = 10 * kSecond;
constexpr std::chrono::milliseconds kPushTimeout{2'000};

std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 100;
}

}  // namespace

wire::Result<RunRecord> RunRecord::open(RunInfo run, Layout layout, const RunOptions& options,
                                        const std::vector<std::string>& secrets) {
  RunRecord record;
  record.redactor_ = wire::Redactor(secrets);
  record.run_ = std::move(run);
  record.layout_ = std::move(layout);
  record.options_ = options;
  record.labels_ = {.target = record.run_.target_name,
                    .shard = fmt::format("{}/{}", options.shard + 1, options.shards),
                    .version = options.tool_version};
  record.totals_ = record.last_ = Snapshot(record.layout_);
  record.history_.emplace(record.layout_, History::most_for(record.layout_));
  if (!options.metrics.empty()) {
    if (auto free = check_metrics_address(options.metrics); !free) { return tl::unexpected(free.error()); }
  }
  if (!options.journal.empty()) {
    auto journal = JournalWriter::create(options.journal, {record.run_, record.layout_});
    if (!journal) { return wire::fail(wire::ErrorCode::bad_input, "--journal: " + journal.error()); }
    record.journal_ = std::move(*journal);
  }
  return record;
}

wire::Result<void> RunRecord::serve_metrics() {
  if (options_.metrics.empty()) { return {}; }
  auto endpoint = MetricsEndpoint::start(options_.metrics, layout_, labels_);
  if (!endpoint) { return tl::unexpected(endpoint.error()); }
  metrics_.emplace(std::move(*endpoint));
  if (!options_.quiet) { fmt::print(stderr, "metrics: http://{}/metrics\n", metrics_->address()); }
  return {};
}

/// A disk that is full costs the journal, not the run.
void RunRecord::journal(const tl::expected<void, std::string>& written) {
  if (!written) { incidents_.push_back({now_ns_, redactor_.text(written.error())}); }
}

void RunRecord::begin(const PhaseStep& step, std::int64_t at_ns) {
  now_ns_ = at_ns;
  if (!phases_.empty()) { phases_.back().end_ns = at_ns; }
  PhaseInfo info;
  info.name = step.name;
  info.kind = to_string(step.kind);
  info.start_ns = at_ns;
  info.streams = step.streams;
  phases_.push_back(info);
  searched_.clear();
  if (journal_.is_open()) { journal(journal_.append(info)); }
}

void RunRecord::add(const Snapshot& second) {
  now_ns_ = second.at_ns;
  last_ = second;
  totals_.add_span(second);
  history_->add(second);
  if (!phases_.empty() && phases_.back().kind == to_string(Phase::Kind::search)) { searched_.push_back(second); }
  if (journal_.is_open()) { journal(journal_.append(second)); }
  if (metrics_) { metrics_->update(totals_); }
}

SearchStep RunRecord::judge_step() const {
  std::vector<const Snapshot*> seconds;
  for (const auto& second : searched_) { seconds.push_back(&second); }
  const auto info = phases_.empty() ? PhaseInfo{} : phases_.back();
  return reports::load::judge_step(run_, layout_, merge_seconds(layout_, info, seconds));
}

void RunRecord::incident(std::int64_t at_ns, const std::string& text) {
  if (incidents_.size() >= limits::kNotes) {
    ++incidents_left_out_;
    return;
  }
  incidents_.push_back({at_ns, redactor_.text(text)});
  if (journal_.is_open()) { journal(journal_.append(incidents_.back())); }
  if (!options_.quiet && !options_.live) { fmt::print(stderr, "{}  {}\n", clock_text(at_ns), incidents_.back().text); }
}

void RunRecord::invalid(std::int64_t at_ns, const std::string& text) {
  incident(at_ns, text);
  invalid_.push_back(redactor_.text(text));
}

void RunRecord::show(std::int64_t now_ns, std::int64_t left_ns) {
  if (options_.quiet || (!options_.live && now_ns < next_line_ns_)) { return; }
  ScreenState state;
  state.target = run_.target_name;
  state.phase = phases_.empty() ? "" : phases_.back().name;
  state.step = fmt::format("phase {}", phases_.size());
  state.elapsed_ns = now_ns;
  state.left_ns = left_ns;
  state.last = last_;
  state.totals = totals_;
  state.latest_incident = incidents_.empty() ? "" : incidents_.back().text;
  if (options_.live) {
    const auto lines = screen_lines(state, terminal_width(), reports::wants_colour(STDERR_FILENO, options_.colour));
    const auto drawn = redraw(lines, lines_drawn_);
    lines_drawn_ = lines.size();
    std::fwrite(drawn.data(), 1, drawn.size(), stderr);
  } else {
    next_line_ns_ = (now_ns / kLineEvery + 1) * kLineEvery;
    fmt::print(stderr, "{}\n", progress_line(state));
  }
}

/// What the generator itself was short of: the load was not the one that was asked for.
void RunRecord::note_shortages(RunEnd& end) const {
  const auto failures = totals_.whole().open_failures;
  if (const auto ports = failures[static_cast<std::size_t>(OpenFailure::out_of_ports)]) {
    end.invalid.push_back(fmt::format(
        "ports: {} streams could not be opened, since no local port was left; give more addresses with --source",
        ports));
  }
  if (const auto files = failures[static_cast<std::size_t>(OpenFailure::out_of_files)]) {
    end.invalid.push_back(fmt::format(
        "descriptors: {} streams could not be opened; raise 'ulimit -Hn' or say --workers with more workers", files));
  }
}

RunResult RunRecord::finish(RunEnd end, std::int64_t last_end_ns) {
  if (!phases_.empty()) { phases_.back().end_ns = last_end_ns; }
  if (incidents_left_out_ > 0) {
    incidents_.push_back({now_ns_, fmt::format("{} more incidents are not listed", incidents_left_out_)});
  }
  end.invalid.insert(end.invalid.end(), invalid_.begin(), invalid_.end());
  note_shortages(end);
  if (journal_.is_open()) { journal(journal_.finish(end.interrupted)); }
  RunResult result;
  result.results = summarize(run_, layout_, phases_, history_->all(), incidents_, end);
  write_reports(result);
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

void RunRecord::hand_over_metrics(RunResult& result) const {
  if (options_.textfile.empty() && options_.push.empty()) { return; }
  auto families = metric_families(layout_, totals_, labels_);
  for (auto& family : verdict_families(result.results, labels_, std::time(nullptr))) {
    families.push_back(std::move(family));
  }
  const auto text = metrics_text(families);
  if (!options_.textfile.empty()) {
    if (auto written = wire::write_file(options_.textfile, text); !written) {
      result.written = false;
      result.problems.push_back(written.error());
    }
  }
  if (!options_.push.empty()) {
    if (auto pushed = push_metrics(options_.push, run_.target_name, text, kPushTimeout); !pushed) {
      result.problems.push_back(redactor_.text(pushed.error().detail));
    }
  }
}

}  // namespace weir::loadgen
