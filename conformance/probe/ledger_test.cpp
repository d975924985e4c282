#include "conformance/probe/ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "wire/json/jsonrpc.hpp"

namespace weir::conformance {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

wire::Request posted(std::string body) {
  return {.method = "POST", .url = wire::parse_url("http://h/mcp").value(), .headers = {}, .body = std::move(body)};
}

wire::Request call(std::string_view method) { return posted(wire::jsonrpc::request(1, method)); }

wire::Exchange answer(wire::Request request, int status, wire::Headers headers = {}) {
  wire::Exchange exchange;
  exchange.request = std::move(request);
  exchange.head.status = status;
  exchange.head.headers = std::move(headers);
  return exchange;
}

class Ledgers : public ::testing::Test {
 protected:
  void served(std::uint64_t asker, const wire::Request& request, int status = 200) {
    ledger_.sent(asker, request);
    ledger_.answered(asker, answer(request, status));
  }
  void lost(std::uint64_t asker, const wire::Request& request, wire::ErrorCode code) {
    ledger_.sent(asker, request);
    ledger_.failed(asker, {code, "lost"});
  }

  Ledger ledger_;
};

const std::string kBatch = R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}])";

}  // namespace

TEST_F(Ledgers, says_in_words_what_was_asked) {
  EXPECT_EQ(in_words(call("tools/list")), "POST tools/list");
  EXPECT_EQ(in_words(posted(kBatch)), "POST a batch of 2");
  EXPECT_EQ(in_words(posted("{")), "POST {");
  wire::Request get = posted("");
  get.method = "GET";
  EXPECT_EQ(in_words(get), "GET /mcp");
}

TEST_F(Ledgers, knows_of_conversations_that_are_opened_in_vain) {
  for (int i = 0; i < 3; ++i) { ledger_.opened(false); }
  EXPECT_FALSE(ledger_.opens_in_vain());
  ledger_.opened(false);
  EXPECT_TRUE(ledger_.opens_in_vain());
  ledger_.opened(true);
  EXPECT_FALSE(ledger_.opens_in_vain());
}

TEST_F(Ledgers, tells_failures_that_come_and_go_from_an_end) {
  for (int i = 0; i < 20; ++i) { served(1, call("ping")); }
  EXPECT_FALSE(ledger_.flaps());
  served(1, call("ping"), 502);
  EXPECT_TRUE(ledger_.flaps());
  for (int i = 0; i < 9; ++i) { served(1, call("ping"), 502); }
  EXPECT_FALSE(ledger_.flaps()) << "nothing is served any more";
  served(1, call("ping"), 404);
  EXPECT_FALSE(ledger_.flaps()) << "a refusal serves nobody";
  for (int i = 0; i < 4; ++i) { served(1, call("initialize"), 503); }
  served(1, call("ping"));
  EXPECT_FALSE(ledger_.flaps()) << "nobody is let in";
  served(1, call("initialize"));
  EXPECT_TRUE(ledger_.flaps());
}

TEST_F(Ledgers, tells_the_troubles_of_each_asker_apart) {
  served(1, call("ping"));
  lost(2, call("ping"), wire::ErrorCode::connect_refused);
  served(2, call("ping"), 503);
  lost(3, call("ping"), wire::ErrorCode::timeout);
  EXPECT_THAT(ledger_.troubles(1), IsEmpty());
  EXPECT_THAT(ledger_.troubles(2), ElementsAre(Trouble::loss, Trouble::server_error));
  EXPECT_THAT(ledger_.troubles(3), ElementsAre(Trouble::silence));
}

TEST_F(Ledgers, counts_a_connection_that_was_refused_although_nothing_was_sent) {
  served(1, call("ping"));
  ledger_.failed(1, {wire::ErrorCode::connect_refused, "refused"});
  ledger_.failed(2, {wire::ErrorCode::connect_refused, "refused"});
  EXPECT_THAT(ledger_.troubles(1), ElementsAre(Trouble::loss));
  EXPECT_THAT(ledger_.troubles(2), ElementsAre(Trouble::loss));
  EXPECT_EQ(ledger_.collapse().after, "POST ping");
}

TEST_F(Ledgers, has_no_trouble_with_a_refusal) {
  served(1, call("ping"), 403);
  served(2, call("ping"), 401);
  EXPECT_THAT(ledger_.troubles(1), IsEmpty());
  EXPECT_THAT(ledger_.troubles(2), ElementsAre(Trouble::refused_credentials));
}

TEST_F(Ledgers, names_the_odd_request_among_those_in_flight_at_a_collapse) {
  ledger_.sent(1, posted(kBatch));
  ledger_.sent(2, call("tools/list"));
  served(3, call("ping"));
  ledger_.failed(1, {wire::ErrorCode::closed, "closed"});
  ledger_.failed(2, {wire::ErrorCode::closed, "closed"});
  lost(3, call("ping"), wire::ErrorCode::connect_refused);
  const auto collapse = ledger_.collapse();
  EXPECT_EQ(collapse.after, "POST a batch of 2 (or POST tools/list)");
  EXPECT_EQ(collapse.since, "refuses connections");
  ASSERT_TRUE(collapse.suspect);
  EXPECT_EQ(collapse.suspect->body, kBatch);
}

TEST_F(Ledgers, names_the_first_request_that_was_not_served_where_one_was_sent_at_a_time) {
  served(1, call("ping"));
  served(1, posted(kBatch), 503);
  served(1, call("ping"), 503);
  const auto collapse = ledger_.collapse();
  EXPECT_EQ(collapse.after, "POST a batch of 2");
  EXPECT_EQ(collapse.since, "answers 503 to everything");
}

TEST_F(Ledgers, names_the_last_request_that_was_served_where_all_later_ones_are_refused) {
  served(1, call("ping"));
  served(1, posted("{"), 400);
  lost(1, call("ping"), wire::ErrorCode::connect_refused);
  EXPECT_EQ(ledger_.collapse().after, "POST {");
}

TEST_F(Ledgers, counts_server_errors_by_the_hop_that_gave_them) {
  served(1, call("ping"));
  EXPECT_EQ(ledger_.server_errors(), "");
  ledger_.sent(1, call("ping"));
  ledger_.answered(1, answer(call("ping"), 502, {{"Server", "nginx/1.22.1"}}));
  EXPECT_THAT(ledger_.server_errors(), HasSubstr("1 of 2 requests were answered 502 by nginx"));
}

TEST_F(Ledgers, tell_of_silences_that_several_met_with_requests_that_are_served_else) {
  const auto silent = [&](std::uint64_t asker, const char* method) {
    ledger_.sent(asker, call(method));
    ledger_.failed(asker, {wire::ErrorCode::timeout, "no response head"});
  };
  for (const std::uint64_t asker : {1, 2, 3}) { silent(asker, "ping"); }
  silent(4, "weir/odd");
  served(5, call("ping"));
  EXPECT_EQ(ledger_.silences(), "") << "one kind of request";
  silent(4, "tools/list");
  EXPECT_EQ(ledger_.silences(), "") << "the other one is never served";
  served(6, call("tools/list"), 404);
  EXPECT_EQ(ledger_.silences(), "") << "the other one is refused whenever it is answered";
  served(6, call("tools/list"));
  EXPECT_EQ(ledger_.silences(),
            "4 of 8 requests got no answer in time: POST ping, POST tools/list, which are answered at other times");
}

TEST_F(Ledgers, tell_of_connections_that_end_by_chance_under_what_every_client_sends) {
  const auto reset = [&](std::uint64_t asker, const wire::Request& request) {
    ledger_.sent(asker, request);
    ledger_.failed(asker, {wire::ErrorCode::reset, "reset"});
    served(asker, request);
  };
  for (const std::uint64_t asker : {1, 2, 3}) { reset(asker, call("ping")); }
  reset(4, call("weir/odd"));
  EXPECT_EQ(ledger_.losses(), "") << "odd requests may be met so";
  reset(5, call("tools/list"));
  EXPECT_THAT(ledger_.losses(), HasSubstr("4 of 10 requests met the end of their connection instead of an answer"));
  EXPECT_EQ(ledger_.silences(), "");
}

TEST_F(Ledgers, tell_of_other_certificates_of_the_target_and_of_nobody_else) {
  const wire::Url url = *wire::parse_url("https://a.example/mcp");
  ledger_.sent(1, call("ping"));
  ledger_.failed(1, {wire::ErrorCode::tls_untrusted, "the certificate chain of b.example:443 ends in no trusted root"});
  EXPECT_EQ(ledger_.refused_certificates(url), "") << "of another host";
  EXPECT_FALSE(ledger_.lost_by_chance(url, {Trouble::loss}, ""));
  ledger_.failed(2, {wire::ErrorCode::tls_expired, "the certificate of a.example:443 (CN = a) expired at some time"});
  EXPECT_EQ(ledger_.refused_certificates(url),
            "1 of 2 connections and requests met another certificate: the certificate of a.example:443 (CN = a) "
            "expired at some time");
  EXPECT_THAT(ledger_.troubles(2), ElementsAre(Trouble::loss));
  EXPECT_TRUE(ledger_.lost_by_chance(url, {Trouble::loss}, ""));
  EXPECT_TRUE(ledger_.lost_by_chance(url, {}, "the certificate of a.example:443 (CN = a) expired at some time"));
  EXPECT_FALSE(ledger_.lost_by_chance(url, {Trouble::silence}, "HTTP 500"));
  EXPECT_EQ(ledger_.losses(), "");
}

TEST(StandstillOf, everything_is_no_silence_of_the_target_and_twice_it_is) {
  Ledger ledger;
  const auto lists = call("tools/list"), ping = call("ping");
  for (const auto& request : {lists, ping}) {
    ledger.sent(1, request);
    ledger.answered(1, answer(request, 200));
  }
  const auto stand_still = [&] {
    for (const std::uint64_t asker : {2, 3}) { ledger.sent(asker, ping); }
    ledger.sent(4, lists);
    for (const std::uint64_t asker : {2, 3, 4}) { ledger.failed(asker, {wire::ErrorCode::timeout, "no head"}); }
  };
  stand_still();
  EXPECT_EQ(ledger.silences(), "") << "the machine that asks may have stood still";
  stand_still();
  EXPECT_THAT(ledger.silences(), HasSubstr("6 of 8 requests"));
}

TEST(StandstillOf, some_beside_whom_others_are_served_is_told) {
  const auto lists = call("tools/list"), ping = call("ping");
  std::string told;
  // Again where this machine stands still between the service and the giving up.
  for (int attempt = 0; attempt < 50 && told.empty(); ++attempt) {
    Ledger ledger;
    for (const std::uint64_t asker : {2, 3}) { ledger.sent(asker, ping); }
    ledger.sent(4, lists);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    for (const auto& request : {lists, ping}) {
      ledger.sent(1, request);
      ledger.answered(1, answer(request, 200));
    }
    for (const std::uint64_t asker : {2, 3, 4}) { ledger.failed(asker, {wire::ErrorCode::timeout, "no head"}); }
    told = ledger.silences();
  }
  EXPECT_THAT(told, HasSubstr("3 of 5 requests"));
}

TEST_F(Ledgers, keeps_the_longest_retry_after) {
  EXPECT_FALSE(ledger_.throttled(1));
  for (const char* seconds : {"2", "7", "Fri, 31 Dec 1999 23:59:59 GMT"}) {
    ledger_.sent(1, call("ping"));
    ledger_.answered(1, answer(call("ping"), 429, {{"Retry-After", seconds}}));
  }
  EXPECT_EQ(ledger_.throttled(1), std::chrono::seconds(7));
  EXPECT_FALSE(ledger_.throttled(2));
}

}  // namespace weir::conformance
