// A URL that was accepted is accepted again as it is printed, and means the same; resolving never does worse.
#include "wire/http/url.hpp"
#include "wire/testing/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::wire;
  using testing::require;
  const auto text = testing::view(data, size);
  if (auto url = parse_url(text)) {
    url->userinfo.clear();
    const auto again = parse_url(url->str());
    require(again.has_value());
    require(*again == *url);
  }
  const Url base = *parse_url("https://a/b/c;d?e");
  if (const auto resolved = resolve(base, text)) {
    require(resolved->path.starts_with('/'));
    require(parse_url(resolved->str()).has_value());
  }
  return 0;
}
