#include "loadgen/worker/protocol.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "loadgen/limits.hpp"

namespace weir::loadgen {
namespace {

PhaseOrder a_phase() {
  PhaseOrder order;
  order.phase = 3;
  order.at_ns = 123'456'789'012;
  order.over_ns = 10'000'000'000;
  order.streams = {5, 0, 4'000'000};
  order.churn_per_second = {0.25, 0, 7};
  order.call_scale = 2.5;
  order.run_end_ns = 423'456'789'012;
  order.drop_all = true;
  return order;
}

Credentials some_credentials() {
  Credentials credentials;
  credentials.headers = {{"X-API-Key", "k"}, {"X-Tenant", ""}};
  credentials.bearer = std::string("a.b\0c", 5);
  credentials.generation = 7;
  credentials.renewable = true;
  return credentials;
}

std::vector<Order> every_order() {
  return {a_phase(), CredentialsOrder{some_credentials()}, AddressesOrder{2, {"203.0.113.7:443", "[::1]:80"}},
          StopOrder{42}};
}

std::vector<Report> every_report() {
  return {Started{}, SecondReport{std::string("\0\1\2", 3)}, TokenRefused{9}, Note{"worker 1: out of descriptors"},
          Finished{}};
}

TEST(RunProtocol, gives_back_a_phase_order) {
  Frames<Order> frames;
  frames.feed(encode(Order(a_phase())));
  const auto order = frames.next();
  ASSERT_TRUE(order);
  const auto& phase = std::get<PhaseOrder>(*order);
  EXPECT_EQ(phase.phase, 3u);
  EXPECT_EQ(phase.at_ns, 123'456'789'012);
  EXPECT_EQ(phase.over_ns, 10'000'000'000);
  EXPECT_EQ(phase.streams, (std::vector<std::int64_t>{5, 0, 4'000'000}));
  EXPECT_EQ(phase.churn_per_second, (std::vector<double>{0.25, 0, 7}));
  EXPECT_EQ(phase.call_scale, 2.5);
  EXPECT_EQ(phase.run_end_ns, 423'456'789'012);
  EXPECT_TRUE(phase.drop_all);
  EXPECT_FALSE(frames.next());
  EXPECT_FALSE(frames.broken());
}

TEST(RunProtocol, gives_back_credentials_addresses_and_stop) {
  Frames<Order> frames;
  for (const auto& order : every_order()) { frames.feed(encode(order)); }
  ASSERT_TRUE(frames.next());
  const auto credentials = std::get<CredentialsOrder>(*frames.next()).credentials;
  EXPECT_EQ(credentials.headers, some_credentials().headers);
  EXPECT_EQ(credentials.bearer, some_credentials().bearer);
  EXPECT_EQ(credentials.generation, 7u);
  EXPECT_TRUE(credentials.renewable);
  const auto addresses = std::get<AddressesOrder>(*frames.next());
  EXPECT_EQ(addresses.destination, 2u);
  EXPECT_EQ(addresses.addresses, (std::vector<std::string>{"203.0.113.7:443", "[::1]:80"}));
  EXPECT_EQ(std::get<StopOrder>(*frames.next()).deadline_ns, 42);
}

TEST(RunProtocol, gives_back_every_report_fed_byte_by_byte) {
  std::string bytes;
  for (const auto& report : every_report()) { bytes += encode(report); }
  Frames<Report> frames;
  std::vector<Report> seen;
  for (const char byte : bytes) {
    frames.feed(std::string_view(&byte, 1));
    while (auto report = frames.next()) { seen.push_back(std::move(*report)); }
  }
  ASSERT_EQ(seen.size(), 5u);
  EXPECT_TRUE(std::holds_alternative<Started>(seen[0]));
  EXPECT_EQ(std::get<SecondReport>(seen[1]).snapshot, std::string("\0\1\2", 3));
  EXPECT_EQ(std::get<TokenRefused>(seen[2]).generation, 9u);
  EXPECT_EQ(std::get<Note>(seen[3]).text, "worker 1: out of descriptors");
  EXPECT_TRUE(std::holds_alternative<Finished>(seen[4]));
}

TEST(RunProtocol, cuts_a_note_to_its_limit) {
  Frames<Report> frames;
  frames.feed(encode(Report(Note{std::string(10'000, 'x')})));
  const auto note = frames.next();
  ASSERT_TRUE(note);
  EXPECT_EQ(std::get<Note>(*note).text.size(), limits::kNoteBytes);
}

TEST(RunProtocol, refuses_an_unknown_kind_for_good) {
  Frames<Report> frames;
  frames.feed(std::string("\0\0\0\0\x7f", 5));
  EXPECT_FALSE(frames.next());
  EXPECT_TRUE(frames.broken());
  frames.feed(encode(Report(Started{})));
  EXPECT_FALSE(frames.next());
}

TEST(RunProtocol, refuses_an_over_long_frame_before_it_has_come) {
  Frames<Order> frames;
  frames.feed(std::string("\xff\xff\xff\xff\x01", 5));
  EXPECT_FALSE(frames.next());
  EXPECT_TRUE(frames.broken());
}

TEST(RunProtocol, does_not_take_an_order_for_a_report) {
  Frames<Report> frames;
  frames.feed(encode(Order(StopOrder{1})));
  EXPECT_FALSE(frames.next());
  EXPECT_TRUE(frames.broken());
}

TEST(RunProtocol, refuses_a_payload_with_a_byte_too_many_or_too_few) {
  for (const auto& order : every_order()) {
    for (const int change : {-1, 1}) {
      std::string bytes = encode(order);
      bytes.resize(bytes.size() + change, '\0');
      bytes[0] = static_cast<char>(bytes[0] + change);  // The payloads are shorter than 255 bytes.
      Frames<Order> frames;
      frames.feed(bytes);
      EXPECT_FALSE(frames.next()) << order.index() << " " << change;
      EXPECT_TRUE(frames.broken());
    }
  }
}

TEST(RunProtocol, refuses_rates_that_are_no_numbers) {
  auto phase = a_phase();
  for (const double wrong : {std::nan(""), HUGE_VAL, -1.0}) {
    phase.call_scale = wrong;
    Frames<Order> frames;
    frames.feed(encode(Order(phase)));
    EXPECT_FALSE(frames.next());
    EXPECT_TRUE(frames.broken());
  }
}

TEST(RunProtocol, survives_mutations_of_good_frames) {
  std::mt19937 random(7);
  std::string good;
  for (const auto& order : every_order()) { good += encode(order); }
  for (const auto& report : every_report()) { good += encode(report); }
  std::size_t whole = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = good.substr(random() % good.size());
    for (unsigned n = random() % 4; n > 0; --n) { bytes[random() % bytes.size()] = static_cast<char>(random()); }
    Frames<Order> orders;
    Frames<Report> reports;
    orders.feed(bytes);
    reports.feed(bytes);
    while (auto order = orders.next()) {
      ++whole;
      if (const auto* phase = std::get_if<PhaseOrder>(&*order)) {
        ASSERT_LE(phase->streams.size(), limits::kPopulations);
        ASSERT_TRUE(std::isfinite(phase->call_scale));
      }
    }
    while (auto report = reports.next()) {
      ++whole;
      if (const auto* note = std::get_if<Note>(&*report)) { ASSERT_LE(note->text.size(), limits::kNoteBytes); }
    }
  }
  EXPECT_GT(whole, 0u);
}

}  // namespace
}  // namespace weir::loadgen
