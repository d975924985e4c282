// The program itself, started as a pipeline starts it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "conformance/catalogue/checkset.hpp"
#include "conformance/check.hpp"
#include "fixtures/mcp/server.hpp"
#include "wire/http/http_client.hpp"
#include "wire/json/json.hpp"
#include "wire/testing/gate.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::conformance {

namespace json = wire::json;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

struct Ran {
  int exit_code = -1;
  std::string out;
  std::string err;
};

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::uint16_t free_port() {
  return fixtures::Server::start({})->port();  // Free again, once the server is gone.
}

class Program : public ::testing::Test {
 protected:
  Program() : dir_(std::filesystem::path(::testing::TempDir()) / fmt::format("weir-cli-{}-{}", ::getpid(), name())) {
    std::filesystem::create_directories(dir_);
  }
  ~Program() override { std::filesystem::remove_all(dir_); }

  static std::string name() { return ::testing::UnitTest::GetInstance()->current_test_info()->name(); }
  std::string path(const std::string& file) const { return (dir_ / file).string(); }
  void write(const std::string& file, const std::string& text) const { std::ofstream(path(file)) << text; }

  pid_t start(std::vector<std::string> words) const {
    return start_program(WEIR_BINARY_DIR "/bin/weir-conformance", std::move(words));
  }

  pid_t start_program(std::string program, std::vector<std::string> words) const {
    words.insert(words.begin(), std::move(program));
    const pid_t child = ::fork();
    if (child == 0) {
      std::vector<char*> argv;
      for (auto& word : words) { argv.push_back(word.data()); }
      argv.push_back(nullptr);
      ::setenv("WEIR_TEST_TOKEN", "cli-token-5f1b", 1);
      ::dup2(::open(path("out").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
      ::dup2(::open(path("err").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    return child;
  }

  Ran wait_for(pid_t child) const {
    int status = 0;
    ::waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), read(path("out")), read(path("err"))};
  }

  Ran run(std::vector<std::string> words) const { return wait_for(start(std::move(words))); }

  /// In the script $0 is the program and $@ are the words.
  Ran run_in_shell(std::string script, std::vector<std::string> words) const {
    words.insert(words.begin(), {"-c", std::move(script), WEIR_BINARY_DIR "/bin/weir-conformance"});
    return wait_for(start_program("/bin/sh", std::move(words)));
  }

  std::filesystem::path dir_;
};

fixtures::Server serve(std::vector<std::string> faults = {}, std::string bearer = "") {
  fixtures::ServerOptions options;
  options.faults = std::move(faults);
  options.endpoint.bearer = std::move(bearer);
  return fixtures::Server::start(std::move(options)).value();
}

const std::vector<std::string> kQuick = {"--checks", "jsonrpc.id.echoed", "--timeout", "1"};

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_F(Program, is_good_with_a_right_endpoint) {
  const auto server = serve();
  const auto ran = run(with(kQuick, {server.mcp_url()}));
  EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("PASS"));
  EXPECT_EQ(ran.err, "");
}

TEST_F(Program, takes_no_file_for_two_things_and_none_that_it_could_not_write) {
  write("profile.yaml", "url: http://127.0.0.1:1/mcp\n");
  std::filesystem::create_symlink(path("profile.yaml"), path("link"));
  const std::string same = " name one file, ";
  for (const auto& [words, said] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--report", "json=" + path("x"), "--report", "junit=" + path("./x")}, "--report json and --report junit"},
           {{"--report", "json=" + path("x"), "--tools-lock", path("x")}, "--report json and --tools-lock"},
           {{"--profile", path("profile.yaml"), "--report", "json=" + path("link")}, "--profile and --report json"}}) {
    const auto ran = run(with({"http://127.0.0.1:1/mcp"}, words));
    EXPECT_EQ(ran.exit_code, 2) << said;
    EXPECT_THAT(ran.err, HasSubstr(said + same));
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
    EXPECT_EQ(ran.out, "");
    EXPECT_FALSE(std::filesystem::exists(path("x")));
  }
  const auto server = serve();
  const auto folder = run(with(kQuick, {server.mcp_url(), "--tools-lock", dir_.string()}));
  EXPECT_EQ(folder.exit_code, 2);
  EXPECT_EQ(folder.err, "weir-conformance: --tools-lock: cannot write " + dir_.string() + ": Is a directory\n");
}

TEST_F(Program, fails_with_a_wrong_one_and_writes_every_report) {
  const auto server = serve({"jsonrpc.id-stringified"});
  const auto ran = run(with(kQuick, {server.mcp_url(), "--report", "json=" + path("r.json"), "--report",
                                     "junit=" + path("r.xml"), "--report", "markdown=" + path("r.md")}));
  EXPECT_EQ(ran.exit_code, 1) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("jsonrpc.id.echoed"));
  const auto report = json::parse(read(path("r.json")));
  EXPECT_EQ(report.at("exit_code"), json::value(1));
  EXPECT_THAT(read(path("r.xml")), HasSubstr("<failure"));
  EXPECT_THAT(read(path("r.md")), HasSubstr("jsonrpc.id.echoed"));
}

TEST_F(Program, judges_every_revision_when_asked) {
  const auto server = serve({"jsonrpc.id-stringified"});
  const auto ran = run(with(kQuick, {server.mcp_url(), "--era", "streamable", "--revision", "all", "--quiet"}));
  EXPECT_EQ(ran.exit_code, 1) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("must, streamable 2025-11-25, 2025-06-18, 2025-03-26\n"));
  EXPECT_THAT(ran.out, HasSubstr("1 failed"));
  EXPECT_THAT(ran.out, HasSubstr("FAIL 1 of "));
}

TEST_F(Program, prints_json_when_asked) {
  const auto server = serve();
  const auto ran = run(with(kQuick, {"--json", server.mcp_url()}));
  const auto report = json::parse(ran.out);
  EXPECT_EQ(report.at("exit_code"), json::value(0));
  EXPECT_EQ(report.at("summary").at("fail"), json::value(0));
}

TEST_F(Program, names_the_cause_when_nothing_listens) {
  const auto ran = run({fmt::format("http://127.0.0.1:{}/mcp", free_port()), "--json"});
  EXPECT_EQ(ran.exit_code, 3);
  EXPECT_EQ(json::parse(ran.out).at("preflight").at("cause"), json::value("connect-refused"));
}

TEST_F(Program, says_what_is_wrong_with_the_command_line_in_one_line) {
  for (const auto& words : std::vector<std::vector<std::string>>{{},
                                                                 {"http://h/", "--stict"},
                                                                 {"http://h/", "--checks", "nothing.*"},
                                                                 {"http://h/", "--report", "jason=x"},
                                                                 {"http://h/", "--baseline", path("none.yaml")},
                                                                 {"http://h/", "--profile", path("none.yaml")},
                                                                 {"--explain", "jsonrpc.id.echo"},
                                                                 {"http://h/", "--color", "pink"}}) {
    const auto ran = run(words);
    EXPECT_EQ(ran.exit_code, 2) << ran.err;
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
    EXPECT_EQ(ran.out, "");
  }
}

TEST_F(Program, says_which_set_of_checks_was_asked) {
  const auto nobody = fmt::format("http://127.0.0.1:{}/mcp", free_port());
  EXPECT_EQ(json::parse(run({nobody, "--json", "--checkset", "2026.1"}).out).at("checkset"), json::value("2026.1"));
  EXPECT_TRUE(json::parse(run({nobody, "--json"}).out).at("checkset").is_null());
}

TEST_F(Program, lists_and_explains_the_checks) {
  const auto plain = run({"--list"});
  EXPECT_EQ(plain.exit_code, 0);
  EXPECT_EQ(static_cast<std::size_t>(std::count(plain.out.begin(), plain.out.end(), '\n')), catalogue().size());
  const auto listed = json::parse(run({"--list", "--json", "--checks", "jsonrpc.id.*"}).out);
  EXPECT_EQ(listed.at(0).at("id"), json::value("jsonrpc.id.echoed"));
  const auto pinned = run({"--list", "--checkset", "2026.1"});
  EXPECT_EQ(pinned.out.substr(0, pinned.out.find(' ')), ids_of(checksets().front()).front());
  EXPECT_EQ(run({"--list", "--failure-modes", "--checkset", "1999.1"}).exit_code, 2);
  const auto told = run({"--explain", "jsonrpc.id.echoed"});
  EXPECT_EQ(told.exit_code, 0);
  for (const auto* word : {"must", "streamable", "jsonrpc.response-id-echo", "https://", "jsonrpc.id-stringified"}) {
    EXPECT_THAT(told.out, HasSubstr(word));
  }
}

TEST_F(Program, shows_no_secret_anywhere) {
  const auto server = serve({"jsonrpc.id-stringified"}, "cli-token-5f1b");
  const auto ran =
      run(with(kQuick, {server.mcp_url(), "--bearer-env", "WEIR_TEST_TOKEN", "--header", "X-Secret-Key: typed-9c2e",
                        "--report", "json=" + path("r.json"), "--report", "junit=" + path("r.xml")}));
  EXPECT_EQ(ran.exit_code, 1) << ran.out << ran.err;
  for (const auto& text : {ran.out, ran.err, read(path("r.json")), read(path("r.xml"))}) {
    EXPECT_THAT(text, Not(HasSubstr("cli-token")));
    EXPECT_THAT(text, Not(HasSubstr("typed-9c2e")));
  }
}

TEST_F(Program, excuses_known_failures_and_complains_about_stale_ones) {
  write("known.yaml", "- check: jsonrpc.id.echoed\n  reason: the gateway rewrites ids\n");
  const auto wrong = serve({"jsonrpc.id-stringified"});
  EXPECT_EQ(run(with(kQuick, {wrong.mcp_url(), "--baseline", path("known.yaml")})).exit_code, 0);
  const auto right = serve();
  const auto stale = run(with(kQuick, {right.mcp_url(), "--baseline", path("known.yaml")}));
  EXPECT_EQ(stale.exit_code, 1);
  EXPECT_THAT(stale.out, HasSubstr("passes now"));
}

TEST_F(Program, pins_the_tools) {
  const auto server = serve();
  const auto words = with(kQuick, {server.mcp_url(), "--tools-lock", path("tools.lock"), "--profile", path("p.yaml")});
  write("p.yaml", "name: prod\nurl: http://unused.invalid/\n");
  EXPECT_EQ(run(words).exit_code, 0);
  EXPECT_THAT(read(path("tools.lock")), HasSubstr("\"prod\""));
  EXPECT_EQ(run(words).exit_code, 0);
  const auto changed = serve({"tools.echo-missing"});
  const auto ran =
      run(with(kQuick, {changed.mcp_url(), "--tools-lock", path("tools.lock"), "--profile", path("p.yaml")}));
  EXPECT_EQ(ran.exit_code, 1) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("echo"));
  EXPECT_EQ(run(with(kQuick,
                     {changed.mcp_url(), "--tools-lock", path("tools.lock"), "--profile", path("p.yaml"), "--accept"}))
                .exit_code,
            0);
}

TEST_F(Program, is_inconclusive_when_nothing_could_be_judged) {
  fixtures::ServerOptions options;
  options.endpoint.sessions = false;
  const auto server = fixtures::Server::start(options).value();
  const auto ran = run({server.mcp_url(), "--era", "streamable", "--checks", "session.id.*"});
  EXPECT_EQ(ran.exit_code, 4) << ran.out;
}

TEST_F(Program, takes_the_url_from_a_profile_that_a_url_overrides) {
  const auto server = serve();
  write("p.yaml", fmt::format("url: {}\n", server.mcp_url()));
  EXPECT_EQ(run(with(kQuick, {"--profile", path("p.yaml")})).exit_code, 0);
}

TEST_F(Program, writes_its_reports_when_it_is_interrupted) {
  // A question has come, so the handlers stand; and no answer will.
  wire::testing::Gate asked;
  const wire::testing::RawServer server([&](wire::testing::Peer& peer) {
    peer.read_request();
    asked.open();
    peer.wait_for_client_end();
  });
  const pid_t child = start({server.origin(), "--timeout", "1", "--report", "json=" + path("r.json")});
  EXPECT_TRUE(asked.wait());
  ::kill(child, SIGINT);
  const auto ran = wait_for(child);
  EXPECT_EQ(ran.exit_code, 130) << ran.out << ran.err;
  EXPECT_EQ(json::parse(read(path("r.json"))).at("exit_code"), json::value(130));
}

TEST_F(Program, looks_at_its_outputs_before_it_asks_anything) {
  const auto nobody = fmt::format("http://127.0.0.1:{}/mcp", free_port());
  for (const auto& option : {std::pair("--report", "json=" + path("missing/r.json")),
                             std::pair("--tools-lock", path("missing/tools.lock"))}) {
    const auto ran = run(with(kQuick, {nobody, option.first, option.second}));
    EXPECT_EQ(ran.exit_code, 2) << "3 would be the target's: " << ran.err;
    EXPECT_THAT(ran.err, HasSubstr("missing"));
  }
}

TEST_F(Program, writes_its_reports_where_nobody_reads_its_output) {
  const auto server = serve();
  const auto report = "json=" + path("r.json");
  const auto ran = run_in_shell("exec \"$0\" \"$@\" > /dev/full", with(kQuick, {server.mcp_url(), "--report", report}));
  EXPECT_EQ(ran.exit_code, 2) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("standard output"));
  EXPECT_EQ(json::parse(read(path("r.json"))).at("exit_code"), json::value(0));
}

TEST_F(Program, takes_no_short_output_for_a_success_that_could_not_be_printed) {
  EXPECT_EQ(run_in_shell("exec \"$0\" --version > /dev/full", {}).exit_code, 2);
  EXPECT_EQ(run_in_shell("exec \"$0\" --list >&-", {}).exit_code, 2);
}

TEST_F(Program, is_inconclusive_where_it_has_too_few_descriptors) {
  const auto server = serve();
  const auto ran = run_in_shell("ulimit -n 40; exec \"$0\" \"$@\"", with(kQuick, {server.mcp_url()}));
  EXPECT_EQ(ran.exit_code, 4) << ran.out;
  EXPECT_THAT(ran.err, HasSubstr("ulimit -n 112"));
}

TEST_F(Program, ends_a_wait_of_minutes_when_its_terminal_goes_away) {
  wire::testing::Gate asked;
  const wire::testing::RawServer server([&](wire::testing::Peer& peer) {
    peer.read_request();
    asked.open();
    peer.wait_for_client_end();
  });
  const pid_t child =
      start({server.origin(), "--timeout", "3600", "--budget", "3600", "--report", "json=" + path("r.json")});
  EXPECT_TRUE(asked.wait());
  ::kill(child, SIGHUP);
  const auto ran = wait_for(child);
  EXPECT_EQ(ran.exit_code, 130) << ran.out << ran.err;
  EXPECT_EQ(json::parse(read(path("r.json"))).at("exit_code"), json::value(130));
}

TEST_F(Program, leaves_no_deploy_command_behind_when_it_is_killed) {
  const auto server = serve();
  const pid_t child =
      start({server.mcp_url(), "--checks", "deploy.*", "--across-deploy",
             "echo $$ > " + path("pid.new") + "; mv " + path("pid.new") + " " + path("pid") + "; sleep 1000"});
  while (!std::filesystem::exists(path("pid"))) { ::usleep(10'000); }
  const pid_t command = std::stoi(read(path("pid")));
  ASSERT_EQ(::kill(command, 0), 0);
  ::kill(child, SIGKILL);
  wait_for(child);
  while (::kill(command, 0) == 0) { ::usleep(10'000); }
}

TEST_F(Program, watches_a_target_that_comes_up_and_fails_until_it_is_right) {
  // An address of its own, where nobody takes the port while the target is away: neither another test nor the gate's
  // own connections, which come from 127.0.0.1.
  const auto address = fmt::format("127.{}.{}.1", 1 + ::getpid() / 256 % 254, ::getpid() % 256);
  std::uint16_t port = 0;
  const auto serve_at = [&](std::vector<std::string> faults) {
    fixtures::ServerOptions options;
    options.address = address;
    options.port = port;
    options.faults = std::move(faults);
    return fixtures::Server::start(std::move(options)).value();
  };
  // Gone before the gate is started, which would inherit its socket.
  const auto url = [&] {
    const auto server = serve_at({});
    port = server.port();
    return server.mcp_url();
  }();
  const pid_t child =
      start({url, "--checks", "jsonrpc.id.echoed", "--timeout", "0.5", "--watch", "1", "--metrics", "127.0.0.1:0",
             "--report", "prometheus=" + path("gate.prom"), "--report", "json=" + path("r.json")});
  const auto metrics = [&]() -> std::string {
    const std::string err = read(path("err"));
    const auto at = err.find("http://");
    if (at == std::string::npos || err.find('\n', at) == std::string::npos) { return {}; }
    wire::Request request;
    request.url = *wire::parse_url(err.substr(at, err.find('\n', at) - at));
    const auto answer = wire::HttpClient().exchange(request, wire::Deadline::in(std::chrono::seconds(5)));
    return answer ? answer->body : "";
  };
  const auto is_at = [&](int code) {
    const auto line = fmt::format("\nweir_conformance_run_exit_code{{target=\"{}\"}} {}\n", address, code);
    const auto until = wire::Deadline::in(std::chrono::seconds(60));
    while (metrics().find(line) == std::string::npos && !until.passed()) { ::usleep(20'000); }
    EXPECT_THAT(metrics(), HasSubstr(line)) << read(path("out")) << read(path("err"));
  };
  is_at(3);
  std::optional<fixtures::Server> server = serve_at({"jsonrpc.id-stringified"});
  is_at(1);
  EXPECT_THAT(metrics(), HasSubstr("check=\"jsonrpc.id.echoed\""));
  server.reset();
  server = serve_at({});
  is_at(0);
  ::kill(child, SIGTERM);
  const auto ran = wait_for(child);
  EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("FAIL in"));
  EXPECT_THAT(ran.out, HasSubstr("UNREACHABLE in"));
  EXPECT_THAT(ran.out, HasSubstr("PASS in"));
  EXPECT_THAT(read(path("gate.prom")), HasSubstr("weir_conformance_run_exit_code{target=\"" + address + "\"} 0\n"));
  EXPECT_EQ(json::parse(read(path("r.json"))).at("exit_code"), json::value(0));
}

}  // namespace weir::conformance
