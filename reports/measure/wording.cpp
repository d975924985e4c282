#include "reports/measure/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "reports/measure/vocabulary.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

constexpr std::array<std::string_view, kWordLists> kListNames = {
    "worker gauge", "counter",       "gauge", "time not over", "end",
    "open failure", "connect phase", "time",  "call outcome",  "call not sent"};

template <class Enum>
std::vector<std::string> words_of(std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) { out.emplace_back(to_string(static_cast<Enum>(i))); }
  return out;
}

}  // namespace

std::string_view to_string(Words list) { return kListNames[static_cast<std::size_t>(list)]; }

Wording::Lists Wording::own_words() {
  Lists out;
  const auto put = [&](Words list, std::vector<std::string> words) {
    out[static_cast<std::size_t>(list)] = std::move(words);
  };
  put(Words::worker_gauge, words_of<WorkerGauge>(kWorkerGauges));
  put(Words::counter, words_of<Counter>(kCounters));
  put(Words::gauge, words_of<Gauge>(kGauges));
  put(Words::open, words_of<Open>(kOpens));
  put(Words::end_reason, words_of<EndReason>(kEndReasons));
  put(Words::open_failure, words_of<OpenFailure>(kOpenFailures));
  put(Words::connect_phase, words_of<ConnectPhase>(kConnectPhases));
  put(Words::timer, words_of<Timer>(kTimers));
  put(Words::call_outcome, words_of<CallOutcome>(kCallOutcomes));
  put(Words::drop_cause, words_of<DropCause>(kDropCauses));
  return out;
}

Wording::Wording() {
  const Lists words = own_words();
  for (std::size_t list = 0; list < kWordLists; ++list) {
    places_[list].resize(words[list].size());
    std::iota(places_[list].begin(), places_[list].end(), std::uint16_t{0});
  }
}

const Wording& Wording::own() {
  static const Wording kOwn;
  return kOwn;
}

tl::expected<Wording, std::string> Wording::of(const Lists& theirs) {
  const Lists ours = own_words();
  Wording out;
  for (std::size_t list = 0; list < kWordLists; ++list) {
    const auto name = to_string(static_cast<Words>(list));
    std::vector<bool> known(ours[list].size(), false);
    out.places_[list].clear();
    for (const std::string& word : theirs[list]) {
      const auto found = std::find(ours[list].begin(), ours[list].end(), word);
      if (found == ours[list].end()) {
        return tl::unexpected(fmt::format("the {} '{}', which is not known here", name, wire::printable(word)));
      }
      const auto place = static_cast<std::size_t>(found - ours[list].begin());
      if (known[place]) { return tl::unexpected(fmt::format("the {} '{}' twice", name, wire::printable(word))); }
      known[place] = true;
      out.places_[list].push_back(static_cast<std::uint16_t>(place));
    }
    for (std::size_t place = 0; place < known.size(); ++place) {
      if (!known[place]) { out.missing_.push_back(fmt::format("{} {}", name, ours[list][place])); }
    }
  }
  return out;
}

}  // namespace weir::reports::load
