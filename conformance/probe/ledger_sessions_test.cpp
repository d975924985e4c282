#include <gtest/gtest.h>

#include "conformance/probe/ledger.hpp"
#include "wire/json/jsonrpc.hpp"

namespace weir::conformance {
namespace {

class LedgerOfSessions : public ::testing::Test {
 protected:
  void asked(std::uint64_t asker, const std::string& session, int status, std::string_view method = "ping") {
    wire::Exchange answer;
    answer.request = {.method = method.empty() ? "DELETE" : "POST",
                      .url = wire::parse_url("http://h/mcp").value(),
                      .headers = {},
                      .body = method.empty() ? "" : wire::jsonrpc::request(++id_, method)};
    answer.head.status = status;
    if (method == "initialize") {
      answer.head.headers.set("Mcp-Session-Id", session);
    } else {
      answer.request.headers.set("Mcp-Session-Id", session);
    }
    ledger_.sent(asker, answer.request);
    ledger_.answered(asker, answer);
  }
  void opened(std::uint64_t asker, const std::string& session) {
    asked(asker, session, 200, "initialize");
    asked(asker, session, 200);
  }

  Ledger ledger_;
  int id_ = 0;
};

}  // namespace

TEST_F(LedgerOfSessions, counts_those_that_are_not_known_any_more) {
  opened(1, "one");
  opened(2, "two");
  opened(3, "three");
  asked(1, "one", 404);
  asked(2, "two", 400);
  const SessionsSeen seen = ledger_.sessions();
  EXPECT_EQ(seen.served, 3U);
  EXPECT_EQ(seen.lost, 2U);
  EXPECT_EQ(seen.clients, 2U);
  EXPECT_TRUE(ledger_.met_lost_session(1));
  EXPECT_FALSE(ledger_.met_lost_session(3));
}

TEST_F(LedgerOfSessions, counts_none_that_was_ended_or_is_served_again_or_was_never_given_out) {
  opened(1, "one");
  asked(1, "one", 204, "");
  asked(1, "one", 404);
  opened(2, "two");
  asked(2, "two", 404);
  asked(2, "two", 200);
  asked(3, "made-up", 404);
  EXPECT_EQ(ledger_.sessions().lost, 0U);
  EXPECT_FALSE(ledger_.met_lost_session(1));
  EXPECT_FALSE(ledger_.met_lost_session(2));
  EXPECT_FALSE(ledger_.met_lost_session(3));
}

TEST_F(LedgerOfSessions, takes_no_word_for_it_of_what_few_ask_and_excuses_who_asked_that) {
  opened(1, "one");
  asked(1, "one", 404, "weir/unknown-method");
  EXPECT_EQ(ledger_.sessions().lost, 0U);
  EXPECT_TRUE(ledger_.met_lost_session(1));
}

}  // namespace weir::conformance
