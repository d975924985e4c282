#include "conformance/run/told.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace weir::conformance {

namespace {

constexpr std::string_view kError = "JSON-RPC error ";

}  // namespace

bool was_red(const reports::CheckResult& result) {
  return result.verdict == reports::Verdict::fail || result.verdict == reports::Verdict::warn;
}

bool loses_requests(const reports::CheckResult& result, const CheckInfo& info) {
  return result.verdict == reports::Verdict::fail && !info.explains.empty();
}

bool tells_what_it_saw(const reports::CheckResult& result) {
  constexpr std::array<std::string_view, 5> kTelling = {"jsonrpc.id.echoed", "session.delete.unknown-refused",
                                                        "session.terminated.not-found", "session.unknown.not-found",
                                                        "streamable.posts.concurrent"};
  return result.verdict != reports::Verdict::pass &&
         std::find(kTelling.begin(), kTelling.end(), result.id) != kTelling.end();
}

bool refuses_everything(std::string_view check) { return check == "session.conversation.kept"; }

bool says_the_same(const std::string& reason, const std::string& got) {
  constexpr std::size_t kTelling = 8;  // A shorter text may be said of anything.
  const auto begin = reason.find(kError);
  const auto quote = begin == std::string::npos ? begin : reason.find('\'', begin);
  const auto end = quote == std::string::npos ? quote : reason.find('\'', quote + 1);
  if (end == std::string::npos || end - quote <= kTelling) { return false; }
  const std::string text = reason.substr(quote + 1, end - quote - 1);
  if (got.find(text) != std::string::npos) { return true; }
  // An excerpt of the answer may end within it.
  const std::string code = reason.substr(begin + kError.size(), quote - begin - kError.size() - 1);
  const std::string head = fmt::format("\"code\":{},\"message\":\"", code);
  const auto at = got.find(head);
  const auto cut = at == std::string::npos ? at : got.find("...", at + head.size());
  return cut != std::string::npos && text.starts_with(got.substr(at + head.size(), cut - at - head.size()));
}

std::string what_is_withheld(std::string_view check) {
  if (check == "jsonrpc.error.method-not-found") { return "an unknown method"; }
  for (const char* list : {"tools", "prompts", "resources"}) {
    if (check == std::string(list) + ".capability.declared") { return std::string(list) + "/list"; }
  }
  return {};
}

}  // namespace weir::conformance
