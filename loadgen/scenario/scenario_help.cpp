#include <fmt/format.h>

#include <iterator>

#include "loadgen/scenario/yaml_keys.hpp"
#include "reports/judge/threshold.hpp"

namespace weir::loadgen {

std::string scenario_help() {
  std::string out =
      "A scenario is a YAML file. Its keys, with type, default and meaning:\n"
      "(a duration is like 10m, 1.5s, 250ms or 1h30m; a rate like 50/s or 3/m; ${NAME} comes from the environment)\n\n";
  for (const keys::KeyHelp& key : keys::scenario_keys()) {
    fmt::format_to(std::back_inserter(out), "{}  ({}{}{})\n    {}\n", key.path, key.type,
                   key.fallback.empty()         ? ""
                   : key.fallback == "required" ? "; "
                                                : "; default: ",
                   key.fallback, key.meaning);
  }
  return out + "\n" + reports::load::threshold_help();
}

}  // namespace weir::loadgen
