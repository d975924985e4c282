#include "conformance/ask/shapes.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "conformance/ask/passive.hpp"
#include "conformance/tap/enveloped.hpp"
#include "wire/mcp/collector.hpp"
#include "wire/mcp/shape.hpp"

namespace weir::conformance {

namespace {

using wire::mcp::Part;

/// Whose the places below `pattern` are; the first rule that fits counts. No check: another one, which is not passive,
/// says more about them.
struct Rule {
  Part part;
  std::string_view method;   ///< Empty: any.
  std::string_view pattern;  ///< Empty: the whole part.
  std::string_view check;
};

constexpr std::string_view kElsewhere;
constexpr std::size_t kNameBytes = 60;

constexpr Rule kRules[] = {
    {Part::error, "", "", "jsonrpc.error.shape"},

    {Part::result, "", "/resultType", kElsewhere},  // stateless.result-type.*
    {Part::result, "", "/ttlMs", kElsewhere},       // caching.*
    {Part::result, "", "/cacheScope", kElsewhere},
    {Part::result, "", "/nextCursor", "pagination.cursor.string"},
    {Part::result, "", "/_meta", "meta.result.object"},
    {Part::result, "tools/list", "/tools/*/_meta", "meta.result.object"},
    {Part::result, "tools/call", "/content/*/_meta", "meta.result.object"},
    {Part::result, "tools/call", "/content/*/resource/_meta", "meta.result.object"},
    {Part::result, "resources/list", "/resources/*/_meta", "meta.result.object"},
    {Part::result, "resources/templates/list", "/resourceTemplates/*/_meta", "meta.result.object"},
    {Part::result, "resources/read", "/contents/*/_meta", "meta.result.object"},
    {Part::result, "prompts/list", "/prompts/*/_meta", "meta.result.object"},
    {Part::result, "prompts/get", "/messages/*/content/_meta", "meta.result.object"},
    {Part::result, "initialize", "/capabilities/*", "lifecycle.capabilities.shape"},
    {Part::result, "initialize", "/serverInfo/*", "lifecycle.server-info.named"},
    {Part::result, "initialize", "", "lifecycle.initialize.result-shape"},
    {Part::result, "server/discover", "/capabilities/*", "lifecycle.capabilities.shape"},
    {Part::result, "server/discover", "", "stateless.discover.shape"},
    {Part::result, "tools/list", "/tools/*/annotations", "tools.annotations.shape"},
    {Part::result, "tools/list", "/tools/*/inputSchema/type", "tools.list.shape"},
    {Part::result, "tools/list", "/tools/*/inputSchema/*", kElsewhere},   // tools.input-schema.valid
    {Part::result, "tools/list", "/tools/*/outputSchema/*", kElsewhere},  // tools.output-schema.*
    {Part::result, "tools/list", "/tools/*/icons/*/src", kElsewhere},     // meta.icons.src
    {Part::result, "tools/list", "", "tools.list.shape"},
    {Part::result, "tools/call", "/content/*", "tools.call.content-valid"},
    {Part::result, "tools/call", "", "tools.call.result-shape"},
    {Part::result, "tasks/get", "", kElsewhere},  // tools.task.followed
    {Part::result, "tasks/list", "", kElsewhere},
    {Part::result, "resources/list", "/resources/*/annotations", kElsewhere},  // resources.annotations.valid
    {Part::result, "resources/list", "/resources/*/icons/*/src", kElsewhere},
    {Part::result, "resources/list", "", "resources.list.shape"},
    {Part::result, "resources/templates/list", "/resourceTemplates/*/annotations", kElsewhere},
    {Part::result, "resources/templates/list", "/resourceTemplates/*/icons/*/src", kElsewhere},
    {Part::result, "resources/templates/list", "", "resources.templates.shape"},
    {Part::result, "resources/read", "/contents/*/blob", kElsewhere},  // resources.read.blob-base64
    {Part::result, "resources/read", "", "resources.read.shape"},
    {Part::result, "prompts/list", "/prompts/*/icons/*/src", kElsewhere},
    {Part::result, "prompts/list", "", "prompts.list.shape"},
    {Part::result, "prompts/get", "", "prompts.get.shape"},
    {Part::result, "completion/complete", "", "completion.result.shape"},
    {Part::result, "", "", "jsonrpc.result.object"},

    {Part::params, "notifications/progress", "", "progress.notification.shape"},
    {Part::params, "notifications/message", "", "logging.message.shape"},
    {Part::params, "", "", "jsonrpc.params.shape"},
};

/// Whose this place is; a result that is no object at all is of one kind whatever was asked.
std::string_view owner_of(Part part, std::string_view method, std::string_view at) {
  if (part == Part::result && at.empty()) { return "jsonrpc.result.object"; }
  const auto rule = std::find_if(std::begin(kRules), std::end(kRules), [&](const Rule& each) {
    return each.part == part && (each.method.empty() || each.method == method) && is_below(at, each.pattern);
  });
  return rule == std::end(kRules) ? kElsewhere : rule->check;
}

/// Kinds of content that later revisions brought. SDKs send them whatever was negotiated, and clients leave out what
/// they do not know.
bool is_later_content(const wire::mcp::ShapeViolation& violation) {
  return violation.at.ends_with("/type") && (violation.got == "\"audio\"" || violation.got == "\"resource_link\"");
}

/// Contents of a resource that have a blob lack no text: resources.read.blob-base64 tells what is wrong with the blob.
bool has_blob(std::string_view method, const json::value& result, std::string_view at) {
  constexpr std::string_view kText = "/text";
  if (method != "resources/read" || !at.ends_with(kText)) { return false; }
  at.remove_suffix(kText.size());
  const json::value* blob = wire::find_pointer(result, fmt::format("{}/blob", at));
  return blob && blob->is_string();
}

/// The name or URI of the list's entry that the place is in, as owners know their tools by it; empty where it has none.
std::string entry_at(const json::value& value, std::string_view at) {
  const json::value* here = &value;
  while (here != nullptr && !at.empty()) {
    const auto segment = at.substr(1, at.find('/', 1) - 1);
    at.remove_prefix(segment.size() + 1);
    const auto* list = here->if_array();
    std::size_t index = 0;
    if (list == nullptr) {
      here = wire::find(*here, segment);
    } else if (const auto read = std::from_chars(segment.data(), segment.data() + segment.size(), index);
               read.ec == std::errc() && index < list->size()) {
      const json::value& entry = (*list)[index];
      for (const std::string_view key : {"name", "uri", "uriTemplate"}) {
        const auto named = wire::as_string(wire::find(entry, key));
        if (named && !named->empty()) { return fmt::format(" of '{}'", wire::mcp::text_excerpt(*named, kNameBytes)); }
      }
      return "";
    } else {
      return "";
    }
  }
  return "";
}

/// How many places of a value the pattern names.
std::size_t count_places(const json::value& value, std::string_view pattern) {
  if (pattern.empty()) { return 1; }
  const auto segment = pattern.substr(1, pattern.find('/', 1) - 1);
  const auto rest = pattern.substr(segment.size() + 1);
  std::size_t places = 0;
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      places += segment == "*" || segment == std::string_view(member.key()) ? count_places(member.value(), rest) : 0;
    }
  } else if (const auto* array = value.if_array()) {
    for (const auto& item : *array) { places += segment == "*" ? count_places(item, rest) : 0; }
  }
  return places;
}

/// What shape the answer to a request has: that to a call as a task tells of the task, as tools.task.created says.
std::string method_of_shape(const jsonrpc::Message& request) {
  const bool as_task = request.method == "tools/call" && wire::find(request.params, "task") != nullptr;
  return as_task ? "tools/call as a task" : request.method;
}

/// Which request a reply answers, and which revision was agreed on where it came.
class Conversations {
 public:
  Conversations(const Traffic& traffic, const Survey& survey)
      : survey_(survey), mixed_(survey.era == Era::http_sse && mixes_streams(traffic)) {
    for (const auto& sent : traffic.sent) {
      for (const auto& message : sent.messages) {
        if (message.kind != jsonrpc::Kind::request || !message.id) { continue; }
        const auto [place, first] =
            methods_.try_emplace({scope_of(sent), key_of(*message.id)}, method_of_shape(message));
        if (!first && place->second != method_of_shape(message)) { place->second.clear(); }  // Either may be meant.
      }
    }
    for (const auto& heard : traffic.heard) {
      if (heard.message.kind != jsonrpc::Kind::response || method_of(heard) != "initialize") { continue; }
      const auto version = wire::as_string(wire::find(heard.message.result, "protocolVersion"));
      const std::string scope = heard.session.empty() ? session_in(heard.in->http.head.headers) : heard.session;
      if (version && !scope.empty()) { revisions_[scope] = *version; }
    }
  }

  /// Empty where it cannot be told.
  std::string method_of(const Heard& heard) const {
    if (!heard.message.method.empty() || !heard.message.id) { return heard.message.method; }
    if (heard.post) {
      const auto& asked = heard.post->messages;
      const auto found = std::find_if(asked.begin(), asked.end(), [&](const jsonrpc::Message& message) {
        return message.kind == jsonrpc::Kind::request && message.id == heard.message.id;
      });
      return found == asked.end() ? std::string() : method_of_shape(*found);
    }
    if (mixed_) { return {}; }
    const auto found = methods_.find({scope_of(heard), key_of(*heard.message.id)});
    return found == methods_.end() ? std::string() : found->second;
  }

  /// Empty where it cannot be told.
  std::string revision_of(const Heard& heard, const std::string& method) const {
    if (heard.message.kind == jsonrpc::Kind::response && method == "initialize") {
      const auto version = wire::as_string(wire::find(heard.message.result, "protocolVersion"));
      return std::string(version ? *version : newest_revision(survey_.era));
    }
    const auto agreed = revisions_.find(scope_of(heard));
    const std::string header(heard.in->http.request.headers.get("MCP-Protocol-Version"));
    if (survey_.era == Era::stateless) { return says_in_meta(heard, header) ? header : std::string(); }
    if (header.empty()) { return agreed == revisions_.end() ? survey_.revision : agreed->second; }
    return agreed == revisions_.end() || agreed->second == header ? header : std::string();
  }

 private:
  /// Whether the request was wholly one of this revision: what is not, a server of other eras too may read as older.
  static bool says_in_meta(const Heard& heard, std::string_view revision) {
    const auto* request = heard.post ? heard.post->request() : nullptr;
    const json::value* meta = request ? wire::find(request->params, "_meta") : nullptr;
    return meta && wire::string_or(*meta, "io.modelcontextprotocol/protocolVersion", "") == revision;
  }

  static std::string session_in(const wire::Headers& headers) { return std::string(headers.get("Mcp-Session-Id")); }
  static std::string key_of(const json::value& id) { return json::serialize(id); }
  static std::string scope_of(const Sent& sent) {
    return sent.session.empty() ? session_in(sent.in->http.request.headers) : sent.session;
  }
  static std::string scope_of(const Heard& heard) {
    return heard.session.empty() ? session_in(heard.in->http.request.headers) : heard.session;
  }

  const Survey& survey_;
  const bool mixed_;
  std::map<std::pair<std::string, std::string>, std::string> methods_;  ///< By conversation and id.
  std::map<std::string, std::string> revisions_;                        ///< By conversation.
};

/// What was found, by the check that says so.
class ShapeReport {
 public:
  ShapeReport(const Traffic& traffic, const Probe& probe) {
    const Conversations conversations(traffic, probe.survey());
    for (const auto& heard : traffic.heard) {
      probe.keep_judging();
      look_at(heard, conversations);
    }
  }

  Places of(std::string_view check) const {
    const auto found = places_.find(check);
    return found == places_.end() ? Places() : found->second;
  }

 private:
  void look_at(const Heard& heard, const Conversations& conversations) {
    // A null beside a result is the finding of jsonrpc.result.xor-error.
    const json::value* error = wire::find(heard.message.raw, "error");
    if (error && !(error->is_null() && wire::find(heard.message.raw, "result"))) {
      judge(heard, wire::mcp::kRevisions.front(), Part::error, "", *error);
      return;
    }
    const std::string method = conversations.method_of(heard);
    const std::string revision = conversations.revision_of(heard, method);
    if (method.empty() || revision.empty()) { return; }
    if (!heard.message.method.empty()) {
      judge(heard, revision, Part::params, method, heard.message.params);
      return;
    }
    const json::value* result = wire::find(heard.message.raw, "result");
    if (!result || is_enveloped(heard.message.raw)) { return; }  // jsonrpc.result.xor-error tells of it.
    const auto type = wire::string_or(*result, "resultType", "complete");
    if (type != "complete" && type != "input_required") { return; }  // Of an extension.
    places_["jsonrpc.result.object"].looked();
    judge(heard, revision, Part::result, method, *result);
  }

  void judge(const Heard& heard, std::string_view revision, Part part, const std::string& method,
             const json::value& value) {
    if (!wire::mcp::knows_shape(revision, part, method)) { return; }
    for (const auto& rule : kRules) {
      if (rule.part != part || !(rule.method.empty() || rule.method == method) || rule.check.empty()) { continue; }
      if (is_for_the_rest(rule) && (part == Part::result || has_own_rule(part, method))) { continue; }
      for (std::size_t n = count_places(value, rule.pattern); n > 0; --n) { places_[rule.check].looked(); }
    }
    for (const auto& violation : wire::mcp::shape_violations(revision, part, method, value)) {
      const auto check = owner_of(part, method, violation.at);
      if (check.empty() || is_later_content(violation) || has_blob(method, value, violation.at)) { continue; }
      const std::string_view place = violation.at.empty() ? kPartNames[static_cast<std::size_t>(part)] : violation.at;
      std::string what = fmt::format("{}{}: {} expected, got {}", place, entry_at(value, violation.at),
                                     violation.expected, violation.got);
      Places& places = places_[check];
      if (named_.emplace(check, method, what).second) {
        places.broken(heard.in, std::move(what));
      } else {
        places.broken_again();
      }
    }
  }

  static bool is_for_the_rest(const Rule& rule) {
    return rule.part != Part::error && rule.method.empty() && rule.pattern.empty();
  }
  static bool has_own_rule(Part part, std::string_view method) {
    return std::any_of(std::begin(kRules), std::end(kRules),
                       [&](const Rule& rule) { return rule.part == part && rule.method == method; });
  }

  static constexpr std::string_view kPartNames[] = {"the result", "the params", "the error"};

  std::map<std::string_view, Places> places_;
  std::set<std::tuple<std::string_view, std::string, std::string>> named_;
};

}  // namespace

Finding judge_shapes(Probe& probe, std::string_view id, const ShapeWords& words) {
  const auto report =
      probe.tap().digest<ShapeReport>(probe.era(), [&] { return ShapeReport(*traffic_by(probe), probe); });
  const Places places = report->of(id);
  if (words.is_optional && places.has_nothing()) { return not_applicable(words.nothing); }
  return judged(probe, places, words.expected, words.looked_at, words.nothing);
}

std::vector<std::string_view> shape_checks() {
  std::vector<std::string_view> all;
  for (const auto& rule : kRules) {
    if (!rule.check.empty() && std::find(all.begin(), all.end(), rule.check) == all.end()) {
      all.push_back(rule.check);
    }
  }
  return all;
}

bool is_below(std::string_view pointer, std::string_view pattern) {
  while (!pattern.empty()) {
    if (pointer.empty()) { return false; }
    const auto wanted = pattern.substr(0, pattern.find('/', 1));
    const auto segment = pointer.substr(0, pointer.find('/', 1));
    if (wanted != "/*" && wanted != segment) { return false; }
    pattern.remove_prefix(wanted.size());
    pointer.remove_prefix(segment.size());
  }
  return true;
}

}  // namespace weir::conformance
