#include "conformance/matrix/again_test.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

#include "conformance/probe/curl.hpp"
#include "fixtures/mcp/server.hpp"
#include "wire/base/text.hpp"
#include "wire/mcp/messages.hpp"

namespace weir::conformance {
namespace {

using Shell = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// The variables that a reader sets, as the target has them.
std::string variables(const Target& target) {
  std::string out;
  for (const auto& field : target.headers.fields()) {
    if (wire::starts_with_ignoring_case(field.value, "bearer ")) {
      out += "WEIR_BEARER=" + shell_quote(field.value.substr(7)) + "; ";
    }
    if (wire::same_ignoring_case(field.name, "x-api-key")) { out += "WEIR_API_KEY=" + shell_quote(field.value) + "; "; }
  }
  return out;
}

/// A shell that has begun with the command; streams are read for a shorter time than a person has.
Shell begin(const std::string& command, const Target& target, int seconds) {
  const std::string line = replaced(command, "--max-time 10", fmt::format("--max-time {}", seconds));
  return {::popen(("exec 2>&1; " + variables(target) + line).c_str(), "r"), ::pclose};
}

std::string end(Shell shell, const Target& target) {
  std::string out;
  std::array<char, 4096> buffer;
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), shell.get())) {
    out.append(buffer.data(), got);
  }
  return replaced(std::move(out), target.url.authority(), "ENDPOINT");
}

/// Without what is another thing each time: dates, ids that were drawn, and the numbers in curl's own words.
std::string comparable(std::string_view said) {
  constexpr std::size_t kDrawn = 16;
  constexpr std::string_view kHex = "0123456789abcdefABCDEF-";
  std::string out;
  while (!said.empty()) {
    std::string_view line = said.substr(0, said.find('\n'));
    said.remove_prefix(std::min(said.size(), line.size() + 1));
    if (wire::starts_with_ignoring_case(line, "date:")) { continue; }
    const bool of_curl = line.starts_with("curl: ");
    while (!line.empty()) {
      const std::size_t run = std::min(line.find_first_not_of(kHex), line.size());
      const std::size_t taken = std::max<std::size_t>(run, 1);
      const bool number = of_curl && line.front() >= '0' && line.front() <= '9';
      out += run >= kDrawn || number ? std::string_view("#") : line.substr(0, taken);
      line.remove_prefix(taken);
    }
    out += '\n';
  }
  return out;
}

}  // namespace

std::string why_not_shown(const std::string& command, const Target& faulty, const Target& right) {
  const std::string there = replaced(command, faulty.url.authority(), right.url.authority());
  if (there == command) {  // An authorization server, say: there is no right one beside it, but it must be met.
    const std::string said = end(begin(command, faulty, 4), faulty);
    return said.find("HTTP/1.1 ") != std::string::npos ? "" : "nothing is answered to it: " + wire::printable(said);
  }
  std::string same;
  for (const int seconds : {1, 4}) {  // On a busy machine a second may be over before anything came.
    Shell first = begin(command, faulty, seconds);
    Shell second = begin(there, right, seconds);
    same = end(std::move(first), faulty);
    const std::string other = end(std::move(second), right);
    if (comparable(same) != comparable(other)) { return {}; }
  }
  return fmt::format("both endpoints say the same to it: {}", wire::printable(same.substr(0, 2000)));
}

namespace {

wire::Request ping(const wire::Url& url) {
  return {.method = "POST",
          .url = url,
          .headers = {{"Accept", "application/json, text/event-stream"}, {"Content-Type", "application/json"}},
          .body = wire::jsonrpc::request(7, "ping", nullptr)};
}

}  // namespace

TEST(Again, finds_two_right_endpoints_alike_and_another_answer_not) {
  auto one = fixtures::Server::start({});
  auto two = fixtures::Server::start({});
  ASSERT_TRUE(one && two);
  const auto at = [](const std::string& url) {
    Target target;
    target.url = wire::parse_url(url).value();
    return target;
  };
  const Target first = at(one->mcp_url()), second = at(two->mcp_url());
  const wire::Url stream = wire::parse_url(one->sse_url()).value();
  const auto line = [&](Before before, const wire::Url& url, std::string_view revision) {
    wire::Request request = ping(first.url);
    if (before != Before::stream) { request.headers.set("Mcp-Session-Id", "of the run"); }
    return curl_command(request, {.before = before, .url = url, .revision = std::string(revision)});
  };
  for (const auto& [command, answer] :
       {std::pair{line(Before::session, first.url, wire::mcp::k2025_11_25), "\"id\":7,\"result\":{}"},
        std::pair{line(Before::ended_session, first.url, wire::mcp::k2025_11_25), "HTTP/1.1 404"},
        std::pair{line(Before::stream, stream, wire::mcp::k2024_11_05), "HTTP/1.1 202"}}) {
    const std::string why = why_not_shown(command, first, second);
    EXPECT_NE(why, "") << "two right endpoints differ at " << command;
    EXPECT_NE(why.find(answer), std::string::npos) << why;
  }
  two->kill();
  EXPECT_EQ(why_not_shown(line(Before::session, first.url, wire::mcp::k2025_11_25), first, second), "");
}

}  // namespace weir::conformance
