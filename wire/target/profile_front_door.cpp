// The front-door table of a profile: a request in each row, and what the deployment has to answer.
#include <algorithm>
#include <array>

#include "wire/http/token.hpp"
#include "wire/target/profile_keys.hpp"

namespace weir::wire::profile_keys {
namespace {

int status_code(Reader& in, std::string_view key, const Node& node) {
  return in.integer(key, node, 100, 599, "a status code from 100 to 599");
}

void read_statuses(Reader& in, std::string_view key, const Node& node, RouteExpectation& expect) {
  if (!node.IsSequence()) { return expect.statuses.push_back(status_code(in, key, node)); }
  in.each_item(key, node, [&](std::string_view where, const Node& item) {
    expect.statuses.push_back(status_code(in, where, item));
  });
}

void read_content_type(Reader& in, std::string_view key, const Node& node, RouteExpectation& expect) {
  expect.content_type = in.plain_text(key, node);
  const auto slash = expect.content_type.find('/');
  const bool whole = slash != std::string::npos && is_token(std::string_view(expect.content_type).substr(0, slash)) &&
                     is_token(std::string_view(expect.content_type).substr(slash + 1));
  if (!whole && !in.failed()) {
    in.complain(node, fmt::format("'{}' must be a media type without parameters, such as application/json, is '{}'",
                                  key, Reader::quoted(expect.content_type)));
  }
}

void read_expected_headers(Reader& in, std::string_view key, const Node& node, RouteExpectation& expect) {
  in.each_member(key, node, [&](std::string_view name, const Node& name_node, const Node& value) {
    if (!is_token(name)) {
      return in.complain(name_node, fmt::format("'{}' is no header field name", Reader::quoted(name)));
    }
    auto& header = expect.headers.emplace_back(std::string(name), std::nullopt);
    if (!value.IsNull()) { header.second = in.text(fmt::format("{}.{}", key, name), value); }
  });
}

void read_absent_headers(Reader& in, std::string_view key, const Node& node, RouteExpectation& expect) {
  in.each_item(key, node, [&](std::string_view where, const Node& item) {
    expect.absent_headers.push_back(in.plain_text(where, item));
    if (!is_token(expect.absent_headers.back())) {
      in.complain(item, fmt::format("'{}' is no header field name", where));
    }
  });
}

constexpr std::array kExpectKeys = {
    Key<RouteExpectation>{"status", read_statuses},
    Key<RouteExpectation>{"content_type", read_content_type},
    Key<RouteExpectation>{"json_subset",
                          [](Reader& in, std::string_view key, const Node& node, RouteExpectation& expect) {
                            expect.json_subset = in.json_value(key, node);
                          }},
    Key<RouteExpectation>{"headers", read_expected_headers},
    Key<RouteExpectation>{"absent_headers", read_absent_headers},
    Key<RouteExpectation>{"body_contains", [](Reader& in, std::string_view key, const Node& node,
                                              RouteExpectation& expect) { expect.body_contains = in.text(key, node); }},
    Key<RouteExpectation>{"first_event", [](Reader& in, std::string_view key, const Node& node,
                                            RouteExpectation& expect) { expect.first_event = in.text(key, node); }},
    Key<RouteExpectation>{"heartbeat",
                          [](Reader& in, std::string_view key, const Node& node, RouteExpectation& expect) {
                            expect.heartbeat_s = in.number(key, node, 0.001, 86'400, "a number of seconds");
                          }},
    Key<RouteExpectation>{"max_latency_ms",
                          [](Reader& in, std::string_view key, const Node& node, RouteExpectation& expect) {
                            expect.max_latency_ms =
                                in.integer(key, node, 1, 3'600'000, "a whole number of milliseconds");
                          }},
};

/// A string goes as it is; a map or a list goes as JSON.
void read_body(Reader& in, std::string_view key, const Node& node, FrontDoorRoute& route) {
  route.body = node.IsScalar() ? in.text(key, node) : json::serialize(in.json_value(key, node));
}

void read_credentials(Reader& in, std::string_view key, const Node& node, FrontDoorRoute& route) {
  constexpr std::array<std::string_view, 3> kWords = {"none", "own", "wrong"};
  constexpr std::array kMeant = {Credentials::none, Credentials::own, Credentials::wrong};
  route.credentials = kMeant[in.word(key, node, kWords)];
}

constexpr std::array kRouteKeys = {
    Key<FrontDoorRoute>{"name", [](Reader& in, std::string_view key, const Node& node,
                                   FrontDoorRoute& route) { route.name = in.plain_text(key, node); }},
    Key<FrontDoorRoute>{"method",
                        [](Reader& in, std::string_view key, const Node& node, FrontDoorRoute& route) {
                          route.method = in.plain_text(key, node);
                          if (!is_token(route.method)) {
                            in.complain(node, fmt::format("'{}' is no HTTP method", key));
                          }
                        }},
    Key<FrontDoorRoute>{"path", [](Reader& in, std::string_view key, const Node& node,
                                   FrontDoorRoute& route) { route.path = read_location(in, key, node, true); }},
    Key<FrontDoorRoute>{"credentials", read_credentials},
    Key<FrontDoorRoute>{"headers", [](Reader& in, std::string_view key, const Node& node,
                                      FrontDoorRoute& route) { read_header_map(in, key, node, route.headers); }},
    Key<FrontDoorRoute>{"body", read_body},
    Key<FrontDoorRoute>{"expect", [](Reader& in, std::string_view key, const Node& node,
                                     FrontDoorRoute& route) { in.members(key, node, kExpectKeys, route.expect); }},
    Key<FrontDoorRoute>{"hint", [](Reader& in, std::string_view key, const Node& node,
                                   FrontDoorRoute& route) { route.hint = in.plain_text(key, node); }},
};

bool asks_nothing(const RouteExpectation& expect) {
  return expect.statuses.empty() && expect.content_type.empty() && !expect.json_subset && expect.headers.empty() &&
         expect.absent_headers.empty() && !expect.body_contains && !expect.first_event && !expect.heartbeat_s &&
         !expect.max_latency_ms;
}

}  // namespace

void read_front_door(Reader& in, std::string_view key, const Node& node, Profile& profile) {
  in.each_item(key, node, [&](std::string_view where, const Node& item) {
    if (profile.front_door.size() == kFrontDoorRoutes) {
      return in.complain(item, fmt::format("'{}' has more than {} rows", key, std::size_t{kFrontDoorRoutes}));
    }
    FrontDoorRoute& route = profile.front_door.emplace_back();
    if (!item.IsMap()) { return in.wrong_kind(where, item, "a map"); }
    in.members(where, item, kRouteKeys, route);
    if (route.path.empty()) { in.complain(item, fmt::format("'{}' has no 'path'", where)); }
    if (asks_nothing(route.expect)) {
      in.complain(item, fmt::format("'{}' has no 'expect': say at least its status", where));
    }
  });
}

}  // namespace weir::wire::profile_keys
