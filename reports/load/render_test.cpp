// weir-report render, with what weir-loadgen keeps.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "reports/load/writers.hpp"
#include "reports/testdata/load_sample.hpp"

namespace weir::reports::load {
namespace {

namespace fs = std::filesystem;

class RenderJournal : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "weir-render-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string file(std::string_view name) const { return (folder_ / name).string(); }
  std::string read(std::string_view name) const {
    std::ostringstream out;
    out << std::ifstream(file(name), std::ios::binary).rdbuf();
    return out.str();
  }
  /// The sample run as a journal, ended or not.
  void write_journal(bool finish) const {
    SampleRun run = sample_run();
    run.complete = finish;
    write_sample_journal(run, file("run.journal"));
  }
  /// The exit status; what was said is in "out" and "error".
  int render(const std::string& arguments) const {
    const std::string program = WEIR_BINARY_DIR "/bin/weir-report render ";
    const int status =
        std::system((program + arguments + " > " + file("out") + " 2> " + file("error") + " < /dev/null").c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  fs::path folder_;
};

TEST_F(RenderJournal, makes_the_same_reports_as_the_run_itself) {
  write_journal(true);
  const LoadResults results = sample_run().summarize();
  EXPECT_EQ(render(file("run.journal") + " --format console"), 0) << read("error");
  EXPECT_EQ(read("out"), console_report(results, {}));
  EXPECT_EQ(render(file("run.journal") + " --format json --output " + file("load.json")), 0);
  EXPECT_EQ(read("load.json"), json_report(results));
  EXPECT_EQ(render(file("run.journal") + " --format junit"), 0);
  EXPECT_EQ(read("out"), junit_report(results));
}

TEST_F(RenderJournal, of_a_killed_run_says_so) {
  write_journal(false);
  fs::resize_file(file("run.journal"), fs::file_size(file("run.journal")) - 3);
  EXPECT_EQ(render(file("run.journal") + " --format console"), 0) << read("error");
  EXPECT_NE(read("out").find("from a journal without an end: the run was killed"), std::string::npos);
  EXPECT_NE(read("out").find("Load: INCONCLUSIVE"), std::string::npos);
}

TEST_F(RenderJournal, says_what_to_do_with_the_json_of_a_load_run) {
  std::ofstream(file("load.json")) << json_report(sample_run().summarize());
  EXPECT_EQ(render(file("load.json") + " --format console"), 2);
  EXPECT_EQ(read("error"), "weir-report: " + file("load.json") +
                               ": is the JSON report of a load run, which holds no samples to render from: give the "
                               "journal of the run (weir-loadgen --journal PATH)\n");
  EXPECT_FALSE(is_json_report("{}"));
  EXPECT_FALSE(is_json_report("weirjnl1"));
}

}  // namespace
}  // namespace weir::reports::load
