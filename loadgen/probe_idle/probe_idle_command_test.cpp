#include "loadgen/probe_idle/probe_idle_command.hpp"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "loadgen/probe_idle/limits.hpp"
#include "wire/testing/certificates.hpp"

namespace weir::loadgen {
namespace {

wire::Result<ProbeIdleOptions> parsed(std::vector<std::string> words) {
  CLI::App app;
  ProbeIdleArguments arguments;
  declare_probe_idle(app, arguments);
  std::reverse(words.begin(), words.end());
  words.emplace_back("probe-idle");
  app.parse(words);
  return probe_idle_options(arguments);
}

TEST(ProbeIdleCommand, takes_the_options_of_its_line) {
  ASSERT_EQ(::setenv("WEIR_PROBE_IDLE_TOKEN", "s3cret-token", 1), 0);
  const auto options =
      parsed({"https://mcp.example/mcp", "--era", "streamable", "--longest", "70", "--budget", "60", "--streams", "5",
              "--header", "X-API-Key: key-1", "--bearer-env", "WEIR_PROBE_IDLE_TOKEN", "--insecure"});
  ASSERT_TRUE(options) << options.error().detail;
  EXPECT_EQ(options->url.str(), "https://mcp.example/mcp");
  EXPECT_EQ(options->era, wire::mcp::Era::streamable);
  EXPECT_EQ(options->longest_s, 70);
  EXPECT_EQ(options->budget_s, 60);
  EXPECT_EQ(options->streams, 5u);
  EXPECT_EQ(options->headers.get("x-api-key"), "key-1");
  EXPECT_EQ(options->headers.get("authorization"), "Bearer s3cret-token");
  EXPECT_TRUE(options->client.insecure);
  EXPECT_EQ(options->secrets, (std::vector<std::string>{"key-1", "s3cret-token"}));
}

TEST(ProbeIdleCommand, takes_values_of_headers_from_the_environment_and_keeps_all_of_them_secret) {
  ASSERT_EQ(::setenv("WEIR_PROBE_IDLE_PIN", "pin-1234", 1), 0);
  const auto options = parsed({"https://mcp.example/mcp?sig=sign-1", "--header-env", "X-Plain: WEIR_PROBE_IDLE_PIN"});
  ASSERT_TRUE(options) << options.error().detail;
  EXPECT_EQ(options->headers.get("x-plain"), "pin-1234");
  EXPECT_EQ(options->secrets, (std::vector<std::string>{"sign-1", "pin-1234"}));
}

TEST(ProbeIdleCommand, takes_each_header_that_is_given_and_the_url_behind_them) {
  ASSERT_EQ(::setenv("WEIR_PROBE_IDLE_A", "of-a", 1), 0);
  ASSERT_EQ(::setenv("WEIR_PROBE_IDLE_B", "of-b", 1), 0);
  const auto options = parsed({"--header", "X-One: 1", "--header", "X-Two: 2", "--header-env", "X-A: WEIR_PROBE_IDLE_A",
                               "--header-env", "X-B: WEIR_PROBE_IDLE_B", "--i-may-load", "a.example", "--i-may-load",
                               "b.example", "https://mcp.example/mcp"});
  ASSERT_TRUE(options) << options.error().detail;
  EXPECT_EQ(options->url.str(), "https://mcp.example/mcp");
  const std::vector<std::pair<std::string, std::string>> wanted = {
      {"x-one", "1"}, {"x-two", "2"}, {"x-a", "of-a"}, {"x-b", "of-b"}};
  for (const auto& [name, value] : wanted) { EXPECT_EQ(options->headers.get(name), value) << name; }
}

TEST(ProbeIdleCommand, knows_the_roots_by_both_names) {
  const wire::testing::PemFile roots(wire::testing::make_root());
  for (const char* name : {"--ca", "--ca-file"}) {
    const auto options = parsed({"https://mcp.example/mcp", name, roots.path()});
    ASSERT_TRUE(options) << options.error().detail;
    EXPECT_EQ(options->client.ca_file, roots.path());
  }
  const auto options = parsed({"http://127.0.0.1:1/mcp", "--ca", "/nowhere/roots.pem"});
  ASSERT_FALSE(options) << "whatever the scheme";
  EXPECT_EQ(options.error().detail, "--ca: '/nowhere/roots.pem' cannot be read as a PEM file of trusted roots");
}

TEST(ProbeIdleCommand, holds_many_streams_where_that_is_allowed_alone) {
  const auto refusal = [](std::string url, std::size_t streams, std::vector<std::string> may_load = {}) {
    ProbeIdleArguments arguments;
    arguments.url = std::move(url);
    arguments.streams = streams;
    arguments.may_load = std::move(may_load);
    const auto options = probe_idle_options(arguments);
    EXPECT_TRUE(options) << options.error().detail;
    const auto may = may_probe(arguments, *options);
    return may ? std::string() : may.error().detail;
  };
  EXPECT_EQ(refusal("http://192.0.2.1/mcp", idle::limits::kStreamsUnasked), "");
  EXPECT_NE(refusal("http://192.0.2.1/mcp", 100).find("say --i-may-load 192.0.2.1"), std::string::npos);
  EXPECT_EQ(refusal("http://192.0.2.1/mcp", 100, {"192.0.2.1"}), "");
  EXPECT_EQ(refusal("http://127.0.0.1/mcp", 100), "");
  EXPECT_NE(refusal("http://127.0.0.1/mcp", 1, {"http://127.0.0.1"}).find("is no host"), std::string::npos);
}

TEST(ProbeIdleCommand, names_what_it_cannot_use) {
  const auto complaint = [](std::vector<std::string> words) {
    const auto options = parsed(std::move(words));
    return options ? std::string() : options.error().detail;
  };
  EXPECT_EQ(complaint({}), "give a URL, or a profile with one");
  EXPECT_EQ(complaint({"http://a.example/", "--header", "nonsense"}), "--header is 'Name: value' on one line");
  EXPECT_NE(complaint({"http://a.example/", "--era", "streamble"}).find("did you mean 'streamable'"),
            std::string::npos);
  EXPECT_EQ(complaint({"http://a.example/", "--bearer-env", "WEIR_NOT_SET"}),
            "the environment variable WEIR_NOT_SET is not set");
  EXPECT_EQ(complaint({"http://a.example/", "--header-env", "X-A: WEIR_NOT_SET"}),
            "the environment variable WEIR_NOT_SET is not set");
  EXPECT_NE(complaint({"a.example"}), "");
}

}  // namespace
}  // namespace weir::loadgen
