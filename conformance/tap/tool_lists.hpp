// What all lists of tools of a run, and all calls of what they list, say of the replicas behind one address: any of
// them may have answered, and they have to agree. Pure.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "conformance/tap/tap.hpp"

namespace weir::conformance {

/// Of the lists that were read to their end, and of clients that are alike: in credentials, revision and capabilities.
struct ToolsSeen {
  std::size_t lists = 0;
  std::size_t tools = 0;    ///< In the first of them.
  std::string difference;   ///< "4 tools in 23 of 45 lists, none in the others"; empty where all are alike.
  std::string excuse;       ///< Why a difference may be meant; empty where it cannot.
  SeenPtr odd;              ///< A list that differs from the first.
  std::size_t known = 0;    ///< Calls of listed tools that were answered, but
  std::size_t unknown = 0;  ///< for those whose answer says that there is no such tool.
  SeenPtr first_unknown;
  std::set<std::string> met_unknown;  ///< The checks that got such an answer, and what it said.
  std::set<std::string> refusals;
};

/// Whose lists are compared.
struct ToolListing {
  wire::Url endpoint;
  wire::Headers credentials;
  bool may_change = false;  ///< The server says so (listChanged).
  bool deployed = false;    ///< Another release took over meanwhile.
};

/// What was seen of one era. Whoever has no time for all of it throws in `before_each` text.
ToolsSeen tools_seen(
    const std::vector<SeenPtr>& all, const ToolListing& listing, const std::function<void()>& before_each = [] {});

/// Whether an error, or the text of a result with isError, says that there is no tool of this name.
bool says_unknown_tool(std::string_view text, std::string_view name);

}  // namespace weir::conformance
