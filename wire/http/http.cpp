#include "wire/http/http.hpp"

#include <algorithm>

#include "wire/base/text.hpp"

namespace weir::wire {

std::chrono::milliseconds Deadline::left() const {
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(at - Clock::now()), std::chrono::milliseconds::zero());
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& field : fields_) {
    if (same_ignoring_case(field.name, name)) { return field.value; }
  }
  return std::nullopt;
}

std::string_view Headers::get(std::string_view name) const { return find(name).value_or(""); }

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      fields_.begin(), fields_.end(), [&](const Header& field) { return same_ignoring_case(field.name, name); }));
}

std::string Headers::joined(std::string_view name) const {
  std::string list;
  bool first = true;
  for (const auto& field : fields_) {
    if (same_ignoring_case(field.name, name)) {
      list += (first ? "" : ", ") + field.value;
      first = false;
    }
  }
  return list;
}

void Headers::add(std::string name, std::string value) { fields_.push_back({std::move(name), std::move(value)}); }

void Headers::set(std::string_view name, std::string value) {
  const auto first = std::find_if(fields_.begin(), fields_.end(),
                                  [&](const Header& field) { return same_ignoring_case(field.name, name); });
  if (first == fields_.end()) {
    add(std::string(name), std::move(value));
    return;
  }
  first->value = std::move(value);
  fields_.erase(std::remove_if(first + 1, fields_.end(),
                               [&](const Header& field) { return same_ignoring_case(field.name, name); }),
                fields_.end());
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Header& field) { return same_ignoring_case(field.name, name); });
}

std::string media_type(std::string_view content_type) {
  return lower(trimmed(content_type.substr(0, content_type.find(';'))));
}

std::string_view to_string(EndClass end) {
  switch (end) {
    case EndClass::open:
      return "open";
    case EndClass::clean:
      return "clean";
    case EndClass::fin_without_terminator:
      return "fin_without_terminator";
    case EndClass::fin_mid_chunk:
      return "fin_mid_chunk";
    case EndClass::reset:
      return "reset";
    case EndClass::close_delimited:
      return "close_delimited";
    case EndClass::tls_close:
      return "tls_close";
    case EndClass::tls_truncated:
      return "tls_truncated";
    case EndClass::malformed:
      return "malformed";
    case EndClass::closed_by_us:
      return "closed_by_us";
  }
  return "unknown";
}

}  // namespace weir::wire
