#include "reports/judge/exit_code.hpp"

namespace weir::reports {

std::string_view headline(ExitCode code) {
  switch (code) {
    case ExitCode::good:
      return "PASS";
    case ExitCode::target_fails:
      return "FAIL";
    case ExitCode::usage:
      return "BAD USAGE";
    case ExitCode::unreachable:
      return "UNREACHABLE";
    case ExitCode::inconclusive:
      return "INCONCLUSIVE";
    case ExitCode::interrupted:
      return "INTERRUPTED";
  }
  return "INCONCLUSIVE";
}

}  // namespace weir::reports
