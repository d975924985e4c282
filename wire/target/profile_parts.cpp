// Tools, further endpoints and deploys of a profile.
#include <algorithm>
#include <array>

#include "wire/target/load_permission.hpp"
#include "wire/target/profile_keys.hpp"

namespace weir::wire::profile_keys {
namespace {

constexpr std::array kSafeToolKeys = {
    Key<SafeTool>{"name", [](Reader& in, std::string_view key, const Node& node,
                             SafeTool& tool) { tool.name = in.text(key, node); }},
    Key<SafeTool>{"arguments",
                  [](Reader& in, std::string_view key, const Node& node, SafeTool& tool) {
                    json::value value = in.json_value(key, node);
                    if (json::object* object = value.if_object()) {
                      tool.arguments = std::move(*object);
                    } else {
                      in.wrong_kind(key, node, "a map");
                    }
                  }},
};

/// A schema is a map here: `true`, which accepts anything, expects nothing of a tool.
std::optional<json::value> read_schema(Reader& in, std::string_view key, const Node& node) {
  if (!node.IsMap()) { in.wrong_kind(key, node, "a JSON Schema, which is a map"); }
  return in.json_value(key, node);
}

constexpr std::array kExpectedToolKeys = {
    Key<ExpectedTool>{"name", [](Reader& in, std::string_view key, const Node& node,
                                 ExpectedTool& tool) { tool.name = in.plain_text(key, node); }},
    Key<ExpectedTool>{"input_schema", [](Reader& in, std::string_view key, const Node& node,
                                         ExpectedTool& tool) { tool.input_schema = read_schema(in, key, node); }},
    Key<ExpectedTool>{"output_schema", [](Reader& in, std::string_view key, const Node& node,
                                          ExpectedTool& tool) { tool.output_schema = read_schema(in, key, node); }},
};

/// Items that are a name alone, or a map with one.
template <class Tool, class Keys>
std::vector<Tool> read_tools(Reader& in, std::string_view key, const Node& node, const Keys& keys) {
  std::vector<Tool> tools;
  in.each_item(key, node, [&](std::string_view where, const Node& item) {
    Tool& tool = tools.emplace_back();
    if (item.IsMap()) {
      in.members(where, item, keys, tool);
    } else {
      keys.front().read(in, where, item, tool);
    }
    if (tool.name.empty()) { in.complain(item, fmt::format("'{}' has no 'name'", where)); }
  });
  return tools;
}

constexpr std::array kEndpointKeys = {
    Key<ProfileEndpoint>{"name", [](Reader& in, std::string_view key, const Node& node,
                                    ProfileEndpoint& endpoint) { endpoint.name = in.plain_text(key, node); }},
    Key<ProfileEndpoint>{"url", [](Reader& in, std::string_view key, const Node& node,
                                   ProfileEndpoint& endpoint) { endpoint.url = read_location(in, key, node, true); }},
    Key<ProfileEndpoint>{"era", [](Reader& in, std::string_view key, const Node& node,
                                   ProfileEndpoint& endpoint) { endpoint.era = read_era(in, key, node); }},
    Key<ProfileEndpoint>{"expected_tools",
                         [](Reader& in, std::string_view key, const Node& node, ProfileEndpoint& endpoint) {
                           endpoint.expected_tools = read_expected_tools(in, key, node);
                         }},
    Key<ProfileEndpoint>{"safe_tools",
                         [](Reader& in, std::string_view key, const Node& node, ProfileEndpoint& endpoint) {
                           endpoint.safe_tools = read_safe_tools(in, key, node);
                         }},
};

constexpr std::array kDeployKeys = {
    Key<DeployExpectation>{"drain",
                           [](Reader& in, std::string_view key, const Node& node, DeployExpectation& deploy) {
                             deploy.drain_s = in.number(key, node, 0, 86'400, "a number of seconds");
                           }},
    Key<DeployExpectation>{"recovery",
                           [](Reader& in, std::string_view key, const Node& node, DeployExpectation& deploy) {
                             deploy.recovery_s = in.number(key, node, 0, 86'400, "a number of seconds");
                           }},
    Key<DeployExpectation>{"lost_calls",
                           [](Reader& in, std::string_view key, const Node& node, DeployExpectation& deploy) {
                             deploy.lost_calls = in.integer(key, node, 0, 1'000'000, "a whole number of calls");
                           }},
};

constexpr int kStreamsMost = 100'000'000;
constexpr double kRateMost = 1e9;

constexpr std::array kLoadAllowedKeys = {
    Key<LoadAllowed>{"hosts",
                     [](Reader& in, std::string_view key, const Node& node, LoadAllowed& allowed) {
                       in.each_item(key, node, [&](std::string_view where, const Node& item) {
                         auto host = parse_load_host(in.plain_text(where, item));
                         if (!host) { return in.complain(item, fmt::format("'{}': {}", where, host.error().detail)); }
                         allowed.hosts.push_back(*std::move(host));
                       });
                     }},
    Key<LoadAllowed>{"streams",
                     [](Reader& in, std::string_view key, const Node& node, LoadAllowed& allowed) {
                       allowed.streams = in.integer(key, node, 0, kStreamsMost, "a whole number of streams");
                     }},
    Key<LoadAllowed>{"opens",
                     [](Reader& in, std::string_view key, const Node& node, LoadAllowed& allowed) {
                       allowed.opens_per_second = in.number(key, node, 0.001, kRateMost, "a number of opens a second");
                     }},
    Key<LoadAllowed>{"calls",
                     [](Reader& in, std::string_view key, const Node& node, LoadAllowed& allowed) {
                       allowed.calls_per_second = in.number(key, node, 0, kRateMost, "a number of calls a second");
                     }},
};

}  // namespace

std::vector<SafeTool> read_safe_tools(Reader& in, std::string_view key, const Node& node) {
  return read_tools<SafeTool>(in, key, node, kSafeToolKeys);
}

std::vector<ExpectedTool> read_expected_tools(Reader& in, std::string_view key, const Node& node) {
  auto tools = read_tools<ExpectedTool>(in, key, node, kExpectedToolKeys);
  for (auto tool = tools.begin(); tool != tools.end(); ++tool) {
    const auto twice = std::find_if(tools.begin(), tool, [&](const auto& other) { return other.name == tool->name; });
    if (twice != tool) {
      const auto index = static_cast<std::size_t>(tool - tools.begin());
      in.complain(node[index], fmt::format("'{}' has the tool '{}' twice", key, Reader::quoted(tool->name)));
    }
  }
  return tools;
}

void read_endpoints(Reader& in, std::string_view key, const Node& node, Profile& profile) {
  in.each_item(key, node, [&](std::string_view where, const Node& item) {
    if (profile.endpoints.size() == kEndpoints) {
      return in.complain(item, fmt::format("'{}' has more than {} items", key, std::size_t{kEndpoints}));
    }
    if (!item.IsMap()) { return in.wrong_kind(where, item, "a map"); }
    ProfileEndpoint endpoint;
    in.members(where, item, kEndpointKeys, endpoint);
    if (endpoint.name.empty()) { in.complain(item, fmt::format("'{}' has no 'name'", where)); }
    if (endpoint.url.empty()) { in.complain(item, fmt::format("'{}' has no 'url'", where)); }
    for (const ProfileEndpoint& other : profile.endpoints) {
      if (other.name == endpoint.name) {
        in.complain(item, fmt::format("two of '{}' are called '{}'", key, Reader::quoted(endpoint.name)));
      }
    }
    profile.endpoints.push_back(std::move(endpoint));
  });
}

void read_deploy(Reader& in, std::string_view key, const Node& node, Profile& profile) {
  in.members(key, node, kDeployKeys, profile.deploy.emplace());
}

void read_load_allowed(Reader& in, std::string_view key, const Node& node, Profile& profile) {
  in.members(key, node, kLoadAllowedKeys, profile.load_allowed.emplace());
}

}  // namespace weir::wire::profile_keys
