// Bytes of an endpoint, made fit to print: one line, nothing that is obeyed, the same when it is done again.
#include "wire/base/text.hpp"
#include "wire/base/utf8.hpp"
#include "wire/testing/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::wire;
  using testing::require;
  const std::string_view bytes = testing::view(data, size);
  const std::string shown = printable(bytes);
  require(printable(shown) == shown);
  for (std::string_view rest = shown; !rest.empty();) {
    const Utf8Step step = decode_utf8(rest);
    require(step.valid && step.code_point >= 0x20 && !is_obeyed(step.code_point) && !begins_ci_command(rest));
    rest.remove_prefix(step.length);
  }
  const std::size_t max = testing::cut_of(bytes);
  const std::string cut = bounded(shown, max);
  require(cut == shown || (cut.size() <= max + 40 && !find_invalid_utf8(cut)));
  return 0;
}
