#include "loadgen/supervise/identity.hpp"

#include <openssl/evp.h>
#include <sys/random.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <ctime>

#include "loadgen/net/loop.hpp"
#include "wire/base/files.hpp"
#include "wire/json/json.hpp"
#include "wire/mcp/dialogue.hpp"

namespace weir::loadgen {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kHashBytes = 8, kIdBytes = 6;
constexpr std::chrono::milliseconds kAskTimeout = 3s;
constexpr std::size_t kSaidBytes = 100;  ///< Of a name or a version that an endpoint gives itself.

std::string hex(const unsigned char* bytes, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) { out += fmt::format("{:02x}", bytes[i]); }
  return out;
}

std::string digest(std::string_view text, std::size_t bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), sum.data(), &size, EVP_sha256(), nullptr);
  return hex(sum.data(), bytes);
}

std::string said(const wire::json::object& info, std::string_view member) {
  const wire::json::value* value = info.if_contains(member);
  const auto text = value != nullptr ? wire::as_string(value) : std::nullopt;
  return text ? wire::excerpt(*text, kSaidBytes) : "";
}

}  // namespace

std::string scenario_hash(const Scenario& scenario) {
  Scenario load = scenario;
  load.name.clear();
  load.workers = 0;
  load.sources.clear();
  load.resolve.clear();
  load.thresholds.clear();
  return digest(to_yaml(load), kHashBytes);
}

std::string run_id_of(const RunOptions& options, const std::string& scenario_hash) {
  if (!options.run_id.empty()) { return options.run_id; }
  if (options.shards > 1 && options.start_at_unix_ns) {
    return digest(fmt::format("{} {} {}", scenario_hash, options.shards, *options.start_at_unix_ns), kIdBytes);
  }
  std::array<unsigned char, kIdBytes> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return digest(fmt::format("{} {} {}", scenario_hash, realtime_ns(), ::getpid()), kIdBytes);
  }
  return hex(bytes.data(), bytes.size());
}

std::string kernel_text() {
  utsname names{};
  if (::uname(&names) != 0) { return ""; }
  return fmt::format("{} {} {}", names.sysname, names.release, names.machine);
}

reports::load::ClockInfo clock_now() {
  reports::load::ClockInfo clock;
  constexpr std::size_t kMostOfId = 64;
  const auto id = wire::read_file("/proc/sys/kernel/random/boot_id", kMostOfId);
  if (id && *id) { clock.kernel = (*id)->substr(0, (*id)->find('\n')); }
  timex kept{};
  if (::adjtimex(&kept) >= 0 && (kept.status & STA_UNSYNC) == 0) {
    clock.error_ns = kept.maxerror * (kMillisecond / 1000);
  }
  return clock;
}

std::int64_t utc_offset_s(std::int64_t unix_s) {
  const std::time_t moment = unix_s;
  std::tm local{};
  return ::localtime_r(&moment, &local) == nullptr ? 0 : local.tm_gmtoff;
}

reports::load::ServerInfo ask_server(const Scenario& resolved, const wire::Headers& headers, const Targets& targets,
                                     const std::vector<Looked>& looked, const wire::RunBounds& run) {
  for (std::size_t i = 0; i < resolved.populations.size(); ++i) {
    const auto& population = resolved.populations[i];
    const auto era = era_of(population.stream);
    const auto url = wire::parse_url(population.url.empty() ? resolved.target.url : population.url);
    if (era == wire::mcp::Era::none || !url) { continue; }
    wire::HttpClient http(client_to(resolved, looked[targets.of_population[i]], run));
    auto dialogue = wire::mcp::Dialogue::open(http, {.url = *url,
                                                     .era = era,
                                                     .revision = population.revision,
                                                     .headers = headers,
                                                     .client_name = "weir-loadgen",
                                                     .timeout = kAskTimeout});
    if (!dialogue) { return {}; }
    const auto info = dialogue->server_info();
    reports::load::ServerInfo server{said(info, "name"), said(info, "version"), dialogue->revision()};
    (void)dialogue->delete_session();
    return server;
  }
  return {};
}

}  // namespace weir::loadgen
