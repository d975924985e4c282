// Precompiled: what nearly every translation unit of the room reads anyway: the checks are hundreds of small units, and
// each would spend more on our headers than on its own lines. Heavy headers (asio, beast, CLI11, yaml-cpp) stay in the
// few sources that need them.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "conformance/ask/common.hpp"
