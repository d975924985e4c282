#include "loadgen/supervise/targets.hpp"

#include <mutex>

#include "loadgen/limits.hpp"
#include "loadgen/net/loop.hpp"
#include "loadgen/supervise/background.hpp"
#include "loadgen/user_agent.hpp"
#include "wire/mcp/detect.hpp"

namespace weir::loadgen {

namespace {

using namespace std::chrono_literals;
using wire::mcp::Era;

constexpr std::chrono::milliseconds kLookUpTimeout = 5s;
/// The target is asked what it speaks for as long as its clients wait for an answer, and at most so long.
constexpr std::chrono::milliseconds kKindTimeout = 15s;
/// An event stream beside refused POSTs is a plain one where it names no endpoint so soon: servers of that era do at
/// once.
constexpr std::chrono::milliseconds kPlainAfter = 500ms;
/// One replica of several that is out, or a limit that was just reached, is what the run is to measure: the target is
/// asked so often, with such a pause, before it is said not to be there.
constexpr int kAskedAtMost = 4;
constexpr std::chrono::milliseconds kAskAgainAfter = 1s;

const std::string& url_text(const Scenario& scenario, const Population& population) {
  return population.url.empty() ? scenario.target.url : population.url;
}

wire::Result<std::vector<wire::SocketAddress>> parse_resolve(std::string_view entry, std::string_view list,
                                                             std::uint16_t port) {
  std::vector<wire::SocketAddress> addresses;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    std::string ip(list.substr(0, comma));
    list.remove_prefix(std::min(list.size(), comma + 1));
    if (ip.size() > 2 && ip.front() == '[' && ip.back() == ']') { ip = ip.substr(1, ip.size() - 2); }
    const auto parsed = wire::parse_socket_address(wire::SocketAddress{ip, port}.text());
    if (!parsed) {
      return wire::fail(wire::ErrorCode::bad_input,
                        fmt::format("resolve '{}': '{}' is no address; write host:port:address[,address]", entry, ip));
    }
    addresses.push_back(*parsed);
  }
  if (addresses.size() > limits::kAddresses) {
    return wire::fail(wire::ErrorCode::bad_input,
                      fmt::format("resolve '{}' names {} addresses; a target has at most {}", wire::excerpt(entry, 60),
                                  addresses.size(), limits::kAddresses));
  }
  if (addresses.empty()) {
    return wire::fail(wire::ErrorCode::bad_input,
                      fmt::format("resolve '{}' names no address; write host:port:address[,address]", entry));
  }
  return addresses;
}

std::vector<std::string> texts(const std::vector<wire::SocketAddress>& addresses) {
  std::vector<std::string> found;
  for (const auto& address : addresses) { found.push_back(address.text()); }
  std::sort(found.begin(), found.end());
  // A name may have more than a worker takes: the rest is left alone.
  found.resize(std::min(found.size(), limits::kAddresses));
  return found;
}

Looked look_up_one(const LookUp& look_up, const wire::Url& url, std::uint32_t target, const wire::RunBounds& run) {
  Looked looked;
  looked.target = target;
  const auto began = monotonic_ns();
  const auto found = look_up(run, url.host, url.port, wire::Deadline::in(kLookUpTimeout));
  looked.took_ns = monotonic_ns() - began;
  if (found) {
    looked.addresses = texts(*found);
  } else {
    looked.failure = found.error().detail;
  }
  return looked;
}

bool has_event(const wire::Exchange& exchange) {
  return std::any_of(exchange.items.begin(), exchange.items.end(),
                     [](const wire::SseItem& item) { return std::holds_alternative<wire::SseEvent>(item); });
}

/// An event stream that is none of MCP's: it sends events, and whatever asks it for MCP by POST is refused by an
/// answer. One that says nothing, or beside which POSTs hang, may as well be an MCP endpoint that is dead.
bool is_plain_stream(const wire::mcp::Detection& detection) {
  const auto* get = detection.attempt(Era::http_sse);
  const bool streams = get != nullptr && get->exchange && get->exchange->ok() && get->exchange->is_event_stream();
  return streams && has_event(*get->exchange) &&
         std::all_of(detection.attempts.begin(), detection.attempts.end(), [](const wire::mcp::Attempt& attempt) {
           return attempt.era == Era::http_sse || attempt.exchange.has_value();
         });
}

constexpr int kNotAllowed = 405;

/// Whether a server of Streamable HTTP says, within a session of its own, that it offers no stream (2025-03-26 and
/// later, transports, "Listening for Messages from the Server").
bool refuses_streams(const wire::mcp::DetectOptions& options, const wire::mcp::Detection& detection) {
  const auto* get = detection.attempt(Era::http_sse);
  if (get == nullptr || !get->exchange || get->exchange->head.status != kNotAllowed) { return false; }
  wire::HttpClient http(options.client);
  auto dialogue = wire::mcp::Dialogue::open(http, {.url = options.url,
                                                   .era = Era::streamable,
                                                   .headers = options.headers,
                                                   .client_name = std::string(kProgram),
                                                   .timeout = options.timeout});
  if (!dialogue) { return false; }
  auto stream = dialogue->open_get_stream();
  const bool refused = stream && stream->exchange().head.status == kNotAllowed;
  (void)dialogue->delete_session();
  return refused;
}

/// A proxy without a server behind it, or a limit of rates: for now.
bool is_refused_for_now(const wire::mcp::Detection& detection) {
  const auto for_now = [](const wire::mcp::Attempt& attempt) {
    const int status = attempt.exchange ? attempt.exchange->head.status : 0;
    return status == 429 || (status >= 502 && status <= 504);
  };
  return detection.eras().empty() && std::any_of(detection.attempts.begin(), detection.attempts.end(), for_now);
}

wire::mcp::Detection detect_patiently(const wire::mcp::DetectOptions& options) {
  for (int asked = 1;; ++asked) {
    auto detection = wire::mcp::detect(options);
    if (asked == kAskedAtMost || !is_refused_for_now(detection) || options.client.run.over()) { return detection; }
    options.client.run.pause(kAskAgainAfter);
  }
}

std::chrono::milliseconds milliseconds(Nanos nanos) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(nanos));
}

wire::Result<StreamKind> ask_for_kind(const wire::mcp::DetectOptions& options) {
  const auto detection = detect_patiently(options);
  const auto eras = detection.eras();
  const auto speaks = [&](Era era) { return std::find(eras.begin(), eras.end(), era) != eras.end(); };
  if (speaks(Era::stateless)) { return StreamKind::listen; }
  if (speaks(Era::streamable) && refuses_streams(options, detection)) {
    return wire::fail(wire::ErrorCode::rejected,
                      fmt::format("{} offers no stream that could be held: GET is answered 405, as servers without one "
                                  "do; hold sessions with --sessions --call TOOL=RATE (stream: session)",
                                  options.url.str()));
  }
  if (speaks(Era::streamable)) { return StreamKind::streamable_get; }
  if (speaks(Era::http_sse)) { return StreamKind::http_sse_get; }
  if (is_plain_stream(detection)) { return StreamKind::plain_get; }
  std::string why;
  for (const auto& attempt : detection.attempts) {
    if (attempt.error) {
      return wire::fail(attempt.error->code,
                        fmt::format("{} cannot be reached: {}", options.url.str(), attempt.error->detail));
    }
    why += fmt::format("{}{}: {}", why.empty() ? "" : "; ", attempt.question, attempt.why);
  }
  return wire::fail(
      wire::ErrorCode::rejected,
      fmt::format("{} offers no stream that could be held: {} (a plain event stream is held with --era none)",
                  options.url.str(), why));
}

}  // namespace

Era era_of(StreamKind kind) {
  switch (kind) {
    case StreamKind::http_sse_get:
      return Era::http_sse;
    case StreamKind::streamable_get:
    case StreamKind::streamable_post:
    case StreamKind::session:
      return Era::streamable;
    case StreamKind::listen:
      return Era::stateless;
    case StreamKind::automatic:
    case StreamKind::plain_get:
    case StreamKind::none:
      break;
  }
  return Era::none;
}

wire::ClientOptions client_to(const Scenario& scenario, const Looked& looked, const wire::RunBounds& run) {
  auto client = client_of(scenario, run);
  client.connect_to = looked.addresses.empty() ? "" : looked.addresses.front();
  return client;
}

wire::ClientOptions client_of(const Scenario& scenario, const wire::RunBounds& run) {
  wire::ClientOptions client;
  client.run = run;
  client.ca_file = scenario.target.ca_file;
  client.insecure = scenario.target.insecure;
  client.user_agent = kProgram;
  return client;
}

wire::Result<Targets> targets_of(const Scenario& scenario) {
  Targets targets;
  for (const auto& population : scenario.populations) {
    const auto url = wire::parse_target_url(url_text(scenario, population));
    if (!url) { return tl::unexpected(url.error()); }
    const auto same = std::find_if(targets.urls.begin(), targets.urls.end(),
                                   [&](const wire::Url& other) { return other.origin() == url->origin(); });
    targets.of_population.push_back(static_cast<std::uint32_t>(same - targets.urls.begin()));
    if (same == targets.urls.end()) { targets.urls.push_back(*url); }
  }
  return targets;
}

wire::Result<std::vector<wire::SocketAddress>> fixed_addresses(const Scenario& scenario, const wire::Url& url) {
  const auto prefix = wire::SocketAddress{url.host, url.port}.text() + ":";
  for (const auto& entry : scenario.resolve) {
    if (entry.compare(0, prefix.size(), prefix) == 0) {
      return parse_resolve(entry, std::string_view(entry).substr(prefix.size()), url.port);
    }
  }
  return std::vector<wire::SocketAddress>{};
}

wire::Result<std::vector<Looked>> look_up_all(const Scenario& scenario, const Targets& targets, const LookUp& look_up,
                                              const wire::RunBounds& run) {
  std::vector<Looked> all;
  for (std::uint32_t i = 0; i < targets.urls.size(); ++i) {
    const auto fixed = fixed_addresses(scenario, targets.urls[i]);
    if (!fixed) { return tl::unexpected(fixed.error()); }
    if (!fixed->empty()) {
      all.push_back({i, texts(*fixed), "", -1});
      continue;
    }
    auto looked = look_up_one(look_up, targets.urls[i], i, run);
    if (!looked.failure.empty()) { return wire::fail(wire::ErrorCode::resolve_failed, looked.failure); }
    all.push_back(std::move(looked));
  }
  return all;
}

bool all_on_loopback(const std::vector<Looked>& looked) {
  return std::all_of(looked.begin(), looked.end(), [](const Looked& one) {
    return std::all_of(one.addresses.begin(), one.addresses.end(),
                       [](const std::string& address) { return address.rfind("127.", 0) == 0; });
  });
}

struct NameKeeper::Impl {
  struct SharedNames {
    LookUp look_up;
    wire::LoadPermission permission;
    std::vector<std::pair<std::uint32_t, wire::Url>> names;
    std::chrono::nanoseconds every{};
    std::map<std::uint32_t, std::vector<std::string>> known;  ///< Of the thread alone.
    std::mutex mutex;
    std::vector<Looked> news;
  };

  static std::optional<Background::Time> ask(SharedNames& shared) {
    for (const auto& [target, url] : shared.names) {
      auto looked = look_up_one(shared.look_up, url, target, {});
      if (const auto may = wire::may_load(shared.permission, url.host, looked.addresses); !may) {
        looked.failure = may.error().detail;
        looked.addresses.clear();
      }
      auto& known = shared.known[target];
      if (looked.addresses == known) {
        looked.addresses.clear();
      } else if (!looked.addresses.empty()) {
        known = looked.addresses;
      }
      const std::lock_guard lock(shared.mutex);
      shared.news.push_back(std::move(looked));
    }
    return std::chrono::steady_clock::now() +
           std::chrono::duration_cast<std::chrono::steady_clock::duration>(shared.every);
  }

  std::shared_ptr<SharedNames> shared = std::make_shared<SharedNames>();
  std::unique_ptr<Background> thread;
};

NameKeeper::NameKeeper(const Scenario& scenario, const Targets& targets, std::vector<Looked> first, LookUp look_up,
                       wire::LoadPermission permission)
    : impl_(std::make_unique<Impl>()) {
  impl_->shared->look_up = std::move(look_up);
  impl_->shared->permission = std::move(permission);
  for (auto& looked : first) {
    const auto& url = targets.urls[looked.target];
    const bool numeric = wire::parse_socket_address(wire::SocketAddress{url.host, 1}.text()).has_value();
    if (looked.took_ns >= 0 && !numeric) {
      impl_->shared->names.emplace_back(looked.target, url);
      impl_->shared->known[looked.target] = std::move(looked.addresses);
    }
  }
  if (impl_->shared->names.empty() || scenario.resolve_every <= 0) { return; }
  impl_->shared->every = std::chrono::nanoseconds(scenario.resolve_every);
  impl_->thread = std::make_unique<Background>([shared = impl_->shared] { return Impl::ask(*shared); },
                                               std::chrono::steady_clock::now() + impl_->shared->every);
}

NameKeeper::~NameKeeper() = default;

std::vector<Looked> NameKeeper::take() {
  const std::lock_guard lock(impl_->shared->mutex);
  return std::exchange(impl_->shared->news, {});
}

wire::Result<void> resolve_streams(Scenario& scenario, const wire::Headers& headers, const Targets& targets,
                                   const std::vector<Looked>& looked, const wire::RunBounds& run) {
  std::vector<bool> connected(targets.urls.size(), false);
  std::map<std::string, StreamKind> kinds;  // Of one URL, whoever asks for it.
  for (std::size_t i = 0; i < scenario.populations.size(); ++i) {
    auto& population = scenario.populations[i];
    const auto target = targets.of_population[i];
    const auto url = wire::parse_url(url_text(scenario, population));
    if (!url) { return tl::unexpected(url.error()); }
    auto client = client_to(scenario, looked[target], run);
    client.connect_timeout = milliseconds(population.connect_timeout);
    if (population.stream == StreamKind::automatic) {
      auto known = kinds.find(url->str());
      if (known == kinds.end()) {
        const auto timeout = std::min(kKindTimeout, milliseconds(population.answer_timeout));
        const auto kind = ask_for_kind(
            {.url = *url, .headers = headers, .client = client, .timeout = timeout, .plain_after = kPlainAfter});
        if (!kind) { return tl::unexpected(kind.error()); }
        known = kinds.emplace(url->str(), *kind).first;
      }
      population.stream = known->second;
    } else if (!connected[target]) {
      wire::HttpClient http(client);
      if (const auto connection = http.connect(*url, wire::Deadline::in(client.connect_timeout)); !connection) {
        return wire::fail(connection.error().code,
                          fmt::format("{} cannot be reached: {}", url->str(), connection.error().detail));
      }
    }
    connected[target] = true;
    if (population.revision.empty() && era_of(population.stream) != Era::none) {
      population.revision = wire::mcp::newest_revision(era_of(population.stream));
    }
  }
  return {};
}

}  // namespace weir::loadgen
