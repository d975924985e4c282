#include "wire/http/framing.hpp"

#include <algorithm>
#include <charconv>

namespace weir::wire {
namespace {

constexpr int kNoContent = 204;
constexpr int kNotModified = 304;

std::vector<std::string> transfer_codings(const Headers& headers) {
  std::vector<std::string> codings;
  const std::string list = headers.joined("transfer-encoding");
  std::string_view rest = list;
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    if (auto coding = media_type(rest.substr(0, comma)); !coding.empty()) { codings.push_back(std::move(coding)); }
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return codings;
}

}  // namespace

BodyFraming framing_of(std::string_view method, const ResponseHead& head) {
  BodyFraming framing;
  if (method == "HEAD" || head.status == kNoContent || head.status == kNotModified) {
    framing.end = BodyFraming::End::none;
    return framing;
  }
  framing.codings = transfer_codings(head.headers);
  if (!framing.codings.empty()) {
    framing.end = framing.codings.back() == "chunked" ? BodyFraming::End::chunked : BodyFraming::End::close;
    return framing;
  }
  if (const auto length = head.headers.find("content-length")) {
    const auto parsed = std::from_chars(length->begin(), length->end(), framing.length);
    framing.bad_length = parsed.ec != std::errc() || parsed.ptr != length->end();
    framing.end = framing.bad_length ? BodyFraming::End::close : BodyFraming::End::length;
  }
  return framing;
}

}  // namespace weir::wire
