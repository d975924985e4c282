// What a first profile is made of, asked of an endpoint that nothing is known of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conformance/probe/probe.hpp"

namespace weir::conformance {

struct FirstLook {
  std::optional<reports::PreflightFailure> failure;  ///< Then nothing else was asked.
  std::vector<Survey> surveys;
  std::string hop;   ///< "ALB idle_timeout.timeout_seconds (60 s by default)"; "" where none shows itself.
  std::string edge;  ///< The same as the profile's `edge` has it; "" where it has no word.
  std::vector<std::string> health;  ///< Usual routes that answer 200, and are no page.
  std::string challenge;  ///< "401 Bearer resource_metadata=..." without credentials; "" where they are not needed.
};

FirstLook look_first(const Target& target, wire::Deadline deadline, const std::atomic<bool>* stop);

/// Names of tools that every era lists alike, in their order.
std::vector<std::string> tools_of_all(const std::vector<Survey>& surveys);

/// Of these, the ones that say that they only read.
std::vector<std::string> read_only_tools(const std::vector<Survey>& surveys);

}  // namespace weir::conformance
