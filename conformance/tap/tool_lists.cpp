#include "conformance/tap/tool_lists.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "conformance/tap/traffic.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance {

namespace json = wire::json;
namespace jsonrpc = wire::jsonrpc;

namespace {

constexpr std::string_view kNobody = "weir-unknown-tool";  // A name that no server has, and that checks call by.
constexpr std::size_t kTelling = 8;                        // A shorter text may be said of anything.
constexpr std::string_view kSessionId = "Mcp-Session-Id";

std::string session_of(const Sent& sent, const wire::Headers& head) {
  return sent.session.empty() ? std::string(head.get(kSessionId)) : sent.session;
}

/// Which message answers which request: on the answer to its POST, or on the stream of its session.
class Answers {
 public:
  explicit Answers(const Traffic& traffic) {
    for (const Heard& heard : traffic.heard) {
      if (!heard.message.is_reply() || !heard.message.id) { continue; }
      const std::string id = json::serialize(*heard.message.id);
      if (heard.post) {
        by_post_.emplace(std::pair(heard.post, id), &heard.message);
      } else if (!heard.session.empty()) {
        by_session_.emplace(std::pair(heard.session, id), &heard.message);
      }
    }
  }

  const jsonrpc::Message* to(const Sent& sent, const jsonrpc::Message& request) const {
    const std::string id = json::serialize(*request.id);
    if (sent.session.empty()) {
      const auto found = by_post_.find({&sent, id});
      return found == by_post_.end() ? nullptr : found->second;
    }
    const auto found = by_session_.find({sent.session, id});
    return found == by_session_.end() ? nullptr : found->second;
  }

 private:
  std::map<std::pair<const Sent*, std::string>, const jsonrpc::Message*> by_post_;
  std::map<std::pair<std::string, std::string>, const jsonrpc::Message*> by_session_;
};

/// As whom a request was made: a server may well list other tools to other users, in another revision, and to a client
/// that can do less.
class Clients {
 public:
  Clients(const ToolListing& listing, const Traffic& traffic) : listing_(listing) {
    for (const Sent& sent : traffic.sent) {
      const auto* request = sent.request();
      if (!request || request->method != "initialize" || !request->params.is_object()) { continue; }
      json::object params = request->params.get_object();
      params.erase("_meta");
      opened_.emplace(session_of(sent, sent.in->http.head.headers), wire::canonical(params));
    }
  }

  /// nullopt for a session that nobody was seen to open.
  std::optional<std::string> of(const Sent& sent, const jsonrpc::Message& request) const {
    const wire::Headers& headers = sent.in->http.request.headers;
    std::string who(headers.get("MCP-Protocol-Version"));
    if (sent.session.empty()) { who += "\n" + sent.in->http.request.url.query; }  // Else it names the session.
    for (const auto& field : listing_.credentials.fields()) { who += fmt::format("\n{}", headers.joined(field.name)); }
    if (const json::object* meta = wire::as_object(wire::find(request.params, "_meta"))) {
      for (const auto& [name, value] : *meta) {
        if (name.starts_with("io.modelcontextprotocol/")) { who += "\n" + wire::canonical(value); }
      }
    }
    const std::string session = session_of(sent, headers);
    if (session.empty()) { return who; }
    const auto found = opened_.find(session);
    return found == opened_.end() ? std::nullopt : std::optional(who + "\n" + found->second);
  }

 private:
  const ToolListing& listing_;
  std::map<std::string, std::string> opened_;  ///< What was said in initialize, by session.
};

/// A list that was read to its end.
struct List {
  SeenPtr in;                                ///< Its first page.
  std::map<std::string, std::string> tools;  ///< Their definitions by name.

  std::set<std::string> names() const {
    std::set<std::string> all;
    for (const auto& [name, definition] : tools) { all.insert(name); }
    return all;
  }
};

/// One page that was asked for, and came.
struct Page {
  const Sent* sent = nullptr;
  const jsonrpc::Message* request = nullptr;
  const json::value* result = nullptr;

  /// An empty text is a cursor as any other.
  std::optional<std::string> cursor() const { return text(request->params, "cursor"); }
  std::optional<std::string> next() const { return text(*result, "nextCursor"); }
  static std::optional<std::string> text(const json::value& from, std::string_view member) {
    const auto found = wire::as_string(wire::find(from, member));
    return found ? std::optional(std::string(*found)) : std::nullopt;
  }
  bool continues(const Page& other) const {
    return cursor() == other.next() && sent->in->by == other.sent->in->by &&
           session_of(*sent, sent->in->http.request.headers) ==
               session_of(*other.sent, other.sent->in->http.request.headers);
  }
};

std::vector<Page> pages_of(const Traffic& traffic, const Answers& answers) {
  std::vector<Page> pages;
  for (const Sent& sent : traffic.sent) {
    const auto* request = sent.request();
    if (!request || request->method != "tools/list") { continue; }
    const auto* answer = answers.to(sent, *request);
    if (!answer || answer->kind != jsonrpc::Kind::response || !wire::as_array(wire::find(answer->result, "tools"))) {
      continue;
    }
    pages.push_back({&sent, request, &answer->result});
  }
  return pages;
}

/// `_meta` may well tell of this one answer, so it is no difference.
std::string definition_of(json::value tool) {
  if (auto* members = tool.if_object()) { members->erase("_meta"); }
  return wire::canonical(tool);
}

void add_tools(const Page& page, List& list) {
  const json::array* tools = wire::as_array(wire::find(*page.result, "tools"));
  for (const json::value& tool : *tools) {
    list.tools[std::string(wire::string_or(tool, "name", ""))] = definition_of(tool);
  }
}

/// The list that begins with the page `first` of them; nullopt where its end was not asked for.
std::optional<List> list_from(const std::vector<Page>& pages, std::size_t first) {
  List list{.in = pages[first].sent->in, .tools = {}};
  std::size_t at = first;
  add_tools(pages[at], list);
  for (std::size_t i = at + 1; pages[at].next().has_value(); ++i) {
    while (i < pages.size() && !pages[i].continues(pages[at])) { ++i; }
    if (i >= pages.size()) { return std::nullopt; }
    at = i;
    add_tools(pages[at], list);
  }
  return list;
}

/// The sessions in which a tool was called before this list: where the server says that its tools may change, a call
/// may have been meant to do so.
bool comes_after_a_call(const Traffic& traffic, const Page& page) {
  const std::string session = session_of(*page.sent, page.sent->in->http.request.headers);
  return !session.empty() && std::any_of(traffic.sent.begin(), traffic.sent.end(), [&](const Sent& sent) {
    const auto* request = sent.request();
    return request && request->method == "tools/call" && sent.in->http.began < page.sent->in->http.began &&
           session_of(sent, sent.in->http.request.headers) == session;
  });
}

using Groups = std::map<std::string, std::vector<List>>;

Groups lists_of(const Traffic& traffic, const Answers& answers, const Clients& clients, bool changes) {
  Groups groups;
  const auto pages = pages_of(traffic, answers);
  for (std::size_t i = 0; i < pages.size(); ++i) {
    if (pages[i].cursor() || (changes && comes_after_a_call(traffic, pages[i]))) { continue; }
    const auto who = clients.of(*pages[i].sent, *pages[i].request);
    auto list = who ? list_from(pages, i) : std::nullopt;
    if (list) { groups[*who].push_back(*std::move(list)); }
  }
  return groups;
}

std::string counted(std::size_t tools) {
  return tools == 0 ? "none" : fmt::format("{} tool{}", tools, tools == 1 ? "" : "s");
}

/// "4 tools in 23 of 45 lists, none in the others; on some alone: add, echo".
std::string of_names(const std::vector<List>& lists) {
  std::map<std::set<std::string>, std::size_t> kinds;
  std::map<std::string, std::size_t> having;
  for (const List& list : lists) {
    ++kinds[list.names()];
    for (const auto& [name, definition] : list.tools) { ++having[name]; }
  }
  std::vector<std::pair<std::size_t, std::size_t>> parts;  // How many tools, in how many lists.
  for (const auto& [names, times] : kinds) { parts.emplace_back(names.size(), times); }
  std::sort(parts.rbegin(), parts.rend());
  std::string text = fmt::format("{} in {} of {} lists", counted(parts[0].first), parts[0].second, lists.size());
  if (parts.size() == 2) {
    text += fmt::format(", {} in the others", parts[1].first == 0 ? "none" : fmt::format("{}", parts[1].first));
  }
  for (std::size_t i = 1; parts.size() > 2 && i < std::min<std::size_t>(parts.size(), 4); ++i) {
    text += fmt::format(", {} in {}", parts[i].first, parts[i].second);
  }
  std::vector<std::string> odd;
  for (const auto& [name, times] : having) {
    if (times < lists.size() && odd.size() < 3) { odd.push_back(wire::excerpt(std::string_view(name), 40)); }
  }
  return fmt::format("{}; in some alone: {}", text, fmt::join(odd, ", "));
}

/// "two definitions of add in 45 lists".
std::string of_definitions(const std::vector<List>& lists) {
  for (const auto& [name, definition] : lists.front().tools) {
    std::set<std::string> all;
    for (const List& list : lists) { all.insert(list.tools.at(name)); }
    if (all.size() > 1) {
      return fmt::format("{} definitions of '{}' in {} lists", all.size(), wire::excerpt(std::string_view(name), 60),
                         lists.size());
    }
  }
  return {};
}

/// Replicas answer in turn. What changed once, and stayed so, may be a change that was meant.
std::size_t changes_in(const std::vector<List>& lists) {
  std::size_t changes = 0;
  for (std::size_t i = 1; i < lists.size(); ++i) { changes += lists[i].tools != lists[i - 1].tools; }
  return changes;
}

/// Why lists that are not alike may be meant; empty where they cannot. A server that adds tools when a handshake is
/// over, for what the client can do, has listed too few to whoever asked at that very moment: replicas are met more
/// often.
std::string why_meant(const std::vector<List>& lists, std::size_t changes) {
  constexpr std::size_t kSeldom = 10;
  if (changes == 1) { return "the list of tools changed once during the run, and stayed so"; }
  std::map<std::map<std::string, std::string>, std::size_t> kinds;
  std::size_t most = 0;
  for (const List& list : lists) { most = std::max(most, ++kinds[list.tools]); }
  const std::size_t others = lists.size() - most;
  if (others > lists.size() / kSeldom) { return {}; }
  return fmt::format("{} of {} lists alone", others, lists.size());
}

void compare(const std::vector<List>& lists, ToolsSeen& seen) {
  seen.lists += lists.size();
  if (seen.tools == 0) { seen.tools = lists.front().tools.size(); }
  const std::size_t changes = changes_in(lists);
  const bool is_settled = !seen.difference.empty() && seen.excuse.empty();
  if (changes == 0 || is_settled) { return; }
  const auto names = lists.front().names();
  const bool by_name = std::any_of(lists.begin(), lists.end(), [&](const List& list) { return list.names() != names; });
  seen.difference = by_name ? of_names(lists) : of_definitions(lists);
  seen.odd =
      std::find_if(lists.begin(), lists.end(), [&](const List& list) { return list.tools != lists.front().tools; })->in;
  seen.excuse = why_meant(lists, changes);
}

/// The words of a refusal; nullopt for a call that was served.
std::optional<std::string> words_of(const jsonrpc::Message& answer) {
  if (answer.kind == jsonrpc::Kind::error) { return answer.error.message; }
  const json::value* failed = wire::find(answer.result, "isError");
  if (!failed || !failed->is_bool() || !failed->get_bool()) { return std::nullopt; }
  const json::array* content = wire::as_array(wire::find(answer.result, "content"));
  return std::string(content && !content->empty() ? wire::string_or(content->front(), "text", "") : "");
}

struct Called {
  const Sent* sent = nullptr;
  std::string name, who;
  const jsonrpc::Message* answer = nullptr;
};

std::vector<Called> calls_in(const Traffic& traffic, const Answers& answers, const Clients& clients) {
  std::vector<Called> calls;
  for (const Sent& sent : traffic.sent) {
    const auto* request = sent.request();
    if (!request || request->method != "tools/call") { continue; }
    const auto* answer = answers.to(sent, *request);
    auto who = clients.of(sent, *request);
    std::string name(wire::string_or(request->params, "name", ""));
    if (answer && who && !name.empty()) { calls.push_back({&sent, std::move(name), *std::move(who), answer}); }
  }
  return calls;
}

void count_calls(const std::vector<Called>& calls, const Groups& groups, ToolsSeen& seen) {
  std::set<std::string> refusals;  // What is said of a tool that nobody has.
  for (const Called& call : calls) {
    if (const auto words = call.name == kNobody ? words_of(*call.answer) : std::nullopt) { refusals.insert(*words); }
  }
  const auto as_of_nobody = [&](std::string words, const std::string& name) {
    const auto at = words.find(name);
    return at != std::string::npos && refusals.contains(words.replace(at, name.size(), kNobody));
  };
  for (const Called& call : calls) {
    const auto group = groups.find(call.who);
    const bool listed =
        group != groups.end() && std::any_of(group->second.begin(), group->second.end(),
                                             [&](auto& list) { return list.tools.contains(call.name); });
    if (!listed) { continue; }
    const auto words = words_of(*call.answer);
    const bool no_method =
        call.answer->kind == jsonrpc::Kind::error && call.answer->error.code == jsonrpc::kMethodNotFound;
    if (!words || !(no_method || as_of_nobody(*words, call.name) || says_unknown_tool(*words, call.name))) {
      ++seen.known;
      continue;
    }
    ++seen.unknown;
    if (!seen.first_unknown) { seen.first_unknown = call.sent->in; }
    seen.met_unknown.insert(call.sent->in->by);
    if (!no_method && words->size() > kTelling) { seen.refusals.insert(*words); }
  }
}

}  // namespace

bool says_unknown_tool(std::string_view text, std::string_view name) {
  constexpr std::array<std::string_view, 14> kSaid = {"unknown tool",
                                                      "no such tool",
                                                      "no tool named",
                                                      "no tool called",
                                                      "tool not found",
                                                      "tool {} not found",
                                                      "tool {} was not found",
                                                      "tool {} does not exist",
                                                      "tool {} is unknown",
                                                      "tool {} is not known",
                                                      "tool {} is not registered",
                                                      "{} is not a known tool",
                                                      "{} is not a tool",
                                                      "tool {} doesn't exist"};
  std::string plain = wire::lower(text);
  std::erase_if(plain, [](char c) { return c == '\'' || c == '"' || c == '`' || c == ':'; });
  std::string wanted = wire::lower(name);
  return std::any_of(kSaid.begin(), kSaid.end(), [&](std::string_view said) {
    std::string phrase(said);
    std::erase(phrase, '\'');
    if (const auto at = phrase.find("{}"); at != std::string::npos) { phrase.replace(at, 2, wanted); }
    return plain.find(phrase) != std::string::npos;
  });
}

ToolsSeen tools_seen(const std::vector<SeenPtr>& all, const ToolListing& listing,
                     const std::function<void()>& before_each) {
  const Traffic traffic = traffic_of(all, listing.endpoint, before_each);
  ToolsSeen seen;
  if (mixes_streams(traffic)) { return seen; }
  const Answers answers(traffic);
  const Clients clients(listing, traffic);
  const Groups groups = lists_of(traffic, answers, clients, listing.may_change);
  for (const auto& [who, lists] : groups) { compare(lists, seen); }
  count_calls(calls_in(traffic, answers, clients), groups, seen);
  const bool told = std::any_of(traffic.heard.begin(), traffic.heard.end(), [](const Heard& heard) {
    return heard.message.method == "notifications/tools/list_changed";
  });
  if (told) { seen.excuse = "the tools changed during the run, as notifications/tools/list_changed says"; }
  if (listing.deployed) { seen.excuse = "a deploy went on during the run, and may have changed the tools"; }
  return seen;
}

}  // namespace weir::conformance
