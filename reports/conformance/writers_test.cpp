#include "reports/conformance/writers.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "reports/testdata/sample.hpp"
#include "wire/base/files.hpp"

namespace weir::reports {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "weir-writers-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  std::string file(std::string_view name) const { return (path_ / name).string(); }
  std::ptrdiff_t count() const { return std::distance(fs::directory_iterator(path_), fs::directory_iterator()); }

 private:
  fs::path path_;
};

std::string read(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

TEST(ReportSpec, takes_format_and_path) {
  const auto spec = parse_report_spec("junit=out/a=b.xml");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->format, Format::junit);
  EXPECT_EQ(spec->path, "out/a=b.xml");
  for (const char* name : {"console", "json", "junit", "markdown", "html", "sarif"}) {
    EXPECT_EQ(to_string(*parse_format(name)), name);
  }
}

TEST(ReportSpec, names_the_formats_and_the_nearest) {
  EXPECT_EQ(parse_report_spec("junti=x").error(),
            "unknown report format 'junti', did you mean 'junit'? (there are console, json, junit, markdown, html, "
            "prometheus, sarif)");
  EXPECT_EQ(parse_report_spec("md=x").error(),
            "unknown report format 'md' (there are console, json, junit, markdown, html, prometheus, sarif)");
  EXPECT_EQ(parse_report_spec("xml=x").error(),
            "unknown report format 'xml' (there are console, json, junit, markdown, html, prometheus, sarif)");
  EXPECT_EQ(parse_report_spec("j=x").error(),
            "unknown report format 'j' (there are console, json, junit, markdown, html, prometheus, sarif)");
  EXPECT_EQ(parse_report_spec("json").error(), "the report 'json' names no file: write json=PATH");
  EXPECT_EQ(parse_report_spec("json=").error(), "the report 'json' names no file: write json=PATH");
}

TEST(WriteReport, replaces_the_file_as_a_whole) {
  const Folder folder;
  const std::string path = folder.file("weir.json");
  std::ofstream(path) << "old";
  ASSERT_TRUE(write_report(sample_results(), {Format::json, path}));
  EXPECT_EQ(read(path), render(sample_results(), Format::json));
  EXPECT_EQ(folder.count(), 1);
}

TEST(WriteReport, keeps_a_symbolic_link_and_writes_through_it) {
  const Folder folder;
  std::ofstream(folder.file("real")) << "old";
  fs::create_symlink("real", folder.file("link"));
  ASSERT_TRUE(wire::write_file(folder.file("link"), "new"));
  EXPECT_TRUE(fs::is_symlink(folder.file("link")));
  EXPECT_EQ(read(folder.file("real")), "new");
}

TEST(WriteReport, names_the_path_that_cannot_be_written) {
  const Folder folder;
  const std::string missing = folder.file("no/such/weir.xml");
  EXPECT_EQ(wire::write_file(missing, "x").error(), "cannot write " + missing + ": No such file or directory");
  const std::string directory = fs::path(folder.file("x")).parent_path().string();
  EXPECT_EQ(wire::write_file(directory, "x").error(), "cannot write " + directory + ": Is a directory");
  EXPECT_EQ(folder.count(), 0);
}

TEST(WriteReport, says_that_the_disk_is_full) {
  EXPECT_EQ(wire::write_file("/dev/full", "x").error(), "cannot write /dev/full: No space left on device");
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

}  // namespace
}  // namespace weir::reports
