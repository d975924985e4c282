#include "conformance/catalogue/catalogue_text.hpp"

#include <fmt/ranges.h>

#include "conformance/catalogue/source_link.hpp"
#include "wire/json/json.hpp"

namespace weir::conformance {

namespace json = wire::json;

namespace {

std::vector<std::string> eras_of(const EraSet& eras) {
  std::vector<std::string> names;
  for (Era era : {Era::http_sse, Era::streamable, Era::stateless}) {
    if (!eras.empty() && eras.has(era)) { names.emplace_back(to_string(era)); }
  }
  return names;
}

std::string revisions_text(const CheckInfo& info) {
  if (info.since.empty() && info.until.empty()) { return "all of its eras"; }
  return info.since.empty()   ? "until " + info.until
         : info.until.empty() ? "since " + info.since
                              : info.since + " to " + info.until;
}

json::array strings(const std::vector<std::string>& values) { return json::array(values.begin(), values.end()); }

json::object to_json(const CheckInfo& info) {
  return {{"id", info.id},
          {"title", info.title},
          {"level", to_string(info.level)},
          {"eras", strings(eras_of(info.eras))},
          {"since", info.since},
          {"until", info.until},
          {"capability", info.capability},
          {"requirements", strings(info.requirements)},
          {"source", info.source},
          {"consequence", info.consequence},
          {"fix", info.fix},
          {"faults", strings(info.faults)}};
}

}  // namespace

std::string eras_text(const EraSet& eras) {
  return eras.empty() ? "target" : fmt::format("{}", fmt::join(eras_of(eras), " "));
}

std::string list_text(const std::vector<std::string>& ids) {
  std::size_t id_width = 0, era_width = 0;
  for (const auto& id : ids) {
    id_width = std::max(id_width, id.size());
    era_width = std::max(era_width, eras_text(find_check(id)->eras).size());
  }
  std::string out;
  for (const auto& id : ids) {
    const auto& info = *find_check(id);
    out += fmt::format("{:<{}}  {:<6}  {:<{}}  {}\n", id, id_width, to_string(info.level), eras_text(info.eras),
                       era_width, info.title);
  }
  return out;
}

std::string list_json(const std::vector<std::string>& ids) {
  json::array checks;
  for (const auto& id : ids) { checks.push_back(to_json(*find_check(id))); }
  return json::serialize(checks) + "\n";
}

std::string explain_text(const CheckInfo& info) {
  const std::string_view newest = info.until.empty() ? (info.eras.stateless    ? wire::mcp::k2026_07_28
                                                        : info.eras.streamable ? wire::mcp::k2025_11_25
                                                                               : wire::mcp::k2024_11_05)
                                                     : std::string_view(info.until);
  const std::string source = source_link(info.source, newest);
  std::string out = fmt::format("{}\n  {}\n\n", info.id, info.title);
  const auto line = [&out](std::string_view name, std::string_view text) {
    if (!text.empty()) { out += fmt::format("  {:<13} {}\n", name, text); }
  };
  line("level", to_string(info.level));
  line("eras", eras_text(info.eras));
  line("revisions", revisions_text(info));
  line("capability", info.capability);
  line("requirements", fmt::format("{}", fmt::join(info.requirements, ", ")));
  line("source", source);
  line("consequence", info.consequence);
  line("fix", info.fix);
  line("faults", fmt::format("{}", fmt::join(info.faults, ", ")));
  line("asked", info.by_revision ? "in older revisions too: it differs between them" : "");
  line("takes", info.waits ? "seconds: it has to wait" : "");
  line("judges", info.timed ? "by the clock: what is late is asked a second time" : "");
  return out;
}

}  // namespace weir::conformance
