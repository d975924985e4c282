// Source addresses and fixed resolutions as a user writes them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/base/error.hpp"

namespace weir::loadgen {

/// "127.0.0.2", "127.0.0.2-40", "10.0.0.250-10.0.1.5" or an IPv6 address: the addresses one by one, at most
/// limits::kSources.
wire::Result<std::vector<std::string>> expand_sources(std::string_view text);
/// The shortest list that expands to the same addresses in the same order.
std::vector<std::string> compress_sources(const std::vector<std::string>& addresses);

/// "host:port:address[,address]" as curl's --resolve has it; IPv6 addresses may stand in brackets.
wire::Result<void> check_resolve(std::string_view text);

}  // namespace weir::loadgen
