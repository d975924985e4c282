#include "loadgen/watch/prometheus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "loadgen/watch/metrics_endpoint.hpp"
#include "loadgen/watch/metrics_push.hpp"
#include "wire/base/bytes.hpp"
#include "wire/http/http_client.hpp"

namespace weir::loadgen {
namespace {

using namespace reports::load;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

const Layout kLayout{{{"streams", {"echo", "add"}}, {"more", {"echo"}}}};
const MetricLabels kLabels{.target = "staging", .shard = "1/1", .version = "0.1.0"};

Moment moment_of(const Snapshot& totals) {
  Moment moment(kLayout);
  moment.totals = totals;
  return moment;
}

std::string text_of(const Moment& moment) { return metrics_text(metric_families(kLayout, moment, kLabels)); }
std::string text_of(const Snapshot& totals) { return text_of(moment_of(totals)); }

/// Every "name{labels}" of a text.
std::set<std::string> series(const std::string& text) {
  std::set<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.front() != '#') { found.insert(line.substr(0, line.rfind(' '))); }
  }
  return found;
}

Snapshot busy() {
  Snapshot totals(kLayout);
  auto& one = totals.populations[0];
  one[Gauge::streams_open] = 3;
  one[Counter::stream_ms] = 4'000;
  one.ends[static_cast<std::size_t>(EndReason::idle_cut)] = 2;
  one.age[static_cast<std::size_t>(EndReason::idle_cut)].record(60'000'000'000, 2);
  one.connect[static_cast<std::size_t>(ConnectPhase::tls)].record(5'000'000);
  one[Timer::heartbeat_gap].record(15'000'000'000);
  one.tools[0].outcomes[static_cast<std::size_t>(CallOutcome::ok)] = 4;
  one.tools[0].duration.record(30'000'000, 4);
  one.tools[0].intended = 5;
  totals.populations[1][Gauge::streams_open] = 4;
  totals.populations[1].tools[0].outcomes[static_cast<std::size_t>(CallOutcome::ok)] = 6;
  totals[WorkerGauge::alive] = 2;
  return totals;
}

TEST(Metrics, are_all_there_from_zero_on) {
  const auto before = series(text_of(Snapshot(kLayout)));
  EXPECT_EQ(before, series(text_of(busy())));
  for (const char* name :
       {"weir_soak_streams_open{target=\"staging\",population=\"streams\"}",
        "weir_soak_streams_opened_total{target=\"staging\",population=\"more\"}",
        "weir_soak_opens_intended_total{target=\"staging\",population=\"more\"}",
        "weir_soak_stream_seconds_total{target=\"staging\",population=\"more\"}",
        "weir_soak_stream_ends_total{target=\"staging\",population=\"streams\",reason=\"client\"}",
        "weir_soak_stream_drops_total{target=\"staging\",population=\"streams\",reason=\"idle_cut\"}",
        "weir_soak_stream_age_seconds_bucket{target=\"staging\",reason=\"rst\",le=\"355\"}",
        "weir_soak_heartbeat_gap_seconds_bucket{target=\"staging\",population=\"streams\",le=\"31\"}",
        "weir_soak_delivery_delay_seconds_bucket{target=\"staging\",population=\"streams\",le=\"1e-05\"}",
        "weir_soak_ongoing_seconds{target=\"staging\",population=\"streams\",what=\"reconnect\"}",
        "weir_soak_events_sequenced_total{target=\"staging\",population=\"streams\"}",
        "weir_soak_reconnects_resumed_total{target=\"staging\",population=\"streams\"}",
        "weir_soak_streams_polled{target=\"staging\",population=\"streams\"}",
        "weir_soak_polls_total{target=\"staging\",population=\"streams\",result=\"resumed\"}",
        "weir_soak_polls_total{target=\"staging\",population=\"streams\",result=\"failed\"}",
        "weir_soak_server_requests_total{target=\"staging\",population=\"streams\"}",
        "weir_soak_retry_after_honoured_total{target=\"staging\",population=\"streams\"}",
        "weir_soak_connect_phase_seconds_bucket{target=\"staging\",phase=\"first_event\",le=\"0.005\"}",
        "weir_soak_call_duration_seconds_bucket{target=\"staging\",population=\"streams\",tool=\"add\",le=\"29\"}",
        "weir_soak_calls_total{target=\"staging\",population=\"more\",tool=\"echo\",outcome=\"wrong_session\"}",
        "weir_soak_duplicate_answers_total{target=\"staging\",population=\"more\",tool=\"echo\"}",
        "weir_soak_reconnect_duration_seconds_count{target=\"staging\",population=\"streams\"}",
        "weir_soak_open_queue_seconds_count{target=\"staging\",population=\"streams\"}",
        "weir_soak_silent_streams{target=\"staging\",population=\"streams\",over=\"30s\"}",
        "weir_soak_silent_streams{target=\"staging\",population=\"more\",over=\"120s\"}",
        "weir_soak_reconnects_total{target=\"staging\",population=\"streams\",result=\"failed\"}",
        "weir_loadgen_lag_bound_seconds{target=\"staging\",shard=\"1/1\"}",
        "weir_loadgen_heap_bytes{target=\"staging\",shard=\"1/1\"}",
        "weir_loadgen_schedule_lag_seconds_count{target=\"staging\",shard=\"1/1\"}",
        "weir_loadgen_intended_calls_total{target=\"staging\",shard=\"1/1\"}",
        "weir_loadgen_dropped_calls_total{target=\"staging\",shard=\"1/1\",cause=\"no_stream\"}"}) {
    EXPECT_TRUE(before.count(name)) << name;
  }
  EXPECT_THAT(text_of(busy()), HasSubstr("weir_suite_build_info{version=\"0.1.0\",spec=\"2026-07-28\"} 1"));
}

TEST(Metrics, tell_which_run_they_are_of) {
  MetricLabels labels{.target = "staging", .shard = "2/4", .version = "0.1.0"};
  labels.run.run_id = "night-7";
  labels.run.scenario = "soak.yaml";
  labels.run.scenario_hash = "9b3c2f60d4e1a875";
  labels.run.seed = 42;
  labels.run.start_unix_ns = 1'767'323'045'500'000'000;
  labels.run.server = {"weather", "2.0", "2025-11-25"};
  labels.run.kernel = "Linux 6.1.0 x86_64";
  labels.run.labels = {{"commit", std::string(500, 'x')}};
  const auto text = metrics_text(metric_families(kLayout, Moment(kLayout), labels));
  EXPECT_THAT(text, HasSubstr("weir_load_run_info{target=\"staging\",shard=\"2/4\",run_id=\"night-7\",scenario="
                              "\"soak.yaml\",scenario_hash=\"9b3c2f60d4e1a875\",seed=\"42\",server=\"weather\","
                              "server_version=\"2.0\",server_revision=\"2025-11-25\",version=\"0.1.0\",kernel="
                              "\"Linux 6.1.0 x86_64\",label_commit=\"xxx"));
  EXPECT_THAT(text, Not(HasSubstr(std::string(130, 'x'))));
  EXPECT_THAT(text, HasSubstr("weir_load_run_start_timestamp_seconds{target=\"staging\",shard=\"2/4\",run_id="
                              "\"night-7\"} 1767323045.5\n"));
}

TEST(Metrics, start_no_command_where_somebody_prints_them) {
  MetricLabels labels{.target = "staging", .shard = "1/1", .version = "0.1.0"};
  labels.run.server = {"##[error]x\x1b[2J", "\n::error::y", ""};
  const auto text = metrics_text(metric_families(kLayout, Moment(kLayout), labels));
  EXPECT_THAT(text, Not(HasSubstr("##[")));
  EXPECT_THAT(text, Not(HasSubstr("::error")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(Metrics, tell_populations_apart) {
  const auto text = text_of(busy());
  const std::string open = "weir_soak_streams_open{target=\"staging\",population=";
  EXPECT_THAT(text, HasSubstr(open + "\"streams\"} 3\n"));
  EXPECT_THAT(text, HasSubstr(open + "\"more\"} 4\n"));
  const std::string calls = "weir_soak_calls_total{target=\"staging\",population=";
  EXPECT_THAT(text, HasSubstr(calls + "\"streams\",tool=\"echo\",outcome=\"ok\"} 4\n"));
  EXPECT_THAT(text, HasSubstr(calls + "\"more\",tool=\"echo\",outcome=\"ok\"} 6\n"));
  EXPECT_THAT(text, HasSubstr("weir_loadgen_intended_calls_total{target=\"staging\",shard=\"1/1\"} 5\n"));
}

TEST(Metrics, count_what_we_ended_among_the_ends_and_not_among_the_drops) {
  auto totals = busy();
  totals.populations[0].ends[static_cast<std::size_t>(EndReason::client)] = 5;
  totals.populations[0][Counter::polls_failed] = 3;
  const auto text = text_of(totals);
  const std::string reason = "{target=\"staging\",population=\"streams\",reason=\"";
  EXPECT_THAT(text, HasSubstr("weir_soak_stream_ends_total" + reason + "client\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("weir_soak_stream_drops_total" + reason + "idle_cut\"} 2\n"));
  EXPECT_THAT(text, Not(HasSubstr("weir_soak_stream_drops_total" + reason + "client")));
  EXPECT_THAT(text, Not(HasSubstr("weir_soak_stream_drops_total" + reason + "completed")));
  EXPECT_THAT(text, Not(HasSubstr("weir_soak_stream_drops_total" + reason + "polled\"")));
  EXPECT_THAT(text, HasSubstr("weir_soak_stream_drops_total" + reason + "polls_failed\"} 3\n"));
}

TEST(Metrics, count_a_call_once_and_a_second_answer_beside_it) {
  auto totals = busy();
  totals.populations[0].tools[0].outcomes[static_cast<std::size_t>(CallOutcome::duplicate)] = 3;
  const auto text = text_of(totals);
  EXPECT_THAT(text, HasSubstr("weir_soak_duplicate_answers_total{target=\"staging\",population=\"streams\","
                              "tool=\"echo\"} 3\n"));
  EXPECT_THAT(text, Not(HasSubstr("outcome=\"duplicate\"")));
}

TEST(Metrics, keep_the_series_of_calls_within_bounds_and_their_sum_right) {
  Layout layout{{{"many", {}}}};
  for (int i = 0; i < 500; ++i) { layout.populations[0].tools.push_back(fmt::format("tool{}", i)); }
  Moment moment(layout);
  for (auto& tool : moment.totals.populations[0].tools) { tool.outcomes[0] = 1; }
  const auto text = metrics_text(metric_families(layout, moment, kLabels));
  EXPECT_THAT(text, HasSubstr("{target=\"staging\",population=\"(rest)\",tool=\"(rest)\",outcome=\"ok\"} 372\n"));
  EXPECT_LT(series(text).size(), 8'000u);
}

TEST(Metrics, tell_the_phase_that_goes_on_and_no_other) {
  Moment moment(kLayout);
  EXPECT_THAT(text_of(moment), Not(HasSubstr("weir_soak_phase")));
  moment.phase = PhaseInfo{.name = "search 3", .kind = "search", .start_ns = 4'500'000'000, .streams = 80};
  const auto text = text_of(moment);
  const std::string labels = "{target=\"staging\",shard=\"1/1\",phase=\"search 3\",kind=\"search\"}";
  EXPECT_THAT(text, HasSubstr("weir_soak_phase" + labels + " 1\n"));
  EXPECT_THAT(text, HasSubstr("weir_soak_phase_start_timestamp_seconds" + labels + " 4.5\n"));
  EXPECT_THAT(text, HasSubstr("weir_soak_phase_streams_wanted" + labels + " 80\n"));
}

TEST(Metrics, judge_no_threshold_before_there_is_something_to_judge) {
  Moment moment(kLayout);
  ThresholdResult measured;
  measured.threshold.text = "stream_drops < 5";
  measured.threshold.bound = 5;
  measured.value = 2;
  measured.passed = true;
  ThresholdResult unmeasured;
  unmeasured.threshold.text = "call_latency_p99 < 1s";
  unmeasured.threshold.bound = 1;
  moment.thresholds = {measured, measured, unmeasured};
  const auto text = text_of(moment);
  const auto of = [](const std::string& threshold) { return "{target=\"staging\",threshold=\"" + threshold + "\"} "; };
  EXPECT_THAT(text, HasSubstr("weir_soak_threshold_passed" + of("stream_drops < 5") + "1\n"));
  EXPECT_THAT(text, HasSubstr("weir_soak_threshold_value" + of("stream_drops < 5") + "2\n"));
  EXPECT_THAT(text, HasSubstr("weir_soak_threshold_bound" + of("call_latency_p99 < 1s") + "1\n"));
  EXPECT_THAT(text, Not(HasSubstr("weir_soak_threshold_passed" + of("call_latency_p99 < 1s"))));
  EXPECT_EQ(text.find(of("stream_drops < 5"), text.find("weir_soak_threshold_passed{") + 90),
            text.find("weir_soak_threshold_value{") + std::string("weir_soak_threshold_value").size());
}

TEST(Metrics, bracket_a_cut_between_two_buckets) {
  const auto text = text_of(busy());
  const std::string age = "weir_soak_stream_age_seconds_bucket{target=\"staging\",reason=\"idle_cut\",le=";
  EXPECT_THAT(text, HasSubstr(age + "\"55\"} 0\n"));
  EXPECT_THAT(text, HasSubstr(age + "\"62\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(age + "\"+Inf\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("weir_soak_connect_phase_seconds_sum{target=\"staging\",phase=\"tls\"} 0.005"));
}

LoadResults results() {
  LoadResults made;
  made.duration_ns = 90'000'000'000;
  made.exit_code = reports::ExitCode::target_fails;
  ThresholdResult threshold;
  threshold.threshold.text = "stream_drop_ratio < 0.001";
  made.thresholds = {threshold};
  made.layout = kLayout;
  made.total.numbers = busy();
  made.total.numbers.span_ns = made.duration_ns;
  made.total.peak_open = made.total.open.peak = made.total.open.wanted = made.total.open.due = 7;
  return made;
}

TEST(Metrics, tell_the_verdict_of_a_run) {
  const auto text = metrics_text(verdict_families(results(), kLabels, 1'700'000'000));
  const std::string whose = "{target=\"staging\",shard=\"1/1\"} ";
  EXPECT_THAT(text, HasSubstr("weir_soak_run_passed" + whose + "0\n"));
  EXPECT_THAT(text, HasSubstr("weir_soak_run_valid" + whose + "1\n"));
  EXPECT_THAT(text, HasSubstr("weir_soak_run_exit_code" + whose + "1\n"));
  EXPECT_THAT(text, HasSubstr("weir_soak_run_threshold_passed{target=\"staging\",shard=\"1/1\",threshold="
                              "\"stream_drop_ratio < 0.001\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("weir_soak_last_run_timestamp_seconds" + whose + "1700000000\n"));
  EXPECT_THAT(text, HasSubstr("weir_soak_run_stream_drops" + whose + "2\n"));
  EXPECT_THAT(text, HasSubstr("weir_soak_run_stream_drop_rate" + whose + "0."));
  EXPECT_THAT(text, HasSubstr("weir_soak_run_calls_failed_ratio" + whose + "0\n"));
}

TEST(Metrics, leave_nothing_that_went_on_where_it_stays_for_ever) {
  const auto families = verdict_families(results(), kLabels, 1'700'000'000);
  EXPECT_LT(families.size(), 26u);
  std::set<std::string> live;
  for (const auto& family : metric_families(kLayout, moment_of(busy()), kLabels)) { live.insert(family.name); }
  for (const auto& family : families) {
    EXPECT_EQ(family.type, prometheus::MetricType::Gauge) << family.name;
    EXPECT_FALSE(live.contains(family.name)) << family.name;
  }
}

TEST(Metrics, say_nothing_of_what_a_run_did_not_measure) {
  LoadResults nothing;
  nothing.layout = kLayout;
  nothing.total.numbers = Snapshot(kLayout);
  const auto text = metrics_text(verdict_families(nothing, kLabels, 1'700'000'000));
  EXPECT_THAT(text, Not(HasSubstr("weir_soak_run_call_p99_seconds")));
  EXPECT_THAT(text, Not(HasSubstr("weir_soak_run_stream_drops")));
  EXPECT_THAT(text, HasSubstr("weir_soak_run_exit_code{target=\"staging\",shard=\"1/1\"} 4\n"));
}

TEST(Metrics, promtool_has_nothing_to_say) {
  const auto path = std::filesystem::path(::testing::TempDir()) / ("weir_metrics_" + std::to_string(::getpid()));
  auto moment = moment_of(busy());
  moment.phase = PhaseInfo{.name = "hold", .kind = "hold"};
  moment.thresholds = results().thresholds;
  auto families = metric_families(kLayout, moment, kLabels);
  for (auto& family : verdict_families(results(), kLabels, 1'700'000'000)) { families.push_back(std::move(family)); }
  for (const auto& family : families) { EXPECT_EQ(family.help.find('\n'), std::string::npos) << family.name; }
  std::ofstream(path) << metrics_text(families);
  const auto command = "promtool check metrics < " + path.string() + " > " + path.string() + ".out 2>&1";
  const int status = std::system(command.c_str());
  std::ostringstream said;
  said << std::ifstream(path.string() + ".out").rdbuf();
  EXPECT_EQ(WEXITSTATUS(status), 0) << said.str();
  EXPECT_EQ(said.str(), "");
  std::filesystem::remove(path);
  std::filesystem::remove(path.string() + ".out");
}

wire::Result<wire::Exchange> scrape(const std::string& address) {
  wire::HttpClient client;
  wire::Request request;
  request.url = *wire::parse_url("http://" + address + "/metrics");
  return client.exchange(request, wire::Deadline::in(5s));
}

TEST(MetricsEndpoint, serves_what_it_was_told_last) {
  auto endpoint = MetricsEndpoint::start("127.0.0.1:0", kLayout, kLabels);
  ASSERT_TRUE(endpoint) << endpoint.error().detail;
  auto answer = scrape(endpoint->address());
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->head.status, 200);
  const std::string open = "weir_soak_streams_open{target=\"staging\",population=\"streams\"} ";
  EXPECT_THAT(answer->body, HasSubstr(open + "0\n"));
  endpoint->update(moment_of(busy()));
  answer = scrape(endpoint->address());
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->body, HasSubstr(open + "3\n"));
  EXPECT_THAT(answer->body, Not(HasSubstr("weir_soak_run_passed")));
  endpoint->conclude(verdict_families(results(), kLabels, 1'700'000'000));
  answer = scrape(endpoint->address());
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->body, HasSubstr(open + "3\n"));
  EXPECT_THAT(answer->body, HasSubstr("weir_soak_run_passed{"));
}

/// Numbers of fields and their bytes, or their varints, as any reader of Protocol Buffers takes them apart.
std::multimap<std::uint64_t, std::string> fields_of(std::string_view bytes) {
  std::multimap<std::uint64_t, std::string> fields;
  while (!bytes.empty()) {
    std::uint64_t key = 0, number = 0;
    std::string value;
    EXPECT_TRUE(wire::take_varint(bytes, key));
    if ((key & 7) == 0) {
      EXPECT_TRUE(wire::take_varint(bytes, number));
      value = std::to_string(number);
    } else if ((key & 7) == 1) {
      value = bytes.substr(0, 8);
      bytes.remove_prefix(8);
    } else {
      EXPECT_EQ(key & 7, 2U);
      EXPECT_TRUE(wire::take_text(bytes, value));
    }
    fields.emplace(key >> 3, value);
  }
  return fields;
}

std::string only(const std::multimap<std::uint64_t, std::string>& fields, std::uint64_t number) {
  EXPECT_EQ(fields.count(number), 1U) << number;
  const auto found = fields.find(number);
  return found == fields.end() ? "" : found->second;
}

TEST(MetricsProtobuf, has_each_family_of_the_text_and_a_native_histogram_beside_the_classic_one) {
  const auto moment = moment_of(busy());
  const std::string bytes = metrics_protobuf(exposition_of(kLayout, moment, kLabels));
  std::map<std::string, std::multimap<std::uint64_t, std::string>> families;
  for (std::string_view rest = bytes; !rest.empty();) {
    std::string family;
    ASSERT_TRUE(wire::take_text(rest, family));
    auto fields = fields_of(family);
    families.emplace(only(fields, 1), std::move(fields));
  }
  const auto classic = metric_families(kLayout, moment, kLabels);
  ASSERT_EQ(families.size(), classic.size());
  for (const auto& family : classic) {
    ASSERT_TRUE(families.contains(family.name)) << family.name;
    const auto& fields = families.at(family.name);
    EXPECT_EQ(only(fields, 2), family.help);
    EXPECT_EQ(fields.count(4), family.metric.size());
    const bool is_histogram = family.type == prometheus::MetricType::Histogram;
    EXPECT_EQ(only(fields, 3) == "4", is_histogram) << family.name;
    if (!is_histogram) { continue; }
    const auto metric = fields_of(fields.find(4)->second);
    EXPECT_EQ(metric.count(1), family.metric.front().label.size());
    const auto histogram = fields_of(only(metric, 7));
    EXPECT_EQ(only(histogram, 1), std::to_string(family.metric.front().histogram.sample_count));
    EXPECT_EQ(histogram.count(3), family.metric.front().histogram.bucket.size());
    EXPECT_EQ(only(histogram, 5), "10");  // 5, zigzag.
    EXPECT_EQ(only(histogram, 6).size(), 8U);
  }
}

TEST(MetricsEndpoint, gives_protobuf_to_who_would_rather_have_it) {
  const auto endpoint = MetricsEndpoint::start("127.0.0.1:0", kLayout, kLabels);
  ASSERT_TRUE(endpoint);
  wire::Request request;
  request.url = *wire::parse_url("http://" + endpoint->address() + "/metrics");
  request.headers.set("Accept",
                      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
                      "text/plain;version=0.0.4;q=0.5,*/*;q=0.1");
  const auto answer = wire::HttpClient().exchange(request, wire::Deadline::in(5s));
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(wire::media_type(answer->head.headers.get("content-type")), "application/vnd.google.protobuf");
  EXPECT_EQ(answer->body, metrics_protobuf(exposition_of(kLayout, Moment(kLayout), kLabels)));
}

TEST(MetricsEndpoint, serves_while_others_hold_it_open) {
  auto endpoint = MetricsEndpoint::start("127.0.0.1:0", kLayout, kLabels);
  ASSERT_TRUE(endpoint) << endpoint.error().detail;
  const auto url = *wire::parse_url("http://" + endpoint->address());
  std::vector<int> held;
  for (int i = 0; i < 200; ++i) {  // More than it has places for: silent ones and half-asked ones.
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(url.port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    held.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::connect(held.back(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    const std::string_view half = i % 2 == 0 ? "" : "GET /metrics HTTP/1.1\r\nHost: x\r\n";
    ::send(held.back(), half.data(), half.size(), MSG_NOSIGNAL);
    if (i % 50 != 0) { continue; }
    const auto answer = scrape(endpoint->address());
    ASSERT_TRUE(answer) << i << ": " << answer.error().detail;
    EXPECT_EQ(answer->head.status, 200);
  }
  EXPECT_TRUE(scrape(endpoint->address()));
  for (const int fd : held) { ::close(fd); }
}

TEST(MetricsEndpoint, has_one_page_and_answers_get_alone) {
  const auto endpoint = MetricsEndpoint::start("127.0.0.1:0", kLayout, kLabels);
  ASSERT_TRUE(endpoint);
  wire::HttpClient client;
  wire::Request request;
  for (const auto& [method, path, status] : std::vector<std::tuple<std::string, std::string, int>>{
           {"GET", "/", 404}, {"GET", "/metrics?x=1", 200}, {"HEAD", "/metrics", 200}, {"POST", "/metrics", 405}}) {
    request.method = method;
    request.url = *wire::parse_url("http://" + endpoint->address() + path);
    const auto answer = client.exchange(request, wire::Deadline::in(5s));
    ASSERT_TRUE(answer) << method << path << answer.error().detail;
    EXPECT_EQ(answer->head.status, status) << method << path;
    EXPECT_EQ(answer->body.empty(), method == "HEAD");
  }
}

TEST(MetricsEndpoint, listens_beyond_loopback_only_where_it_was_told_to) {
  for (const char* given : {"0.0.0.0:0", "[::]:0", "203.0.113.77:0"}) {
    const auto checked = check_metrics_address(given);
    ASSERT_FALSE(checked) << given;
    EXPECT_THAT(checked.error().detail, HasSubstr("add --metrics-public")) << given;
    EXPECT_EQ(checked.error().detail.find('\n'), std::string::npos);
  }
  EXPECT_TRUE(check_metrics_address("0.0.0.0:0", Reach::anybody));
  EXPECT_TRUE(check_metrics_address("127.1.2.3:0"));
}

TEST(MetricsEndpoint, binds_loopback_where_no_address_is_given) {
  for (const char* given : {":0", "0", "localhost:0"}) {
    const auto endpoint = MetricsEndpoint::start(given, kLayout, kLabels);
    ASSERT_TRUE(endpoint) << given << ": " << endpoint.error().detail;
    EXPECT_THAT(endpoint->address(), ::testing::StartsWith("127.0.0.1:")) << given;
    EXPECT_THAT(endpoint->address(), Not(::testing::EndsWith(":0"))) << given;
  }
}

TEST(MetricsEndpoint, says_in_one_line_that_a_port_is_taken) {
  const auto first = MetricsEndpoint::start("127.0.0.1:0", kLayout, kLabels);
  ASSERT_TRUE(first);
  for (const auto& error : {MetricsEndpoint::start(first->address(), kLayout, kLabels).error().detail,
                            check_metrics_address(first->address()).error().detail}) {
    EXPECT_THAT(error, HasSubstr("--metrics " + first->address() + ": something listens there already"));
    EXPECT_EQ(error.find('\n'), std::string::npos);
  }
}

TEST(MetricsEndpoint, refuses_what_is_no_address) {
  for (const char* given :
       {"", "host.example:9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", ":-1"}) {
    const auto checked = check_metrics_address(given);
    ASSERT_FALSE(checked) << given;
    EXPECT_THAT(checked.error().detail, HasSubstr("--metrics")) << given;
  }
  EXPECT_THAT(check_metrics_address("203.0.113.77:0", Reach::anybody).error().detail,
              HasSubstr("--metrics 203.0.113.77:0"));
}

TEST(PushPath, encodes_names_that_are_no_path_segments) {
  const auto path_of = [](std::string target) { return push_path({.target = std::move(target)}); };
  EXPECT_EQ(path_of("staging-1.eu"), "/metrics/job/weir/target/staging-1.eu");
  EXPECT_EQ(path_of("a/b"), "/metrics/job/weir/target@base64/YS9i");
  EXPECT_EQ(path_of("http://x:80/mcp"), "/metrics/job/weir/target@base64/aHR0cDovL3g6ODAvbWNw");
  EXPECT_EQ(path_of("\xff\xfe"), "/metrics/job/weir/target@base64/__4");
  EXPECT_EQ(path_of(""), "/metrics/job/weir/target@base64/=");
}

TEST(PushPath, is_another_one_for_each_shard) {
  MetricLabels labels{.target = "staging", .shard = "2/4"};
  labels.run.shard = {.index = 1, .count = 4, .late_ns = 0, .merged = {}};
  EXPECT_EQ(push_path(labels), "/metrics/job/weir/target/staging/shard@base64/Mi80");
}

TEST(PushMetrics, says_in_one_sentence_that_nobody_is_there) {
  const auto pushed = push_metrics("http://127.0.0.1:1", kLabels, "x 1\n", 2s);
  ASSERT_FALSE(pushed);
  EXPECT_THAT(pushed.error().detail, HasSubstr("not pushed to http://127.0.0.1:1"));
}

TEST(PushMetrics, names_the_option_for_a_gateway_that_is_no_url) {
  EXPECT_THAT(push_metrics("gateway:9091", kLabels, "", 1s).error().detail, ::testing::StartsWith("--push: "));
}

}  // namespace
}  // namespace weir::loadgen
