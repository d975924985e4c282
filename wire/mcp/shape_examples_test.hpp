// For tests: messages as a right server sends them, with most of what each may hold.
#pragma once

#include <string_view>
#include <vector>

#include "wire/mcp/shape.hpp"

namespace weir::wire::mcp {

struct ShapeExample {
  Part part;
  std::string_view method;
  std::string_view json;
  std::string_view since = "2024-11-05", until = "2026-07-28";
};

const std::vector<ShapeExample>& shape_examples();

}  // namespace weir::wire::mcp
