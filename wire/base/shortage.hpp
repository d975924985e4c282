// What this machine lacks, told from what its target does: no endpoint is to blame for the limits of a client.
#pragma once

#include <optional>
#include <string>

#include "wire/base/error.hpp"

namespace weir::wire {

/// For an errno by which the kernel says that something of ours is used up: the limit, and how to raise it. nullopt for
/// every other one.
std::optional<Error> shortage_of(int error_number);

/// No thread could be started.
Error thread_shortage();

}  // namespace weir::wire
