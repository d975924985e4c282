#include "loadgen/probe_idle/held_streams.hpp"

#include <algorithm>
#include <thread>

#include "wire/json/jsonrpc.hpp"
#include "wire/mcp/messages.hpp"

namespace weir::loadgen::idle {
namespace {

using wire::Clock;
using wire::Deadline;
using wire::EndClass;
using wire::ErrorCode;
using wire::Exchange;
using wire::HttpStream;
using wire::mcp::Dialogue;
using wire::mcp::Era;

constexpr double kMicro = 1e-6;
constexpr std::chrono::milliseconds kSlice{5};

wire::ClientOptions bounded(wire::ClientOptions client) {
  client.max_body_bytes = limits::kStreamBytes;
  return client;
}

/// What a listener of 2026-07-28 asks for, so that the server has a reason to keep the stream.
wire::json::object everything() {
  return {{"toolsListChanged", true}, {"promptsListChanged", true}, {"resourcesListChanged", true}};
}

std::optional<wire::Error> no_stream(const Exchange& exchange) {
  if (exchange.ok() && exchange.is_event_stream()) { return std::nullopt; }
  const auto type = wire::media_type(exchange.head.headers.get("content-type"));
  std::string what = fmt::format("{} was answered with HTTP {}{}{}", exchange.request.method, exchange.head.status,
                                 type.empty() ? "" : ", " + type, exchange.ok() ? ", which is no event stream" : "");
  if (const auto to = exchange.head.headers.find("location")) {
    what += fmt::format(", to {}", wire::excerpt(*to, 200));
  }
  return wire::Error{ErrorCode::rejected, std::move(what)};
}

}  // namespace

void PostsUnderWay::send(wire::HttpClient& client, const wire::Request& request, Deadline deadline) {
  if (posts_.size() >= limits::kPostsUnderWay) { posts_.erase(posts_.begin()); }
  // One that cannot be sent shows in the silence of its stream.
  if (auto begun = client.begin(request, deadline)) { posts_.push_back({*std::move(begun), deadline}); }
}

void PostsUnderWay::sweep() {
  std::erase_if(posts_, [](const Post& post) { return post.stream.ended() || post.deadline.passed(); });
}

HttpStream* PostsUnderWay::any() {
  const auto found = std::find_if(posts_.begin(), posts_.end(), [](const Post& post) { return !post.stream.ended(); });
  return found == posts_.end() ? nullptr : &found->stream;
}

HeldStreams::HeldStreams(const ProbeIdleOptions& options, Clock::time_point start)
    : options_(options), start_(start), client_(bounded(options.client)) {
  client_.on_head([this](const Exchange& exchange) { last_status_ = exchange.head.status; });
}

OpenFailure HeldStreams::failure(wire::Error error) const { return {last_status_, std::move(error)}; }

std::optional<OpenFailure> HeldStreams::open_plain(Held& held) {
  wire::Request request;
  request.url = options_.url;
  request.headers = {{"Accept", "text/event-stream"}, {"Cache-Control", "no-cache"}};
  for (const wire::Header& header : options_.headers.fields()) { request.headers.set(header.name, header.value); }
  auto stream = client_.open(request, Deadline::in(options_.answer_timeout));
  if (!stream) { return failure(stream.error()); }
  if (auto error = no_stream(stream->exchange())) { return failure(*std::move(error)); }
  held.own = *std::move(stream);
  return std::nullopt;
}

std::optional<OpenFailure> HeldStreams::open_dialogue(Held& held, Era era) {
  auto dialogue = Dialogue::open(client_, {.url = options_.url,
                                           .era = era,
                                           .revision = options_.revision,
                                           .headers = options_.headers,
                                           .timeout = options_.answer_timeout});
  if (!dialogue) { return failure(dialogue.error()); }
  held.dialogue = *std::move(dialogue);
  if (era == Era::http_sse) { return std::nullopt; }
  held.opened = Clock::now();  // The stream is another request than the conversation before it.
  auto stream = era == Era::stateless ? held.dialogue->listen(everything()) : held.dialogue->open_get_stream();
  if (!stream) { return failure(stream.error()); }
  if (auto error = no_stream(stream->exchange())) { return failure(*std::move(error)); }
  held.own = *std::move(stream);
  return std::nullopt;
}

std::optional<OpenFailure> HeldStreams::open(Era era, bool busy) {
  last_status_ = 0;
  Held held;
  held.opened = Clock::now();
  if (auto failed = era == Era::none ? open_plain(held) : open_dialogue(held, era)) {
    if (held.dialogue && held.dialogue->session_id()) { (void)held.dialogue->delete_session(); }
    return failed;
  }
  StreamLife life;
  life.opened_s = seconds(held.opened - start_);
  life.busy = busy && era == Era::http_sse;
  held_.push_back(std::move(held));
  lives_.push_back(life);
  return std::nullopt;
}

void HeldStreams::pump(Deadline until) {
  while (!until.passed()) {
    HttpStream* waiting = posts_.any();
    for (std::size_t i = 0; waiting == nullptr && i < held_.size(); ++i) {
      HttpStream* stream = held_[i].stream();
      waiting = stream != nullptr && !stream->ended() ? stream : nullptr;
    }
    if (waiting == nullptr) {
      std::this_thread::sleep_until(until.at);
      return;
    }
    waiting->read_to_end(until);
  }
}

void HeldStreams::look() {
  posts_.sweep();
  for (std::size_t i = 0; i < held_.size(); ++i) {
    if (held_[i].stream() != nullptr && lives_[i].open()) { look_at(i); }
  }
}

void HeldStreams::look_at(std::size_t index) {
  Held& held = held_[index];
  StreamLife& life = lives_[index];
  const Exchange& exchange = held.stream()->exchange();
  take_bytes(held, exchange, life);
  take_items(index, held, exchange);
  life.end = exchange.end;
  const double now_s =
      life.open() ? seconds(Clock::now() - held.opened) : static_cast<double>(exchange.timings.end_us) * kMicro;
  life.age_s = now_s;
  life.silence_s = std::max(now_s - static_cast<double>(held.last_byte_us) * kMicro, 0.0);
  if (!life.open()) {
    flooded_ += life.end == EndClass::closed_by_us ? 1 : 0;
    held.stream()->close();  // Our side too; the class of the end stays.
  }
}

void HeldStreams::take_bytes(Held& held, const Exchange& exchange, StreamLife& life) const {
  const auto take = [&](std::int64_t at_us) {
    if (held.last_byte_us > 0) {
      life.longest_gap_s = std::max(life.longest_gap_s, static_cast<double>(at_us - held.last_byte_us) * kMicro);
    }
    held.last_byte_us = std::max(held.last_byte_us, at_us);
  };
  if (held.last_byte_us == 0) { take(exchange.timings.head_us); }
  for (; held.arrivals_seen < exchange.arrivals.size(); ++held.arrivals_seen) {
    take(exchange.arrivals[held.arrivals_seen].at_us);
  }
  if (!exchange.arrivals.empty()) {
    take(exchange.arrivals.back().at_us);  // Beyond its limit the last one is moved on.
  }
}

void HeldStreams::take_items(std::size_t index, Held& held, const Exchange& exchange) {
  const double opening_s = options_.resolution_s * options_.scale / 2;
  for (; held.items_seen < exchange.items.size(); ++held.items_seen) {
    const auto& item = exchange.items[held.items_seen];
    const std::uint64_t begin = std::visit(
        [](const auto& thing) -> std::uint64_t {
          if constexpr (requires { thing.begin; }) {
            return thing.begin;
          } else {
            return thing.offset;
          }
        },
        item);
    const auto arrival = std::upper_bound(
        exchange.arrivals.begin(), exchange.arrivals.end(), begin,
        [](std::uint64_t offset, const wire::Arrival& candidate) { return offset < candidate.end_offset; });
    const std::int64_t at_us = arrival == exchange.arrivals.end() ? held.last_byte_us : arrival->at_us;
    const double at_s = static_cast<double>(at_us) * kMicro;
    const auto kind = beat_kind(item);
    // What comes with the opening is a greeting.
    if (kind && at_s > opening_s && beats_.size() < limits::kBeats) { beats_.push_back({index, at_s, *kind}); }
    if (const auto* retry = std::get_if<wire::SseRetry>(&item)) {
      lives_[index].retry_ms = retry->milliseconds;
      lives_[index].retry_at_s = at_s;
    } else if (const auto* event = std::get_if<wire::SseEvent>(&item)) {
      lives_[index].has_id = lives_[index].has_id || event->has_id;
      answer(held, *event);
    }
  }
}

void HeldStreams::answer(Held& held, const wire::SseEvent& event) {
  if (!held.dialogue || held.dialogue->era() == Era::stateless || answered_ >= limits::kServerRequests) { return; }
  const auto parsed = wire::jsonrpc::parse(event.data);
  if (!parsed) { return; }
  for (const auto& message : parsed->messages) {
    if (message.kind == wire::jsonrpc::Kind::request && answered_ < limits::kServerRequests) {
      ++answered_;
      posts_.send(client_, held.dialogue->make_post(wire::mcp::answer_to(message, {})),
                  Deadline::in(limits::kPostTimeout));
    }
  }
}

bool HeldStreams::ping(std::size_t index) {
  Held& held = held_[index];
  if (!lives_[index].open() || !held.dialogue || held.dialogue->era() != Era::http_sse) { return false; }
  const std::string id = fmt::format("probe-idle-{}", next_ping_++);
  posts_.send(client_, held.dialogue->make_post(wire::jsonrpc::request(wire::json::value(id), "ping")),
              Deadline::in(limits::kPostTimeout));
  return true;
}

void HeldStreams::ping_busy() {
  for (std::size_t i = 0; i < held_.size(); ++i) {
    if (lives_[i].busy) { ping(i); }
  }
}

std::size_t HeldStreams::count_deaf(Deadline deadline) {
  look();
  std::vector<std::pair<std::size_t, std::int64_t>> asked;  // With the last byte before.
  for (std::size_t i = 0; i < held_.size() && asked.size() < limits::kPostsUnderWay; ++i) {
    const std::int64_t before = held_[i].last_byte_us;
    if (ping(i)) { asked.emplace_back(i, before); }
  }
  const auto deaf = [&](const auto& one) {
    return lives_[one.first].open() && held_[one.first].last_byte_us == one.second;
  };
  while (!deadline.passed() && std::any_of(asked.begin(), asked.end(), deaf)) {
    pump(Deadline::in(kSlice).or_sooner(deadline));
    look();
  }
  std::size_t silent = 0;
  bool answers = false;  // A server that answers no ping at all proves nothing.
  for (const auto& one : asked) {
    silent += deaf(one) && !lives_[one.first].busy ? 1 : 0;
    answers = answers || (lives_[one.first].busy && !deaf(one));
  }
  return answers ? silent : 0;
}

std::optional<Heartbeat> HeldStreams::heartbeat() const {
  std::vector<OpenStream> open;
  // Beyond their limit beats are not kept: then nothing is known of the latest.
  for (std::size_t i = 0; i < lives_.size() && beats_.size() < limits::kBeats; ++i) {
    if (lives_[i].open()) { open.push_back({i, lives_[i].age_s}); }
  }
  return find_heartbeat(beats_, open);
}

std::size_t HeldStreams::open_count() const {
  return static_cast<std::size_t>(
      std::count_if(lives_.begin(), lives_.end(), [](const StreamLife& life) { return life.open(); }));
}

void HeldStreams::say_goodbye() {
  const Deadline enough = Deadline::in(limits::kGoodbyeTimeout);
  for (Held& held : held_) {
    if (HttpStream* stream = held.stream()) { stream->close(); }
    if (!enough.passed() && held.dialogue && held.dialogue->session_id()) { (void)held.dialogue->delete_session(); }
  }
}

}  // namespace weir::loadgen::idle
