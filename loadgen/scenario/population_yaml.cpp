#include <array>
#include <set>

#include "loadgen/scenario/scenario_check.hpp"
#include "loadgen/scenario/yaml_keys.hpp"
#include "wire/base/credentials.hpp"
#include "wire/base/nearest.hpp"
#include "wire/base/redact.hpp"
#include "wire/http/url.hpp"
#include "wire/target/profile_yaml.hpp"

namespace weir::loadgen::keys {
namespace {

/// A word of a small set.
template <class Word, std::size_t kCount>
Word one_of(Reader& in, std::string_view key, const Node& node,
            const std::array<std::pair<std::string_view, Word>, kCount>& words) {
  const std::string text = in.plain_text(key, node);
  std::vector<std::string_view> names;
  for (const auto& [name, word] : words) {
    if (name == text) { return word; }
    names.push_back(name);
  }
  in.complain(node, fmt::format("'{}' must be one of {}, is '{}'{}", key, fmt::join(names, ", "), Reader::quoted(text),
                                wire::did_you_mean(text, names)));
  return words[0].second;
}

constexpr std::array kStreamKinds = {
    std::pair{std::string_view("auto"), StreamKind::automatic},
    std::pair{std::string_view("plain"), StreamKind::plain_get},
    std::pair{std::string_view("http-sse"), StreamKind::http_sse_get},
    std::pair{std::string_view("streamable-get"), StreamKind::streamable_get},
    std::pair{std::string_view("streamable-post"), StreamKind::streamable_post},
    std::pair{std::string_view("listen"), StreamKind::listen},
    std::pair{std::string_view("session"), StreamKind::session},
    std::pair{std::string_view("none"), StreamKind::none},
};
constexpr std::array kArrivals = {
    std::pair{std::string_view("uniform"), Arrival::uniform},
    std::pair{std::string_view("poisson"), Arrival::poisson},
};

void read_arguments(Reader& in, std::string_view key, const Node& node, CallPlan& call) {
  wire::json::value value = in.json_value(key, node);
  if (wire::json::object* object = value.if_object()) {
    call.arguments = std::move(*object);
  } else {
    return in.wrong_kind(key, node, "a map");
  }
  if (const std::string problem = arguments_problem(call.arguments); !problem.empty()) {
    in.complain(node, fmt::format("'{}': {}", key, problem));
  }
}

constexpr Key<CallPlan> kToolKey = {"tool", "string", "required", "The tool that is called.",
                                    read_word<&CallPlan::tool>};
constexpr Key<CallPlan> kArgumentsKey = {
    "arguments", "map", "none",
    "Its arguments. In strings, {{uuid}}, {{seq}}, {{stream}}, {{now_ms}} and {{random N}} become values of each call.",
    read_arguments};

constexpr std::array kHttpKeys = {
    Key<HttpCall>{"method", "string", "GET", "Of the request.", read_word<&HttpCall::method>},
    Key<HttpCall>{"path", "path", "required", "On the origin of the population's URL.",
                  [](Reader& in, std::string_view key, const Node& node, HttpCall& call) {
                    call.path = in.text(key, node);
                    for (const std::string& secret : wire::credentials_in_url(call.path)) { in.keep_secret(secret); }
                  }},
    Key<HttpCall>{"headers", "map", "none", "Besides those of the target, or in their place.",
                  [](Reader& in, std::string_view key, const Node& node, HttpCall& call) {
                    in.each_member(key, node, [&](std::string_view name, const Node&, const Node& value) {
                      const std::string text = in.text(fmt::format("{}.{}", key, name), value);
                      if (wire::is_credential_name(name)) { in.keep_secret(text); }
                      call.headers.set(name, text);
                    });
                  }},
    Key<HttpCall>{"json", "any value", "none", "The body, as JSON; strings may hold what `arguments` may.",
                  [](Reader& in, std::string_view key, const Node& node, HttpCall& call) {
                    call.json = in.json_value(key, node);
                  }},
    Key<HttpCall>{"body", "string", "none", "The body, as it is.", read_text<&HttpCall::body>},
    Key<HttpCall>{"expect_status", "status, or list of them", "any 2xx", "What is no failure.",
                  [](Reader& in, std::string_view key, const Node& node, HttpCall& call) {
                    const auto read = [&](std::string_view where, const Node& item) {
                      call.expect_statuses.push_back(
                          in.integer(where, item, 100, 599, "a status code from 100 to 599"));
                    };
                    if (node.IsScalar()) { return read(key, node); }
                    in.each_item(key, node, read);
                  }},
};

void read_http(Reader& in, std::string_view key, const Node& node, CallPlan& call) {
  if (!node.IsMap()) { return in.wrong_kind(key, node, "a map such as {path: /health}"); }
  in.members(key, node, kHttpKeys, call.http.emplace());
  if (in.failed()) { return; }
  if (const std::string problem = http_problem(*call.http); !problem.empty()) {
    in.complain(node, fmt::format("'{}': {}", key, problem));
  }
}

constexpr std::array kStreamCallKeys = {kToolKey, kArgumentsKey};
constexpr std::array kCallKeys = {
    kToolKey,
    kArgumentsKey,
    Key<CallPlan>{"http", "map", "none", "A plain HTTP request in place of a tool; needs no stream.", read_http,
                  [](std::string_view prefix, Help& out) { describe(kHttpKeys, fmt::format("{}.", prefix), out); }},
    Key<CallPlan>{"name", "string", "the tool, or method and path", "For reports and `for NAME` in thresholds.",
                  read_word<&CallPlan::tool>},
    Key<CallPlan>{"rate", "rate", "1/s",
                  "How often, over all streams and workers together: open loop, due at its time whatever became of "
                  "earlier calls.",
                  read_rate<&CallPlan::per_second>},
    Key<CallPlan>{"arrival", "uniform or poisson", "uniform", "Evenly spaced, or as independent users come.",
                  [](Reader& in, std::string_view key, const Node& node, CallPlan& call) {
                    call.arrival = one_of(in, key, node, kArrivals);
                  }},
    Key<CallPlan>{"timeout", "duration", "10s", "Without an answer for so long, a call counts as timed out.",
                  read_some_duration<&CallPlan::timeout>},
};

constexpr std::array kReconnectKeys = {
    Key<Reconnect>{"enabled", "true or false", "true", "Whether a stream that ended comes back.",
                   read_boolean<&Reconnect::enabled>},
    Key<Reconnect>{"base", "duration", "1s",
                   "Full jitter: a wait between nothing and base * 2^attempt. The server's `retry` replaces it.",
                   read_duration<&Reconnect::base>},
    Key<Reconnect>{"cap", "duration", "30s", "The longest wait.", read_duration<&Reconnect::cap>},
    Key<Reconnect>{"resume", "true or false", "true", "Sends Last-Event-ID where the revision has it.",
                   read_boolean<&Reconnect::resume>},
};

void read_call(Reader& in, std::string_view key, const Node& node, CallPlan& call, auto& keys) {
  if (!node.IsMap()) { return in.wrong_kind(key, node, "a map such as {tool: echo}"); }
  in.members(key, node, keys, call);
  if (call.http && node["tool"]) {
    return in.complain(node, fmt::format("'{}' has 'tool' and 'http': a call is one of them", key));
  }
  if (!call.http && node["name"]) {
    return in.complain(node, fmt::format("'{}.name' is for calls with 'http': a tool has its own name", key));
  }
  if (call.http && call.tool.empty()) {
    const wire::Redactor redactor(in.secrets());  // The name is for everybody.
    call.tool = fmt::format("{} {}", call.http->method, redactor.text(call.http->path));
  }
  if (call.tool.empty()) { in.complain(node, fmt::format("'{}' has no 'tool'", key)); }
}

std::optional<wire::JsonPointer> pointer_of(Reader& in, std::string_view key, const Node& node,
                                            std::string_view or_what) {
  const std::string text = in.plain_text(key, node);
  auto pointer = wire::JsonPointer::parse(text);
  if (!pointer) {
    in.complain(node, fmt::format("'{}' must be a JSON pointer such as /params/data/seq{}, is '{}'", key, or_what,
                                  Reader::quoted(text)));
  }
  return pointer;
}

void read_sent_at(Reader& in, std::string_view key, const Node& node, Population& population) {
  population.sent_at = pointer_of(in, key, node, "");
}

void read_sequence(Reader& in, std::string_view key, const Node& node, Population& population) {
  population.sequence_of_ids = node.IsScalar() && node.Scalar() == kEventIds;
  if (!population.sequence_of_ids) { population.sequence = pointer_of(in, key, node, ", or event-id"); }
}

void read_url(Reader& in, std::string_view key, const Node& node, Population& population) {
  population.url = wire::read_url_text(in, key, node);
  if (in.failed()) { return; }
  const auto url = wire::parse_url(population.url);
  if (!url) { return in.complain(node, fmt::format("'{}': {}", key, url.error().detail)); }
}

void read_revision(Reader& in, std::string_view key, const Node& node, Population& population) {
  population.revision = in.plain_text(key, node);
  if (wire::mcp::is_known_revision(population.revision)) { return; }
  in.complain(node, fmt::format("'{}' must be one of {}, is '{}'", key, fmt::join(wire::mcp::kRevisions, ", "),
                                Reader::quoted(population.revision)));
}

void read_calls(Reader& in, std::string_view key, const Node& node, Population& population) {
  in.each_item(key, node, [&](std::string_view where, const Node& item) {
    if (population.calls.size() == limits::kTools) {
      return in.complain(item, fmt::format("'{}' has more than {} calls", key, std::size_t{limits::kTools}));
    }
    read_call(in, where, item, population.calls.emplace_back(), kCallKeys);
  });
}

void read_reconnect(Reader& in, std::string_view key, const Node& node, Population& population) {
  if (node.IsScalar()) {
    population.reconnect.enabled = in.boolean(key, node);
  } else {
    in.members(key, node, kReconnectKeys, population.reconnect);
  }
}

constexpr std::array kPopulationKeys = {
    Key<Population>{"name", "string", "streams", "For reports, metrics and `of NAME` in thresholds. Unique.",
                    read_word<&Population::name>},
    Key<Population>{"weight", "number", "1", "Its share of all streams, against the weights of the others.",
                    [](Reader& in, std::string_view key, const Node& node, Population& population) {
                      population.weight = in.number(key, node, 0.000'001, 1e6);
                    }},
    Key<Population>{"url", "URL", "the target's", "Another address of the same endpoint.", read_url},
    Key<Population>{"stream", "auto, plain, http-sse, streamable-get, streamable-post, listen, session or none", "auto",
                    "What is held; auto asks the target before the run, session is for calls to servers that offer no "
                    "stream, none for plain HTTP calls alone.",
                    [](Reader& in, std::string_view key, const Node& node, Population& population) {
                      population.stream = one_of(in, key, node, kStreamKinds);
                    }},
    Key<Population>{"revision", "date", "the newest of its era", "The protocol revision to ask for.", read_revision},
    Key<Population>{
        "stream_call", "map", "required for streamable-post", "What is called to be answered by a long stream.",
        [](Reader& in, std::string_view key, const Node& node, Population& population) {
          read_call(in, key, node, population.stream_call, kStreamCallKeys);
        },
        [](std::string_view prefix, Help& out) { describe(kStreamCallKeys, fmt::format("{}.", prefix), out); }},
    Key<Population>{"listen_to", "list of strings", "all known",
                    "listen: the notifications subscribed to, such as toolsListChanged.",
                    [](Reader& in, std::string_view key, const Node& node, Population& population) {
                      in.each_item(key, node, [&](std::string_view where, const Node& item) {
                        population.listen_to.push_back(in.plain_text(where, item));
                      });
                    }},
    Key<Population>{"calls", "list of maps", "none", "Calls beside the held streams.", read_calls,
                    [](std::string_view prefix, Help& out) { describe(kCallKeys, fmt::format("{}[].", prefix), out); }},
    Key<Population>{
        "reconnect", "map, or true or false", "true", "What a stream does after its end.", read_reconnect,
        [](std::string_view prefix, Help& out) { describe(kReconnectKeys, fmt::format("{}.", prefix), out); }},
    Key<Population>{"sequence", "JSON pointer, or event-id", "none",
                    "A number that grows by one from event to event of a stream, in its data or as its id: tells lost, "
                    "repeated and reordered events.",
                    read_sequence},
    Key<Population>{"sent_at", "JSON pointer", "none",
                    "A time in each event's data (RFC 3339, or a number since 1970): tells the delivery delay.",
                    read_sent_at},
    Key<Population>{"connect_timeout", "duration", "10s", "For TCP and TLS.",
                    read_some_duration<&Population::connect_timeout>},
    Key<Population>{"answer_timeout", "duration", "30s",
                    "For the whole response head of a request, and for each step of the handshake.",
                    read_some_duration<&Population::answer_timeout>},
    Key<Population>{"idle_cut_after", "duration", "2s",
                    "An end after at least so much silence, the longest of the stream, is called an idle cut.",
                    read_some_duration<&Population::idle_cut_after>},
    Key<Population>{"silence_limit", "duration", "0s, never",
                    "Without a byte for so long a stream is given up as half-open.",
                    read_duration<&Population::silence_limit>},
    Key<Population>{"coalesce_gap", "duration", "100ms",
                    "Events that were sent further apart and come in one read count as coalesced.",
                    read_duration<&Population::coalesce_gap>},
};

}  // namespace

void read_populations(Reader& in, std::string_view key, const Node& node, Scenario& scenario) {
  std::set<std::string> names;
  const auto read = [&](std::string_view where, const Node& item) {
    if (!item.IsMap()) { return in.wrong_kind(where, item, "a map"); }
    if (scenario.populations.size() == limits::kPopulations) {
      return in.complain(item, fmt::format("'{}' has more than {} items", key, std::size_t{limits::kPopulations}));
    }
    Population& population = scenario.populations.emplace_back();
    if (scenario.populations.size() > 1) { population.name = fmt::format("streams {}", scenario.populations.size()); }
    in.members(where, item, kPopulationKeys, population);
    if (in.failed()) { return; }
    if (!names.insert(population.name).second) {
      in.complain(item, fmt::format("'{}.name': '{}' stands twice: give each population its own", where,
                                    Reader::quoted(population.name)));
    }
    if (const std::string problem = population_problem(population); !problem.empty()) {
      in.complain(item, fmt::format("'{}': {}", where, problem));
    }
  };
  if (node.IsMap()) {
    read(key, node);
  } else {
    in.each_item(key, node, read);
  }
}

void describe_populations(std::string_view prefix, Help& out) {
  describe(kPopulationKeys, fmt::format("{}[].", prefix), out);
}

}  // namespace weir::loadgen::keys
