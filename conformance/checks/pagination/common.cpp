#include "conformance/checks/pagination/common.hpp"

namespace weir::conformance {

std::vector<ListMethod> declared_lists(const Survey& survey) {
  std::vector<ListMethod> lists;
  for (const std::string_view capability : {"tools", "resources", "prompts"}) {
    if (survey.declares(capability)) { lists.push_back({fmt::format("{}/list", capability), std::string(capability)}); }
  }
  return lists;
}

}  // namespace weir::conformance
