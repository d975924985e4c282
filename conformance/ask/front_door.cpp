#include "conformance/ask/front_door.hpp"

#include <algorithm>
#include <set>

#include "conformance/probe/secrets.hpp"
#include "conformance/probe/status.hpp"
#include "wire/base/credentials.hpp"

namespace weir::conformance {
namespace {

constexpr std::chrono::milliseconds kBeyondLatency{500};

void strip_credentials(const Probe& probe, wire::Headers& headers) {
  const auto fields = headers.fields();
  for (const auto& field : fields) {
    if (wire::is_credential_name(field.name)) { headers.remove(field.name); }
  }
  if (const auto& key = probe.target().profile.api_key) { headers.remove(key->header); }
}

/// The same form with other characters: what checks syntax lets it through, what checks credentials must not.
std::string another(std::string_view own) {
  std::string text(own);
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') { c = c == 'z' ? 'a' : static_cast<char>(c + 1); }
    if (c >= 'A' && c <= 'Z') { c = c == 'Z' ? 'A' : static_cast<char>(c + 1); }
    if (c >= '0' && c <= '9') { c = c == '9' ? '0' : static_cast<char>(c + 1); }
  }
  return text;
}

/// Of a JWT the signature alone is changed: header and claims still read as they should.
std::string wrong_token(const std::string& own) {
  if (own.empty()) { return "weir-token-that-nobody-issued-0000"; }
  const bool jwt = std::count(own.begin(), own.end(), '.') == 2;
  const std::size_t from = jwt ? own.rfind('.') + 1 : 0;
  return own.substr(0, from) + another(std::string_view(own).substr(from));
}

void set_wrong_credentials(const Probe& probe, wire::Headers& headers) {
  const std::string own(probe.target().headers.get("authorization"));
  const std::size_t space = own.find(' ');
  const auto& key = probe.target().profile.api_key;
  if (key) { headers.set(key->header, another(key->value)); }
  if (!own.empty()) {
    headers.set("Authorization", space == std::string::npos
                                     ? another(own)
                                     : own.substr(0, space + 1) + wrong_token(own.substr(space + 1)));
  } else if (!key) {
    headers.set("Authorization", "Bearer " + wrong_token(""));
  }
}

std::string media_type_of(const wire::Exchange& exchange) {
  return std::string(wire::media_type(exchange.head.headers.get("content-type")));
}

struct Deviation {
  std::string sentence;
  bool throttled = false;
};

class Rows {
 public:
  Rows(Probe& probe, const RowJudge& judge) : probe_(probe), judge_(judge), client_(row_client(probe)) {}

  Finding judge() {
    const auto& table = probe_.target().profile.front_door;
    if (table.empty()) { return not_applicable("the profile has no front_door table"); }
    for (const auto& row : table) {
      if (!judge_.selects(row)) { continue; }
      ++selected_;
      if (probe_.out_of_time()) { return untestable("the run ended before every row of the front door was asked"); }
      ask(row);
    }
    if (selected_ == 0) { return not_applicable(judge_.nothing); }
    return verdict();
  }

 private:
  void ask(const wire::FrontDoorRoute& row) {
    const std::chrono::milliseconds patience(row.expect.max_latency_ms.value_or(0));
    const auto url = row_url(probe_, row);
    if (!url) { return deviates(row, {}, url.error().detail, false); }
    const wire::Request request = row_request(probe_, row, *url);
    probe_.note("> " + row_name(row));
    auto stream = open_row(probe_, client_, row, patience);
    if (!stream) {
      probe_.note("! " + stream.error().detail);
      if (judge_.every_answer) { deviates(row, request, "expected an answer, got " + stream.error().detail, false); }
      return;
    }
    if (!stream->exchange().is_event_stream()) { stream->read_to_end(probe_.answer_deadline()); }
    const RowAnswer answer{row, stream->exchange()};
    const bool throttled = answer.exchange.head.status == kTooManyRequests && !answer.status_is_right();
    probe_.note("< " + describe(answer.exchange));
    if (!judge_.every_answer && !answer.status_is_right()) { return; }
    ++judged_;
    auto wrong = judge_.watch ? judge_.watch(probe_, row, *stream) : judge_.problem(answer);
    if (wrong) { deviates(row, request, std::move(*wrong), throttled); }
  }

  void deviates(const wire::FrontDoorRoute& row, const std::optional<wire::Request>& request, std::string what,
                bool throttled) {
    if (deviations_.empty() && request) { probe_.pin_request(*request); }
    std::string sentence = fmt::format("{}: {}", row_name(row), what);
    if (!row.hint.empty()) { sentence += "; " + row.hint; }
    if (!row.hint.empty() && hinted_.insert(row.hint).second) { hints_.push_back(row.hint); }
    deviations_.push_back({std::move(sentence), throttled});
  }

  Finding verdict() const {
    if (deviations_.empty()) {
      if (judged_ == 0) { return untestable("no row answered with its status: see front-door.route.status"); }
      return pass(fmt::format("{} of {} rows as the profile says", judged_, selected_));
    }
    std::vector<std::string> sentences;
    for (const auto& deviation : deviations_) { sentences.push_back(deviation.sentence); }
    const std::string all = fmt::format("{}", fmt::join(sentences, " | "));
    if (std::all_of(deviations_.begin(), deviations_.end(), [](const Deviation& one) { return one.throttled; })) {
      return untestable("the target limits the rate of requests (HTTP 429): " + all);
    }
    const auto& edge = probe_.target().profile.edge;
    return fail(
               fmt::format("the front door as the profile says ({} rows)", selected_),
               fmt::format("{} that {}: {}", deviations_.size(), deviations_.size() == 1 ? "deviates" : "deviate", all))
        .at(edge ? *edge : "front door",
            hints_.empty()
                ? "Send these routes to the service that the profile means, or correct the profile's front_door."
                : fmt::format("{}", fmt::join(hints_, " ")));
  }

  Probe& probe_;
  const RowJudge& judge_;
  wire::HttpClient client_;
  int selected_ = 0;
  int judged_ = 0;
  std::vector<Deviation> deviations_;
  std::vector<std::string> hints_;
  std::set<std::string> hinted_;
};

}  // namespace

std::string row_name(const wire::FrontDoorRoute& row) {
  if (!row.name.empty()) { return row.name; }
  const char* with = row.credentials == wire::Credentials::none    ? " without credentials"
                     : row.credentials == wire::Credentials::wrong ? " with wrong credentials"
                                                                   : "";
  return fmt::format("{} {}{}", row.method, row.path, with);
}

wire::Result<wire::Url> row_url(const Probe& probe, const wire::FrontDoorRoute& row) {
  return wire::resolve(probe.target().url, row.path);
}

wire::Request row_request(const Probe& probe, const wire::FrontDoorRoute& row, const wire::Url& url) {
  wire::Request request = probe.request(row.method, url);
  const bool own_origin = url.origin() == probe.target().url.origin();
  if (!own_origin || row.credentials != wire::Credentials::own) { strip_credentials(probe, request.headers); }
  if (row.credentials == wire::Credentials::wrong) { set_wrong_credentials(probe, request.headers); }
  if (is_stream_row(row)) { request.headers.set("Accept", "text/event-stream"); }
  if (!row.body.empty()) { request.headers.set("Content-Type", "application/json"); }
  for (const auto& field : row.headers.fields()) { request.headers.set(field.name, field.value); }
  request.body = row.body;
  return request;
}

bool is_stream_row(const wire::FrontDoorRoute& row) {
  return row.expect.content_type == "text/event-stream" || row.expect.first_event || row.expect.heartbeat_s;
}

bool RowAnswer::status_is_right() const {
  const auto& statuses = row.expect.statuses;
  return statuses.empty() || std::find(statuses.begin(), statuses.end(), exchange.head.status) != statuses.end();
}

std::string RowAnswer::seen() const {
  const std::string type = media_type_of(exchange);
  std::string text = fmt::format("{}{}{}", exchange.head.status, type.empty() ? "" : " ", type);
  if (type == "text/html" && row.expect.content_type != "text/html" && exchange.ok()) {
    text += " (a web page where the service should answer: the fallback of a single-page application)";
  }
  return text;
}

wire::HttpClient row_client(const Probe& probe) {
  wire::ClientOptions options = probe.target().client;
  options.follow_same_origin_redirects = false;
  wire::HttpClient client(options);
  client.on_done(
      [tap = probe.target().tap](const wire::Exchange& exchange) { tap->take("front-door", Era::none, exchange); });
  return client;
}

wire::Result<wire::HttpStream> open_row(const Probe& probe, wire::HttpClient& client, const wire::FrontDoorRoute& row,
                                        std::chrono::milliseconds patience) {
  const auto url = row_url(probe, row);
  if (!url) { return tl::unexpected(url.error()); }
  const auto span = std::max(probe.target().answer_timeout, patience + kBeyondLatency);
  return client.open(row_request(probe, row, *url), probe.in(span));
}

Finding judge_rows(Probe& probe, const RowJudge& judge) { return Rows(probe, judge).judge(); }

}  // namespace weir::conformance
