// "did you mean": the name that somebody who wrote a wrong one most likely wanted. For keys, flags, faults and formats.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/lifetime.hpp"

namespace weir::wire {

/// The candidate with the fewest edits (insertion, deletion, substitution, swap of neighbours), blind to case and to
/// '-' against '_'; a candidate that `wrong` begins counts as one edit. Empty when nothing is near. Of equals, the
/// first.
std::string_view nearest(std::string_view wrong, std::span<const std::string_view> candidates);
std::string_view nearest(std::string_view wrong, std::span<const std::string> candidates WEIR_LIFETIME_BOUND);
/// The answer would be a view into what is gone.
std::string_view nearest(std::string_view wrong, std::vector<std::string>&& candidates) = delete;

/// ", did you mean 'safe_tools'?", or "" when nothing is near: the end of an error's sentence.
std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> candidates);
std::string did_you_mean(std::string_view wrong, std::span<const std::string> candidates);

}  // namespace weir::wire
