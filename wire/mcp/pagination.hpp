// Paginated lists (server/utilities/pagination, every revision): pages until one has no nextCursor, bounded by
// limits::kListPages, kListItems and kListBytes.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "wire/mcp/dialogue.hpp"

namespace weir::wire::mcp {

struct Listing {
  std::vector<json::value> items;  ///< Of all pages, in order.
  std::vector<Reply> pages;        ///< As they came; the last one may be what ended the list early.
  std::size_t bytes = 0;           ///< Of the bodies of its pages.
  std::optional<Error> error;      ///< Why the list is not complete.
};

/// `items_key` is the member of the result that holds the items: "tools" for tools/list.
Listing list_all(Dialogue& dialogue, std::string_view method, std::string_view items_key);

}  // namespace weir::wire::mcp
