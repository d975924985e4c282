#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>

#include "loadgen/scenario/addresses.hpp"
#include "loadgen/scenario/duration.hpp"
#include "loadgen/scenario/scenario.hpp"
#include "wire/http/url.hpp"
#include "wire/json/pretty_json.hpp"

namespace weir::loadgen {
namespace {

namespace json = wire::json;

// The scenario becomes a tree of JSON values, which is printed as block YAML: every scalar as JSON writes it, which
// YAML 1.2 reads as the same.

bool is_plain_key(std::string_view key) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  // A lone "y", "no" or "null" would be something else to many a reader of YAML.
  return key.size() > 4 && letter(key.front()) && key != "false" &&
         std::all_of(key.begin(), key.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

/// A scenario may come from elsewhere, and is shown on a terminal.
std::string scalar(const json::value& value) { return wire::inert_yaml(json::serialize(value)); }

std::string printed_key(std::string_view key) {
  constexpr std::string_view kShort[] = {"name", "url",  "era",  "seed", "tool", "rate", "hold", "ramp", "over", "to",
                                         "for",  "from", "step", "most", "each", "path", "tls",  "base", "cap"};
  const bool plain = is_plain_key(key) || std::find(std::begin(kShort), std::end(kShort), key) != std::end(kShort);
  return plain ? std::string(key) : scalar(json::string(key));
}

void print(const json::value& value, std::size_t depth, std::string& out);

void print_item(std::string_view lead, const json::value& value, std::size_t depth, std::string& out) {
  out.append(depth * 2, ' ').append(lead);
  const bool has_members =
      (value.is_object() && !value.get_object().empty()) || (value.is_array() && !value.get_array().empty());
  if (!has_members) {
    out.append(" ").append(scalar(value)).append("\n");
    return;
  }
  out += '\n';
  print(value, depth + 1, out);
}

void print(const json::value& value, std::size_t depth, std::string& out) {
  if (const json::object* object = value.if_object()) {
    for (const auto& member : *object) { print_item(printed_key(member.key()) + ":", member.value(), depth, out); }
  } else if (const json::array* array = value.if_array()) {
    for (const json::value& item : *array) { print_item("-", item, depth, out); }
  }
}

/// 3 rather than 3E0.
json::value number(double value) {
  const bool whole = std::abs(value) < 1e15 && value == std::floor(value);
  return whole ? json::value(static_cast<std::int64_t>(value)) : json::value(value);
}

class Tree {
 public:
  explicit Tree(const Scenario& scenario) : scenario_(scenario) {
    for (const auto& [value, name] : scenario.target.variables) { variables_.emplace_back(value, name); }
    // The longest first: a secret may hold another one.
    std::sort(variables_.begin(), variables_.end(), [](const auto& a, const auto& b) {
      return a.first.size() != b.first.size() ? a.first.size() > b.first.size() : a.first < b.first;
    });
  }
  json::object whole();
  bool left_out() const { return left_out_; }

 private:
  /// What the text may be shown as: values from the environment by their names; nullopt where it holds a secret that
  /// has no name.
  std::optional<std::string> shown(std::string_view text) const;
  void put(json::object& into, std::string_view key, std::string_view text);
  void put_text(json::object& into, std::string_view key, std::string_view text) {
    if (!text.empty()) { put(into, key, text); }
  }
  std::optional<json::value> json_shown(const json::value& value);
  void put_json(json::object& into, std::string_view key, const json::value& value);
  json::array texts(const std::vector<std::string>& list);

  json::object target();
  json::object load_allowed(const wire::LoadAllowed& allowed);
  json::object oauth(const OAuth& oauth);
  json::object http(const HttpCall& call);
  json::object call(const CallPlan& call, bool scheduled);
  json::object population(const Population& population);
  json::object phase(const Phase& phase);

  const Scenario& scenario_;
  std::vector<std::pair<std::string, std::string>> variables_;
  bool left_out_ = false;
};

std::optional<std::string> Tree::shown(std::string_view text) const {
  std::string out;
  std::string plain;  // What stays in clear.
  while (!text.empty()) {
    const auto found = std::find_if(variables_.begin(), variables_.end(), [&](const auto& variable) {
      return !variable.first.empty() && text.starts_with(variable.first);
    });
    if (found != variables_.end()) {
      out.append("${").append(found->second).append("}");
      plain += '\0';
      text.remove_prefix(found->first.size());
      continue;
    }
    if (text.starts_with("${")) {
      out.append("$${");
      plain.append("${");
      text.remove_prefix(2);
      continue;
    }
    out += text.front();
    plain += text.front();
    text.remove_prefix(1);
  }
  for (const std::string& secret : scenario_.target.secrets) {
    if (!secret.empty() && plain.find(secret) != std::string::npos) { return std::nullopt; }
  }
  return out;
}

void Tree::put(json::object& into, std::string_view key, std::string_view text) {
  if (auto safe = shown(text)) {
    into[key] = json::string(*safe);
    return;
  }
  left_out_ = true;
  const auto url = wire::parse_url(text);
  if (!url || url->userinfo.empty()) { return; }
  if (auto safe = shown(url->str())) {
    into[key] = json::string(*safe);  // Without its credentials.
  }
}

std::optional<json::value> Tree::json_shown(const json::value& value) {
  if (const json::string* text = value.if_string()) {
    auto safe = shown(std::string_view(*text));
    if (!safe) { return std::nullopt; }
    return json::value(*safe);
  }
  if (const json::object* object = value.if_object()) {
    json::object out;
    for (const auto& member : *object) { put_json(out, member.key(), member.value()); }
    return out;
  }
  if (const json::array* array = value.if_array()) {
    json::array out;
    for (const json::value& item : *array) {
      if (auto safe = json_shown(item)) {
        out.push_back(std::move(*safe));
      } else {
        left_out_ = true;
      }
    }
    return out;
  }
  return value;
}

void Tree::put_json(json::object& into, std::string_view key, const json::value& value) {
  if (auto safe = json_shown(value)) {
    into[key] = std::move(*safe);
  } else {
    left_out_ = true;
  }
}

json::array Tree::texts(const std::vector<std::string>& list) {
  json::array out;
  for (const std::string& text : list) {
    if (auto safe = shown(text)) { out.emplace_back(*safe); }
  }
  return out;
}

json::object Tree::target() {
  const wire::Profile& profile = scenario_.target;
  json::object out;
  put_text(out, "name", profile.name);
  put_text(out, "url", profile.url);
  if (profile.era) { out["era"] = to_string(*profile.era); }
  if (profile.revision) { put_text(out, "revision", *profile.revision); }
  json::object headers;
  for (const auto& field : profile.headers.fields()) { put(headers, field.name, field.value); }
  if (!headers.empty()) { out["headers"] = std::move(headers); }
  put_text(out, "bearer", profile.bearer);
  if (profile.api_key && shown(profile.api_key->value)) {
    json::object api_key;
    put_text(api_key, "header", profile.api_key->header);
    put_text(api_key, "value", profile.api_key->value);
    out["api_key"] = std::move(api_key);
  } else if (profile.api_key) {
    left_out_ = true;
  }
  if (!profile.ca_file.empty() || profile.insecure) {
    json::object tls;
    // Absolute: the text may stand anywhere when it is read again.
    if (!profile.ca_file.empty()) { put_text(tls, "ca_file", std::filesystem::absolute(profile.ca_file).string()); }
    if (profile.insecure) { tls["insecure"] = true; }
    out["tls"] = std::move(tls);
  }
  if (profile.load_allowed) { out["load_allowed"] = load_allowed(*profile.load_allowed); }
  return out;
}

json::object Tree::load_allowed(const wire::LoadAllowed& allowed) {
  json::object out;
  if (!allowed.hosts.empty()) { out["hosts"] = texts(allowed.hosts); }
  if (allowed.streams) { out["streams"] = *allowed.streams; }
  if (allowed.opens_per_second) { out["opens"] = number(*allowed.opens_per_second); }
  if (allowed.calls_per_second) { out["calls"] = number(*allowed.calls_per_second); }
  return out;
}

json::object Tree::oauth(const OAuth& oauth) {
  json::object out;
  put_text(out, "token_url", oauth.token_url);
  put_text(out, "client_id", oauth.client_id);
  // It is required, so a secret that has no name gets one.
  const auto secret = shown(oauth.client_secret);
  left_out_ = left_out_ || !secret;
  out["client_secret"] = json::string(secret.value_or("${WEIR_CLIENT_SECRET}"));
  put_text(out, "scope", oauth.scope);
  put_text(out, "audience", oauth.audience);
  put_text(out, "resource", oauth.resource);
  out["refresh_before"] = format_duration(oauth.refresh_before);
  return out;
}

json::object Tree::http(const HttpCall& call) {
  json::object out;
  put_text(out, "method", call.method);
  put_text(out, "path", call.path);
  json::object headers;
  for (const auto& field : call.headers.fields()) { put(headers, field.name, field.value); }
  if (!headers.empty()) { out["headers"] = std::move(headers); }
  if (call.json) { put_json(out, "json", *call.json); }
  put_text(out, "body", call.body);
  json::array statuses;
  for (const int status : call.expect_statuses) { statuses.emplace_back(status); }
  if (!statuses.empty()) { out["expect_status"] = std::move(statuses); }
  return out;
}

json::object Tree::call(const CallPlan& call, bool scheduled) {
  json::object out;
  put_text(out, call.http ? "name" : "tool", call.tool);
  if (call.http) { out["http"] = http(*call.http); }
  if (!call.arguments.empty()) { put_json(out, "arguments", json::value(call.arguments)); }
  if (!scheduled) { return out; }
  out["rate"] = format_rate(call.per_second);
  out["arrival"] = call.arrival == Arrival::poisson ? "poisson" : "uniform";
  out["timeout"] = format_duration(call.timeout);
  return out;
}

std::string pointer_text(const wire::JsonPointer& pointer) {
  std::string out;
  for (const std::string& token : pointer.tokens()) {
    out += '/';
    for (const char c : token) {
      if (c == '~') {
        out += "~0";
      } else if (c == '/') {
        out += "~1";
      } else {
        out += c;
      }
    }
  }
  return out;
}

json::object Tree::population(const Population& population) {
  json::object out;
  put(out, "name", population.name);
  out["weight"] = number(population.weight);
  put_text(out, "url", population.url);
  out["stream"] = to_string(population.stream);
  put_text(out, "revision", population.revision);
  if (!population.stream_call.tool.empty()) { out["stream_call"] = call(population.stream_call, false); }
  if (!population.listen_to.empty()) { out["listen_to"] = texts(population.listen_to); }
  json::array calls;
  for (const CallPlan& one : population.calls) { calls.push_back(call(one, true)); }
  if (!calls.empty()) { out["calls"] = std::move(calls); }
  out["reconnect"] = {{"enabled", population.reconnect.enabled},
                      {"base", format_duration(population.reconnect.base)},
                      {"cap", format_duration(population.reconnect.cap)},
                      {"resume", population.reconnect.resume}};
  if (population.sequence_of_ids) { out["sequence"] = kEventIds; }
  if (population.sequence) { put(out, "sequence", pointer_text(*population.sequence)); }
  if (population.sent_at) { put(out, "sent_at", pointer_text(*population.sent_at)); }
  out["connect_timeout"] = format_duration(population.connect_timeout);
  out["answer_timeout"] = format_duration(population.answer_timeout);
  out["idle_cut_after"] = format_duration(population.idle_cut_after);
  out["silence_limit"] = format_duration(population.silence_limit);
  out["coalesce_gap"] = format_duration(population.coalesce_gap);
  return out;
}

json::object Tree::phase(const Phase& phase) {
  const std::string length = format_duration(phase.duration);
  json::value of;
  switch (phase.kind) {
    case Phase::Kind::ramp:
      of = {{"to", phase.streams}, {"over", length}};
      break;
    case Phase::Kind::hold:
    case Phase::Kind::reconnect:
      of = json::string(length);
      break;
    case Phase::Kind::churn:
      of = {{"rate", format_rate(phase.per_second)}, {"for", length}};
      break;
    case Phase::Kind::spike:
      of = {{"to", phase.streams}, {"for", length}};
      break;
    case Phase::Kind::search:
      of = {{"from", phase.streams}, {"step", phase.step}, {"most", phase.most}, {"each", length}};
      break;
  }
  json::object out;
  out[to_string(phase.kind)] = std::move(of);
  put(out, "name", phase.name);
  if (phase.call_scale != 1) { out["calls_x"] = number(phase.call_scale); }
  return out;
}

json::object Tree::whole() {
  json::object out;
  put_text(out, "name", scenario_.name);
  out["target"] = target();
  if (scenario_.oauth) { out["oauth"] = oauth(*scenario_.oauth); }
  out["seed"] = scenario_.seed;
  json::array populations, phases, thresholds;
  for (const Population& one : scenario_.populations) { populations.push_back(population(one)); }
  for (const Phase& one : scenario_.phases) { phases.push_back(phase(one)); }
  for (const auto& one : scenario_.thresholds) {
    if (auto safe = shown(one.text)) { thresholds.emplace_back(*safe); }
  }
  out["populations"] = std::move(populations);
  out["phases"] = std::move(phases);
  if (!thresholds.empty()) { out["thresholds"] = std::move(thresholds); }
  if (scenario_.opens_per_second > 0) { out["opens_per_second"] = format_rate(scenario_.opens_per_second); }
  out["lag_bound"] = format_duration(std::llround(scenario_.lag_bound_seconds * 1e9));
  if (scenario_.workers > 0) { out["workers"] = scenario_.workers; }
  if (!scenario_.sources.empty()) { out["sources"] = texts(compress_sources(scenario_.sources)); }
  if (!scenario_.resolve.empty()) { out["resolve"] = texts(scenario_.resolve); }
  out["resolve_every"] = format_duration(scenario_.resolve_every);
  return out;
}

}  // namespace

std::string to_yaml(const Scenario& scenario) {
  Tree tree(scenario);
  const json::object whole = tree.whole();
  std::string out;
  if (tree.left_out()) { out += "# A credential that was written in clear is left out: give it as ${NAME}.\n"; }
  print(whole, 0, out);
  return out;
}

}  // namespace weir::loadgen
