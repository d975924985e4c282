#include "wire/mcp/pagination.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "wire/mcp/collector.hpp"

namespace weir::wire::mcp {
namespace {

/// Appends the items of one page; returns the cursor of the next one, where there is one.
Result<std::optional<std::string>> take_page(const Reply& reply, std::string_view items_key, Listing& listing) {
  if (!reply.is_result()) { return fail(ErrorCode::rejected, reply.describe()); }
  const json::array* items = as_array(find(reply.result(), items_key));
  if (items == nullptr) {
    return fail(ErrorCode::malformed_message,
                fmt::format("the result has no array '{}': {}", items_key, excerpt(reply.result())));
  }
  listing.bytes += reply.http.body.size();
  if (listing.bytes > limits::kListBytes) {
    return fail(ErrorCode::limit_exceeded, fmt::format("more than {} MiB in one list", limits::kListBytes >> 20U));
  }
  for (const json::value& item : *items) {
    if (listing.items.size() >= limits::kListItems) {
      return fail(ErrorCode::limit_exceeded, fmt::format("more than {} items", limits::kListItems));
    }
    listing.items.push_back(item);
  }
  const json::value* cursor = find(reply.result(), "nextCursor");
  // Servers that write every member write null at the end; an empty string is a cursor (2026-07-28 pagination).
  if (cursor == nullptr || cursor->is_null()) { return std::nullopt; }
  const auto text = as_string(cursor);
  if (!text) {
    return fail(ErrorCode::malformed_message, fmt::format("nextCursor is {} instead of a string", kind_name(*cursor)));
  }
  return std::string(*text);
}

}  // namespace

Listing list_all(Dialogue& dialogue, std::string_view method, std::string_view items_key) {
  Listing listing;
  std::vector<std::string> cursors;
  const auto end_with = [&](Error error) {
    error.detail = fmt::format("{}, page {}: {}", method, cursors.size() + 1, error.detail);
    listing.error = std::move(error);
  };
  while (true) {
    json::value params;
    if (!cursors.empty()) { params = json::object{{"cursor", cursors.back()}}; }
    auto reply = dialogue.request(method, std::move(params));
    if (!reply) {
      end_with(reply.error());
      return listing;
    }
    listing.pages.push_back(std::move(*reply));
    auto next = take_page(listing.pages.back(), items_key, listing);
    if (!next) {
      end_with(next.error());
      return listing;
    }
    if (!*next) { return listing; }
    if (std::find(cursors.begin(), cursors.end(), **next) != cursors.end()) {
      end_with({ErrorCode::malformed_message,
                fmt::format("the cursor '{}' came before, so the list would never end", text_excerpt(**next, 60))});
      return listing;
    }
    if (listing.pages.size() >= limits::kListPages) {
      end_with({ErrorCode::limit_exceeded, fmt::format("more than {} pages", limits::kListPages)});
      return listing;
    }
    cursors.push_back(**std::move(next));
  }
}

}  // namespace weir::wire::mcp
