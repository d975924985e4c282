// Conversations and first answers for checks that belong to no era.
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// A conversation in an era that the target speaks, for checks that belong to none.
wire::Result<wire::mcp::Dialogue> open_dialogue(Probe& probe, const Survey& survey);

/// The answers to the questions by which the eras were found: of those that are spoken, else all that came.
std::vector<const wire::Exchange*> first_answers(const Probe& probe);

/// The question of the first era that is spoken, which the target has answered already; nullptr where none is.
const wire::Request* known_question(const Target& target WEIR_LIFETIME_BOUND);

}  // namespace weir::conformance
