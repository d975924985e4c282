#include "wire/base/utf8.hpp"
#include "wire/json/jsonrpc.hpp"
#include "wire/testing/fuzz.hpp"

namespace weir::wire {
namespace {

using testing::require;

void check_message(const jsonrpc::Message& message) {
  require(message.kind != jsonrpc::Kind::invalid || !message.violations.empty());
  for (const std::string& violation : message.violations) {
    require(violation.size() < 200 && !find_invalid_utf8(violation));
  }
  if (message.id) { require(message.answers(*message.id) == message.is_reply()); }
  if (!message.violations.empty() || message.kind == jsonrpc::Kind::invalid) { return; }

  // What breaks no rule can be written again by the four functions that write messages.
  using jsonrpc::Kind;
  std::string text;
  if (message.kind == Kind::request) { text = jsonrpc::request(*message.id, message.method, message.params); }
  if (message.kind == Kind::notification) { text = jsonrpc::notification(message.method, message.params); }
  if (message.kind == Kind::response) { text = jsonrpc::response(*message.id, message.result); }
  if (text.empty()) { return; }
  const Result<jsonrpc::Parsed> again = jsonrpc::parse(text);
  require(again && again->messages.size() == 1 && again->messages[0].kind == message.kind);
  require(again->messages[0].violations.empty() && json_equal(again->messages[0].params, message.params));
  require(json_equal(again->messages[0].result, message.result));
}

}  // namespace
}  // namespace weir::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::wire;
  const Result<jsonrpc::Parsed> parsed = jsonrpc::parse(testing::view(data, size));
  if (!parsed) { return 0; }
  testing::require(parsed->batch || parsed->messages.size() == 1);
  for (const jsonrpc::Message& message : parsed->messages) { check_message(message); }
  return 0;
}
