// JUnit XML, element by element. What the reports have in common; what stands in one is their own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::reports {

struct JunitCounts {
  int tests = 0, failures = 0, errors = 0, skipped = 0;
};

/// Attributes given by `with` belong to the next element that is opened.
class JunitDocument {
 public:
  std::string take() { return std::move(out_); }

  void open(std::string_view tag) { start(tag, ">"); }
  void empty(std::string_view tag) { start(tag, "/>"); }
  JunitDocument& with(std::string_view name, std::string_view value);
  JunitDocument& with(std::string_view name, int value);
  JunitDocument& with(const JunitCounts& counts);
  JunitDocument& with_time(std::int64_t duration_ms);
  void text(std::string_view tag, std::string_view content);
  void close(std::string_view tag);

 private:
  void start(std::string_view tag, std::string_view end);

  std::string out_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  std::string attributes_;
  std::size_t depth_ = 0;
};

/// XML 1.0 (section 2.2) has no way to write most control characters, not even as a reference: they become U+FFFD, as
/// do bytes that are no UTF-8. What a terminal or a CI service would obey, to which the text of a failure is often
/// printed, is written out (wire::printable).
std::string xml_escaped(std::string_view bytes);

/// The schemas of JUnit know no time zone.
std::string junit_timestamp(std::string_view rfc3339);

}  // namespace weir::reports
