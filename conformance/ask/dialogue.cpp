#include "conformance/ask/dialogue.hpp"

namespace weir::conformance {

wire::Result<wire::mcp::Dialogue> open_dialogue(Probe& probe, const Survey& survey) {
  return wire::mcp::Dialogue::open(probe.http(), {.url = probe.target().url,
                                                  .era = survey.era,
                                                  .revision = survey.revision,
                                                  .headers = probe.target().headers,
                                                  .capabilities = {},
                                                  .timeout = probe.answer_deadline().left()});
}

std::vector<const wire::Exchange*> first_answers(const Probe& probe) {
  std::vector<const wire::Exchange*> spoken;
  std::vector<const wire::Exchange*> all;
  for (const auto& attempt : probe.target().detection.attempts) {
    if (attempt.exchange) {
      all.push_back(&*attempt.exchange);
      if (attempt.speaks) { spoken.push_back(&*attempt.exchange); }
    }
  }
  return spoken.empty() ? all : spoken;
}

const wire::Request* known_question(const Target& target) {
  for (const auto& attempt : target.detection.attempts) {
    if (attempt.speaks) { return &attempt.request; }
  }
  return nullptr;
}

}  // namespace weir::conformance
