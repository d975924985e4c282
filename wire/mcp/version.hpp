// What this build of Weir is, for requests, reports and --version.
#pragma once

#include <string>
#include <string_view>

namespace weir::wire::mcp {

/// "0.1.0": the version of the CMake project.
std::string_view weir_version();

/// "02f7814cafe0", what a release was built from, with "+changes" where the tree held more than that. Empty where
/// nothing says it: builds for every day do not ask, for each commit would link them anew.
std::string_view weir_commit();

/// What --version prints of a program, without the last line break: its version and commit, the revisions of MCP that
/// it knows, the libraries.
std::string version_text(std::string_view program);

}  // namespace weir::wire::mcp
