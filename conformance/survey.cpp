#include "conformance/survey.hpp"

#include <future>

namespace weir::conformance {

namespace {

std::optional<Survey> survey_era(const Target& target, Era era, wire::Deadline deadline, const std::atomic<bool>* stop,
                                 std::string& problem) {
  Survey facts{.era = era, .revision = target.profile.revision.value_or("")};
  Probe probe(target, &facts, deadline, stop);
  auto opened = probe.shared();
  if (!opened) {
    problem = fmt::format("{} was found, but a second conversation could not be opened: {}", to_string(era),
                          opened.error().detail);
    return std::nullopt;
  }
  const wire::mcp::Dialogue& dialogue = opened->get();
  facts.revision = dialogue.revision();
  facts.capabilities = dialogue.capabilities();
  facts.server_info = dialogue.server_info();
  facts.sessions = dialogue.session_id().has_value();
  return facts;
}

}  // namespace

std::vector<Survey> survey(const Target& target, wire::Deadline deadline, const std::atomic<bool>* stop,
                           std::vector<std::string>& problems) {
  struct Work {
    std::string problem;
    std::future<std::optional<Survey>> facts;
  };
  const auto eras = target.detection.eras();
  std::vector<Work> work(eras.size());
  for (std::size_t i = 0; i < eras.size(); ++i) {
    work[i].facts =
        std::async(std::launch::async, [&target, era = eras[i], deadline, stop, &problem = work[i].problem] {
          return survey_era(target, era, deadline, stop, problem);
        });
  }
  std::vector<Survey> surveys;
  for (auto& each : work) {
    if (auto facts = each.facts.get()) {
      surveys.push_back(std::move(*facts));
    } else {
      problems.push_back(std::move(each.problem));
    }
  }
  return surveys;
}

}  // namespace weir::conformance
