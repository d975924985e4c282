// JSON for people and for diff.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

namespace weir::wire {

/// Two spaces a level; what has no members stays on its line. A diff of two reports then reads by member.
std::string pretty_json(const boost::json::value& value);

}  // namespace weir::wire
