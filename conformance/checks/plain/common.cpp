#include "conformance/checks/plain/common.hpp"

#include "conformance/ask/front_door.hpp"

namespace weir::conformance {
namespace {

constexpr std::chrono::milliseconds kWatch{2000};

}  // namespace

std::vector<PlainStream> plain_streams(const Probe& probe) {
  const Target& target = probe.target();
  std::vector<PlainStream> found;
  bool own = target.profile.era != Era::none;
  for (const auto& row : target.profile.front_door) {
    const auto url = row_url(probe, row);
    if (!url || !is_stream_row(row)) { continue; }
    own = own || *url == target.url;
    found.push_back({&row, row_name(row), row_request(probe, row, *url)});
  }
  if (!own) { found.push_back({nullptr, "GET " + target.url.path, stream_get(probe, target.url)}); }
  return found;
}

std::chrono::milliseconds short_watch(const Probe& probe, const wire::FrontDoorRoute* /*row*/) {
  return std::min(kWatch, probe.target().answer_timeout);
}

Finding judge_plain_streams(Probe& probe, const PlainJudge& judge) {
  std::vector<std::string> seen, wrong;
  for (const auto& candidate : plain_streams(probe)) {
    const auto span = judge.span(probe, candidate.row);
    if (span.count() == 0) { continue; }
    auto stream = probe.http().open(candidate.request, probe.answer_deadline());
    if (!stream || !stream->exchange().ok() || !stream->exchange().is_event_stream()) {
      probe.note(
          fmt::format("< {}: {}", candidate.name, stream ? describe(stream->exchange()) : stream.error().detail));
      continue;  // What the row should answer is judged with the front door.
    }
    stream->read_to_end(probe.in(span));
    const auto exchange = std::move(*stream).finish();
    probe.note(fmt::format("< {}: {} events and comments in {} bytes", candidate.name, exchange.items.size(),
                           exchange.body.size()));
    seen.push_back(candidate.name);
    if (auto problem = judge.problem(candidate.row, exchange)) {
      if (wrong.empty()) { probe.pin_request(candidate.request); }
      wrong.push_back(fmt::format("{} in {}", *problem, candidate.name));
    }
  }
  if (!wrong.empty()) {
    return fail(judge.expected, fmt::format("{}", fmt::join(wrong, " | "))).at("server", judge.fix);
  }
  if (seen.empty()) { return not_applicable(kNoPlainStream); }
  if (probe.out_of_time()) { return untestable("the run ended while the streams were watched"); }
  return pass(fmt::format("seen in {}", fmt::join(seen, ", ")));
}

}  // namespace weir::conformance
