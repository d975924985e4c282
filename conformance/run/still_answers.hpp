// Whether a target that gave a check no answer answers anybody.
#pragma once

#include <chrono>
#include <string>

#include "conformance/probe/probe.hpp"

namespace weir::conformance {

/// Whether the target still answers anything at all in this era.
bool still_answers(const Target& target, Era era, std::chrono::milliseconds patience);

/// Whether nothing listens where the target is: what stood there has ended.
bool refuses_connections(const Target& target, std::chrono::milliseconds patience);

/// Whether it did not outlive the questions by which its eras were found: nothing was opened since, and it refuses.
bool has_ended_already(const Target& target, std::chrono::milliseconds patience);

/// Whether a plain request gets a result in some era that can be opened; what is silent is not refused.
bool serves_anything(const Target& target, std::chrono::milliseconds patience);

/// What a target that answers says to a new client that it does not let in; empty where it says nothing.
std::string refusal_of_new_clients(const Target& target, std::chrono::milliseconds patience);

}  // namespace weir::conformance
