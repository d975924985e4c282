#include "loadgen/watch/live_page.hpp"

#include <arpa/inet.h>

#include <atomic>
#include <charconv>
#include <mutex>
#include <utility>

#include "reports/load/writers.hpp"
#include "wire/base/text.hpp"
#include "wire/http/http.hpp"
#include "wire/serve/server.hpp"

namespace weir::loadgen {

namespace {

using reports::load::LoadResults;

constexpr std::size_t kFeedBytes = 512 * 1024;    // Minutes of seconds, for readers that were away.
constexpr std::chrono::milliseconds kFresh{900};  // A page that is no older serves all who ask.

/// A name that is not this machine's was led here by its own name server: what asks is a page from elsewhere.
bool names_this_machine(std::string_view host) {
  if (host.starts_with('[')) { return host.find(']') != std::string_view::npos; }
  const std::string name = wire::lower(host.substr(0, host.find(':')));
  in_addr unused{};
  return name == "localhost" || ::inet_pton(AF_INET, name.c_str(), &unused) == 1;
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

wire::Served page_of(std::shared_ptr<const std::string> text) {
  wire::Served served;
  served.fields = {{"Content-Type", "text/html; charset=utf-8"},
                   {"Cache-Control", "no-store"},
                   {"X-Content-Type-Options", "nosniff"}};
  served.body = std::move(text);
  return served;
}

}  // namespace

struct LivePage::Impl {
  explicit Impl(wire::Reach who) : reach(who) {}

  std::optional<wire::Served> answer(const wire::Asked& asked) {
    if (reach == wire::Reach::loopback && !names_this_machine(asked.fields.get("host"))) {
      return wire::Served::refusal("421 Misdirected Request", "ask by an address, or as localhost");
    }
    // A page that renews itself asks with the query "live": it has yet to ask for the report as a whole.
    if (asked.path == "/") { return page(asked.query != "live"); }
    if (asked.path == "/events") { return events(asked); }
    return wire::Served::refusal("404 Not Found", "there are / and /events");
  }

  std::optional<wire::Served> page(bool whole) {
    const std::lock_guard lock(mutex);
    if (over) {
      if (whole) { ++reports_served; }
      return page_of(shown);
    }
    if (given) {
      shown = std::make_shared<const std::string>(reports::load::live_report(*given, status, after));
      shown_at = wire::Clock::now();
      given.reset();
      wanted = false;
    }
    if (shown && wire::Clock::now() - shown_at < kFresh) { return page_of(shown); }
    wanted = true;
    return std::nullopt;
  }

  /// The id in the header is what a reader that comes back saw last, the query what the page knew that it comes from.
  wire::Served events(const wire::Asked& asked) const {
    const std::uint64_t latest = feed->latest();
    std::optional<std::uint64_t> seen = number_in(asked.fields.get("last-event-id"));
    if (!seen && asked.query.starts_with("after=")) { seen = number_in(std::string_view(asked.query).substr(6)); }
    if (is_over() && seen == latest) {
      // To be asked no more (WHATWG HTML section 9.2.3).
      wire::Served nothing;
      nothing.status = "204 No Content";
      return nothing;
    }
    wire::Served served;
    served.fields = {{"Content-Type", "text/event-stream"},
                     {"Cache-Control", "no-store"},
                     {"X-Accel-Buffering", "no"},  // A proxy that holds events back shows nothing.
                     {"X-Content-Type-Options", "nosniff"}};
    served.feed = feed;
    served.after = seen.value_or(latest == 0 ? 0 : latest - 1);
    return served;
  }

  bool is_over() const {
    const std::lock_guard lock(mutex);
    return over;
  }

  const wire::Reach reach;
  const std::shared_ptr<wire::EventFeed> feed = std::make_shared<wire::EventFeed>(kFeedBytes);
  std::atomic<bool> wanted{false};

  mutable std::mutex mutex;
  std::optional<LoadResults> given;  ///< And not made into a page yet.
  std::string status;
  std::uint64_t after = 0;  ///< The latest event that they are of.
  std::shared_ptr<const std::string> shown;
  wire::Clock::time_point shown_at{};
  bool over = false;
  std::size_t told = 0;            ///< Readers that were there at the end.
  std::size_t reports_served = 0;  ///< Since then.

  std::optional<wire::Server> server;  ///< Ends before what it serves.
};

LivePage::LivePage(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LivePage::LivePage(LivePage&&) noexcept = default;
LivePage& LivePage::operator=(LivePage&&) noexcept = default;
LivePage::~LivePage() = default;

wire::Result<LivePage> LivePage::start(const std::string& address, wire::Reach reach) {
  auto listener = wire::listen_at(address, reach, kUiOption);
  if (!listener) { return tl::unexpected(listener.error()); }
  auto impl = std::make_unique<Impl>(reach);
  auto server = wire::Server::start(std::move(*listener),
                                    [own = impl.get()](const wire::Asked& asked) { return own->answer(asked); });
  if (!server) { return tl::unexpected(server.error()); }
  impl->server = std::move(*server);
  return LivePage(std::move(impl));
}

bool LivePage::is_wanted() const { return impl_->wanted; }

void LivePage::give(LoadResults so_far, std::string status) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->given = std::move(so_far);
    impl_->status = std::move(status);
    impl_->after = impl_->feed->latest();
    impl_->wanted = false;
  }
  impl_->server->wake();
}

void LivePage::second(const reports::load::Point& point, const reports::load::RunInfo& run, std::string_view status) {
  impl_->feed->publish("second", reports::load::live_second(point, run, status));
  impl_->server->wake();
}

void LivePage::conclude(std::string report) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->shown = std::make_shared<const std::string>(std::move(report));
    impl_->over = true;
    impl_->given.reset();
    impl_->told = impl_->server->readers();
  }
  impl_->feed->publish("end", "{}");
  impl_->feed->finish();
  impl_->server->wake();
}

bool LivePage::is_read() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->reports_served >= impl_->told && impl_->server->guests() == 0;
}

const std::string& LivePage::address() const { return impl_->server->address(); }

}  // namespace weir::loadgen
