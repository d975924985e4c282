#include "reports/draw/junit_document.hpp"

#include <fmt/format.h>

#include <iterator>

#include "wire/base/text.hpp"
#include "wire/base/utf8.hpp"

namespace weir::reports {
namespace {

/// What may not stand as itself; a newline may not in an attribute, where it would become a space.
std::string_view reference_to(char32_t c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\t':
      return "&#9;";
    case '\n':
      return "&#10;";
    case '\r':
      return "&#13;";
    default:
      return "";
  }
}

}  // namespace

std::string xml_escaped(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const wire::Utf8Step step = wire::decode_utf8(bytes);
    const char32_t c = step.code_point;
    const std::string_view raw = bytes.substr(0, step.length);
    const bool legal = (c >= 0x20 || c == '\t' || c == '\n' || c == '\r') && c != 0xfffe && c != 0xffff;
    const std::string_view reference = legal ? reference_to(c) : "";
    if (!legal || !step.valid) {
      wire::append_code_point(out, U'\ufffd');
    } else if (wire::begins_ci_command(bytes)) {
      out.append(raw).append(fmt::format("\\x{:02x}", static_cast<unsigned>(raw.front())));
      bytes.remove_prefix(1);
    } else if (reference.empty()) {
      out += wire::is_obeyed(c) ? wire::printable(raw) : std::string(raw);
    }
    out += reference;
    bytes.remove_prefix(step.length);
  }
  return out;
}

JunitDocument& JunitDocument::with(std::string_view name, std::string_view value) {
  fmt::format_to(std::back_inserter(attributes_), " {}=\"{}\"", name, xml_escaped(value));
  return *this;
}

JunitDocument& JunitDocument::with(std::string_view name, int value) { return with(name, fmt::format("{}", value)); }

JunitDocument& JunitDocument::with(const JunitCounts& counts) {
  with("tests", counts.tests).with("failures", counts.failures);
  return with("errors", counts.errors).with("skipped", counts.skipped);
}

JunitDocument& JunitDocument::with_time(std::int64_t duration_ms) {
  return with("time", fmt::format("{:.3f}", static_cast<double>(duration_ms) / 1000.0));
}

void JunitDocument::text(std::string_view tag, std::string_view content) {
  fmt::format_to(std::back_inserter(out_), "{:{}}<{}{}>", "", depth_ * 2, tag, attributes_);
  while (!content.empty()) {
    const std::size_t end = content.find('\n');
    out_.append(xml_escaped(content.substr(0, end)));
    if (end != std::string_view::npos) { out_ += '\n'; }
    content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
  }
  fmt::format_to(std::back_inserter(out_), "</{}>\n", tag);
  attributes_.clear();
}

void JunitDocument::close(std::string_view tag) {
  --depth_;
  fmt::format_to(std::back_inserter(out_), "{:{}}</{}>\n", "", depth_ * 2, tag);
}

void JunitDocument::start(std::string_view tag, std::string_view end) {
  fmt::format_to(std::back_inserter(out_), "{:{}}<{}{}{}\n", "", depth_ * 2, tag, attributes_, end);
  attributes_.clear();
  if (end == ">") { ++depth_; }
}

std::string junit_timestamp(std::string_view rfc3339) {
  if (rfc3339.ends_with('Z')) { rfc3339.remove_suffix(1); }
  return std::string(rfc3339);
}

}  // namespace weir::reports
