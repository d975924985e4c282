// For the tests of the reports: golden files, and other people's parsers.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace weir::reports {

inline const std::string kTestdata = WEIR_SOURCE_DIR "/reports/testdata/";

inline std::string read(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

/// WEIR_UPDATE_GOLDEN=1 writes the file anew.
inline void expect_golden(const std::string& name, const std::string& rendered) {
  const std::string path = kTestdata + name;
  if (std::getenv("WEIR_UPDATE_GOLDEN") != nullptr) { std::ofstream(path, std::ios::binary) << rendered; }
  EXPECT_EQ(read(path), rendered) << name << " differs: WEIR_UPDATE_GOLDEN=1 writes it anew";
}

/// The exit status of a Python program that is given golden files.
inline int python(const std::string& program, const std::string& arguments) {
  const int status = std::system(("python3 -c '" + program + "' " + arguments).c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace weir::reports
