// A secret in the middle of whatever an endpoint says around it: it is found as it is, percent-encoded and in Base64,
// and what is looked through stays in its bounds.
#include <fmt/format.h>

#include "wire/base/base64.hpp"
#include "wire/base/redact.hpp"
#include "wire/testing/fuzz.hpp"

namespace {

using weir::wire::testing::require;

constexpr std::string_view kSecret = "s3cret/token%20with~1all&of\\it";

std::string disguised(unsigned how) {
  switch (how % 4) {
    case 0:
      return std::string(kSecret);
    case 1:
      return weir::wire::base64(kSecret);
    case 2: {
      std::string out;
      for (const char c : kSecret) { out += fmt::format("%{:02x}", static_cast<unsigned char>(c)); }
      return out;
    }
    default:
      return "s3cret~1token%20with~01all&amp;of\\\\it";
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::wire;
  static const Redactor redactor({std::string(kSecret), "abc", "hunter2"});
  const std::string_view text = testing::view(data, size);
  const std::size_t cut = testing::cut_of(text);
  const std::string worn = disguised(size > 1 ? data[size - 2] : 0);
  // Blanks around it: an escape or a Base64 text that is cut in two by it reads otherwise.
  const std::string said = fmt::format("{} {} {}", text.substr(0, cut), worn, text.substr(cut));
  for (const std::string& shown : {redactor.text(said), redactor.line(said), redactor.command(said)}) {
    require(shown.find(worn) == std::string::npos);
    require(shown.size() <= said.size() + 3 * said.size());  // A short secret, or an empty value, becomes three stars.
  }
  return 0;
}
