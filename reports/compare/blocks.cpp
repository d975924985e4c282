#include "reports/compare/blocks.hpp"

#include <algorithm>

#include "wire/base/duration.hpp"

namespace weir::reports::compare {
namespace {

using namespace load;

/// Hears the journal a second time, when the lengths of its phases are known.
class Cutter final : public RunEvents {
 public:
  Cutter(RecordedRun& run) : run_(run) {
    for (const PhaseResult& phase : run.results.phases) {
      RecordedPhase& made = run.phases.emplace_back();
      made.info = phase.info;
      made.block_ns = block_length_ns(phase.info.end_ns - phase.info.start_ns);
    }
  }

  void begin(const PhaseInfo&) override {}
  void second(const Snapshot& second) override {
    if (second.phase >= run_.phases.size()) { return; }
    RecordedPhase& phase = run_.phases[second.phase];
    const std::int64_t middle = second.at_ns - second.span_ns / 2 - phase.info.start_ns;
    const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(0, middle) / phase.block_ns);
    // What is left at the end of a phase, and the seconds in which it is closed, belong to its last block.
    const auto whole = static_cast<std::size_t>((phase.info.end_ns - phase.info.start_ns) / phase.block_ns);
    const std::size_t index = std::min(wanted, std::max<std::size_t>(whole, 1) - 1);
    while (phase.blocks.size() <= index) { phase.blocks.push_back(empty_block(phase)); }
    add(phase.blocks[index], second);
  }
  void incident(const Incident&) override {}
  void invalid(const Incident&) override {}
  void judged(const SearchStep&) override {}
  void closing(const Closing&) override {}
  void end(bool) override {}

 private:
  Block empty_block(const RecordedPhase& phase) const {
    Block block;
    block.span.info = phase.info;
    block.span.info.start_ns = phase.info.start_ns + static_cast<std::int64_t>(phase.blocks.size()) * phase.block_ns;
    block.span.numbers = Snapshot(run_.results.layout);
    block.open.resize(run_.results.layout.populations.size() + 1);
    block.wanted = block.open;
    return block;
  }
  static void add(Block& block, const Snapshot& second) {
    block.span.numbers.add_span(second);
    for (std::size_t i = 0; i < second.populations.size(); ++i) {
      const auto open = static_cast<double>(second.populations[i][Gauge::streams_open]);
      const auto wanted = static_cast<double>(second.populations[i][Gauge::streams_target]);
      block.open[0] += open;
      block.open[i + 1] += open;
      block.wanted[0] += wanted;
      block.wanted[i + 1] += wanted;
    }
  }

  RecordedRun& run_;
};

}  // namespace

std::int64_t block_length_ns(std::int64_t phase_ns) {
  const double seconds = wire::seconds_of(phase_ns);
  const double usual = std::clamp(seconds / 60, kBlockSeconds, 2 * kBlockSeconds);
  const double at_most = std::max(kShortestBlockSeconds, seconds / kFewestBlocks);
  const double at_least = seconds / kMostBlocks;
  return static_cast<std::int64_t>(std::max({std::min(usual, at_most), at_least, kShortestBlockSeconds})) *
         wire::kSecond;
}

tl::expected<RecordedRun, std::string> read_run(const load::JournalBytes& journal) {
  auto results = results_of_journal(journal);
  if (!results) { return tl::unexpected(results.error()); }
  RecordedRun run;
  run.results = *std::move(results);
  for (PhaseResult& phase : run.results.phases) {
    if (phase.info.end_ns < 0) { phase.info.end_ns = std::max(phase.info.start_ns, phase.numbers.at_ns); }
  }
  auto reader = JournalReader::open(journal);
  if (!reader) { return tl::unexpected(reader.error()); }
  Cutter cutter(run);
  while (true) {
    const auto item = reader->next();
    if (!item) { return tl::unexpected(item.error()); }
    if (!*item) { return run; }
    tell(**item, cutter);
  }
}

}  // namespace weir::reports::compare
