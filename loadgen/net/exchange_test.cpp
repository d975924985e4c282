#include "loadgen/net/exchange.hpp"

#include <gtest/gtest.h>

#include "loadgen/limits.hpp"
#include "loadgen/testing/net.hpp"
#include "wire/testing/gate.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::loadgen {
namespace {

using testing::Net;
using testing::RecordingOwner;
using testing::to_local;
using wire::testing::Peer;
using wire::testing::RawServer;
using wire::testing::Recorder;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";
constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";

/// One exchange, to its end.
const Outcome& outcome_of(Net& net, RecordingOwner& owner, ExchangePlan plan) {
  net.exchanges.begin(std::move(plan), {.slot = 1}, owner);
  EXPECT_TRUE(net.run([&] { return owner.called == 1; }));
  return owner.finishes.at(1);
}

TEST(Exchanges, reads_an_answer_and_closes) {
  Recorder recorder;
  RawServer server([&](Peer& peer) {
    recorder.add(peer.read_request());
    peer.send_bytewise(kOk);
    recorder.add(peer.wait_for_client_end() == Peer::ClientEnd::fin ? "fin" : "reset");
  });
  Net net;
  RecordingOwner owner;
  Destination to = to_local(server.port());
  const Outcome& outcome = outcome_of(net, owner, Net::plan(to, "/a"));
  EXPECT_EQ(outcome.failed, Failed::no) << outcome.detail;
  EXPECT_EQ(outcome.http.head.status, 200);
  EXPECT_EQ(outcome.http.body, "ok");
  EXPECT_EQ(outcome.http.end, wire::EndClass::clean);
  EXPECT_EQ(outcome.http.remote, "127.0.0.1:" + std::to_string(server.port()));
  EXPECT_GT(outcome.times.started_ns, 0);
  EXPECT_GE(outcome.times.tcp_ns, 0);
  EXPECT_EQ(outcome.times.tls_ns, -1);
  EXPECT_GE(outcome.times.headers_ns, 0);
  EXPECT_GE(outcome.times.done_ns, outcome.times.headers_ns);
  EXPECT_EQ(recorder.wait_for(2), (std::vector<std::string>{"GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "fin"}));
  EXPECT_EQ(net.exchanges.under_way(), 0U);
  EXPECT_EQ(net.exchanges.kept(), 0U);
}

TEST(Exchanges, hands_a_stream_over_with_the_bytes_that_came_behind_its_head) {
  RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + std::string(kStreamHead) + "9\r\ndata: a\n\n\r\n");
    peer.wait_for_client_end();
  });
  Net net;
  RecordingOwner owner;
  Destination to = to_local(server.port());
  net.exchanges.begin(Net::plan(to, "/", true), {.slot = 4, .purpose = 2}, owner);
  EXPECT_EQ(net.exchanges.under_way(), 1U);
  ASSERT_TRUE(net.run([&] { return owner.called == 1; }));
  Handover& handover = owner.handovers.at(4);
  EXPECT_EQ(handover.head.status, 200);
  EXPECT_EQ(handover.framing, Framing::chunked);
  EXPECT_GE(handover.rest_at_ns, handover.times.started_ns);
  EXPECT_GE(handover.times.headers_ns, 0);
  EXPECT_GE(handover.times.tcp_ns, 0);
  EXPECT_EQ(net.exchanges.under_way(), 0U);
  std::string body = handover.rest;
  while (body.size() < 14) {  // The head may have come in a segment of its own.
    pollfd one{handover.channel.fd, POLLIN, 0};
    ASSERT_EQ(::poll(&one, 1, 20'000), 1);
    body += net.channels.read(handover.channel).bytes;
  }
  EXPECT_EQ(body, "9\r\ndata: a\n\n\r\n");
  net.channels.close(handover.channel);
}

TEST(Exchanges, hands_over_streams_that_are_delimited_by_length_or_by_close) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
  RawServer server({[&](Peer& peer) {
                      peer.read_request();
                      peer.send(head + "Content-Length: 12\r\n\r\n");
                      peer.wait_for_client_end();
                    },
                    [&](Peer& peer) {
                      peer.read_request();
                      peer.send(head + "\r\n");
                      peer.wait_for_client_end();
                    }});
  Net net;
  RecordingOwner owner;
  Destination to = to_local(server.port());
  for (std::uint32_t slot = 0; slot < 2; ++slot) {
    net.exchanges.begin(Net::plan(to, "/", true), {.slot = slot}, owner);
    ASSERT_TRUE(net.run([&] { return owner.called == slot + 1; }));
  }
  EXPECT_EQ(owner.handovers.at(0).framing, Framing::length);
  EXPECT_EQ(owner.handovers.at(0).length, 12U);
  EXPECT_EQ(owner.handovers.at(1).framing, Framing::close);
  for (auto& [slot, handover] : owner.handovers) { net.channels.close(handover.channel); }
}

TEST(Exchanges, reads_another_answer_than_the_stream_that_was_wanted) {
  RawServer server(RawServer::plays("HTTP/1.1 503 Busy\r\nRetry-After: 3\r\nContent-Length: 4\r\n\r\nbusy"));
  Net net;
  RecordingOwner owner;
  Destination to = to_local(server.port());
  const Outcome& outcome = outcome_of(net, owner, Net::plan(to, "/", true));
  EXPECT_EQ(outcome.failed, Failed::no);
  EXPECT_EQ(outcome.http.head.status, 503);
  EXPECT_EQ(outcome.http.head.headers.get("retry-after"), "3");
  EXPECT_EQ(outcome.http.body, "busy");
}

TEST(Exchanges, tells_the_events_of_a_body_as_they_come) {
  RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send(std::string(kStreamHead) + "9\r\ndata: a\n\n\r\n");
    peer.send("9\r\ndata: b\n\n\r\n0\r\n\r\n");
    peer.wait_for_client_end();
  });
  Net net;
  RecordingOwner owner;
  Destination to = to_local(server.port());
  const Outcome& outcome = outcome_of(net, owner, Net::plan(to));
  EXPECT_EQ(owner.events, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(outcome.http.items.size(), 2U);
  EXPECT_EQ(outcome.failed, Failed::no);
}

TEST(Exchanges, keeps_none_of_the_comments_beside_an_answer) {
  std::string comments;
  for (std::size_t i = 0; i < limits::kCallItems; ++i) { comments += ":\n"; }
  RawServer server(RawServer::plays("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + comments + comments +
                                    "data: a\n\n" + comments));
  Net net;
  RecordingOwner owner;
  Destination to = to_local(server.port());
  const Outcome& outcome = outcome_of(net, owner, Net::plan(to));
  EXPECT_EQ(outcome.failed, Failed::no) << outcome.detail;
  EXPECT_EQ(outcome.http.items.size(), 1U);
}

TEST(Exchanges, gives_up_an_answer_of_too_many_events) {
  std::string events;
  for (std::size_t i = 0; i < 4 * limits::kCallItems; ++i) { events += "data\n\n"; }
  RawServer server(RawServer::plays("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + events));
  Net net;
  RecordingOwner owner;
  Destination to = to_local(server.port());
  const Outcome& outcome = outcome_of(net, owner, Net::plan(to));
  EXPECT_EQ(outcome.failed, Failed::too_big) << outcome.detail;
  EXPECT_LE(outcome.http.items.size(), limits::kCallItems);
}

TEST(Exchanges, can_be_cancelled_while_its_event_is_told) {
  RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send(std::string(kStreamHead) + "12\r\ndata: a\n\ndata: b\n\n\r\n");
    peer.wait_for_client_end();
  });
  Net net;
  RecordingOwner owner;
  Destination to = to_local(server.port());
  const std::uint32_t id = net.exchanges.begin(Net::plan(to), {.slot = 1}, owner);
  std::uint32_t next = 0;
  owner.on_event = [&](Ticket) {
    net.exchanges.cancel(id);
    next = net.exchanges.begin(Net::plan(to), {.slot = 2}, owner);
  };
  ASSERT_TRUE(net.run([&] { return !owner.events.empty(); }));
  EXPECT_EQ(owner.events, std::vector<std::string>{"a"});
  EXPECT_NE(id, next);
  EXPECT_EQ(net.exchanges.under_way(), 1U);
  net.exchanges.cancel(id);  // Stale.
  EXPECT_EQ(net.exchanges.under_way(), 1U);
  net.exchanges.cancel(next);
  EXPECT_EQ(net.exchanges.under_way(), 0U);
  EXPECT_EQ(owner.called, 0U);
}

TEST(Exchanges, go_on_when_the_memory_of_many_was_given_back) {
  Net net;
  RecordingOwner refused, owner;
  Destination nowhere = to_local(1);
  for (std::uint32_t i = 0; i < 300; ++i) { net.exchanges.begin(Net::plan(nowhere, "/"), {.slot = i}, refused); }
  net.exchanges.trim();
  ASSERT_TRUE(net.run([&] { return refused.called == 300; }));
  net.exchanges.trim();
  RawServer server(RawServer::plays(std::string(kOk)));
  Destination to = to_local(server.port());
  EXPECT_EQ(outcome_of(net, owner, Net::plan(to, "/")).http.body, "ok");
}

TEST(Exchanges, keeps_a_connection_and_uses_it_again) {
  Recorder recorder;
  RawServer server([&](Peer& peer) {
    recorder.add("connection");
    for (int i = 0; i < 3; ++i) {
      recorder.add(peer.read_request().substr(0, 6));
      peer.send(kOk);
    }
    peer.wait_for_client_end();
  });
  Net net;
  RecordingOwner owner;
  Destination to = to_local(server.port());
  for (std::uint32_t slot = 0; slot < 3; ++slot) {
    ExchangePlan plan = Net::plan(to, "/" + std::to_string(slot));
    plan.keep_alive = true;
    net.exchanges.begin(std::move(plan), {.slot = slot}, owner);
    EXPECT_EQ(net.exchanges.kept(), 0U);
    ASSERT_TRUE(net.run([&] { return owner.called == slot + 1; }));
    EXPECT_EQ(net.exchanges.kept(), 1U);
    EXPECT_EQ(net.exchanges.under_way(), 0U);
  }
  EXPECT_EQ(recorder.all(), (std::vector<std::string>{"connection", "GET /0", "GET /1", "GET /2"}));
  EXPECT_GE(owner.finishes.at(0).times.tcp_ns, 0);
  EXPECT_EQ(owner.finishes.at(2).times.tcp_ns, -1);
}

TEST(Exchanges, notices_that_a_kept_connection_was_closed) {
  Recorder recorder;
  RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send(kOk);
    peer.fin();
    peer.wait_for_client_end();
    recorder.add("client closed");
  });
  Net net;
  RecordingOwner owner;
  Destination to = to_local(server.port());
  ExchangePlan plan = Net::plan(to);
  plan.keep_alive = true;
  outcome_of(net, owner, std::move(plan));
  EXPECT_TRUE(net.run([&] { return net.exchanges.kept() == 0; }));
  EXPECT_EQ(recorder.wait_for(1).size(), 1U);
}

TEST(Exchanges, replaces_a_kept_connection_that_is_dead_before_a_byte_of_the_answer) {
  RawServer server({[](Peer& peer) {
                      peer.read_request();
                      peer.send(kOk);
                      peer.read_request();  // And closes without a word.
                      peer.rst();
                    },
                    [](Peer& peer) {
                      peer.read_request();
                      peer.send(kOk);
                      peer.wait_for_client_end();
                    }});
  Net net;
  RecordingOwner owner;
  Destination to = to_local(server.port());
  for (std::uint32_t slot = 0; slot < 2; ++slot) {
    ExchangePlan plan = Net::plan(to);
    plan.keep_alive = true;
    net.exchanges.begin(std::move(plan), {.slot = slot}, owner);
    ASSERT_TRUE(net.run([&] { return owner.called == slot + 1; }));
    EXPECT_EQ(owner.finishes.at(slot).failed, Failed::no) << owner.finishes.at(slot).detail;
  }
  EXPECT_GE(owner.finishes.at(1).times.tcp_ns, 0);  // It was a new connection.
}

TEST(Exchanges, does_not_send_again_what_a_new_connection_left_unanswered) {
  Recorder recorder;
  RawServer server([&](Peer& peer) {
    recorder.add(peer.read_request());
    peer.fin();
    peer.wait_for_client_end();
  });
  Net net;
  RecordingOwner owner;
  Destination to = to_local(server.port());
  ExchangePlan plan = Net::plan(to);
  plan.keep_alive = true;
  EXPECT_EQ(outcome_of(net, owner, std::move(plan)).failed, Failed::closed);
  EXPECT_EQ(recorder.all().size(), 1U);
}

TEST(Exchanges, closes_when_the_server_says_so) {
  const std::string close = "HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n";
  RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send(close);
    peer.wait_for_client_end();
  });
  Net net;
  RecordingOwner owner;
  Destination to = to_local(server.port());
  ExchangePlan plan = Net::plan(to);
  plan.keep_alive = true;
  EXPECT_EQ(outcome_of(net, owner, std::move(plan)).failed, Failed::no);
  EXPECT_EQ(net.exchanges.kept(), 0U);
}

struct EndCase {
  const char* name;
  RawServer::Script script;
  Failed failed;
};

TEST(Exchanges, names_how_a_response_failed) {
  const std::string partial = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc";
  const std::vector<EndCase> cases = {
      {"closed before a byte", RawServer::plays(""), Failed::closed},
      {"closed in the head", RawServer::plays("HTTP/1.1 200"), Failed::closed},
      {"closed in the body", RawServer::plays(partial), Failed::closed},
      {"not HTTP", RawServer::plays("SSH-2.0-OpenSSH_9.2\r\n"), Failed::malformed},
      {"bad chunk", RawServer::plays("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
       Failed::malformed},
      {"too big", RawServer::plays("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + std::string(5000, 'x')),
       Failed::too_big},
      {"head too big", RawServer::plays("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n"),
       Failed::too_big},
      {"reset",
       [&](Peer& peer) {
         peer.read_request();
         peer.send(partial);
         peer.rst();
       },
       Failed::reset},
  };
  for (const auto& one : cases) {
    for (const bool want_stream : {false, true}) {
      RawServer server(one.script);
      Net net;
      RecordingOwner owner;
      Destination to = to_local(server.port());
      ExchangePlan plan = Net::plan(to, "/", want_stream);
      plan.body_limit = 1000;
      const Outcome& outcome = outcome_of(net, owner, std::move(plan));
      EXPECT_EQ(outcome.failed, one.failed) << one.name << ": " << outcome.detail;
      EXPECT_FALSE(outcome.detail.empty()) << one.name;
      EXPECT_EQ(net.exchanges.under_way(), 0U);
    }
  }
}

TEST(Exchanges, refuses_a_stream_in_a_coding_that_it_cannot_hold) {
  RawServer server(
      RawServer::plays("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\n"));
  Net net;
  RecordingOwner owner;
  Destination to = to_local(server.port());
  const Outcome& outcome = outcome_of(net, owner, Net::plan(to, "/", true));
  EXPECT_EQ(outcome.failed, Failed::malformed);
  EXPECT_NE(outcome.detail.find("gzip"), std::string::npos);
}

TEST(Exchanges, gives_up_on_a_head_and_on_a_body_that_do_not_come) {
  const auto silent = [](std::string bytes) {
    return [bytes = std::move(bytes)](Peer& peer) {
      peer.read_request();
      peer.send(bytes);
      peer.wait_for_client_end();
    };
  };
  RawServer server({silent(""), silent("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")});
  Net net;
  RecordingOwner owner;
  Destination to = to_local(server.port());
  for (std::uint32_t slot = 0; slot < 2; ++slot) {
    ExchangePlan plan = Net::plan(to);
    plan.answer_timeout_ns = 50'000'000;
    net.exchanges.begin(std::move(plan), {.slot = slot}, owner);
    ASSERT_TRUE(net.run([&] { return owner.called == slot + 1; }));
  }
  EXPECT_EQ(owner.finishes.at(0).failed, Failed::head_timeout);
  EXPECT_EQ(owner.finishes.at(1).failed, Failed::body_timeout);
  EXPECT_EQ(owner.finishes.at(1).http.body, "abc");
}

TEST(Exchanges, names_a_refusal_only_after_begin_has_returned) {
  std::uint16_t port = 0;
  { port = RawServer(RawServer::plays("")).port(); }
  Net net;
  RecordingOwner owner;
  Destination to = to_local(port);
  net.exchanges.begin(Net::plan(to), {.slot = 1}, owner);
  EXPECT_EQ(owner.called, 0U);
  ASSERT_TRUE(net.run([&] { return owner.called == 1; }));
  EXPECT_EQ(owner.finishes.at(1).failed, Failed::connect);
  EXPECT_EQ(owner.finishes.at(1).connect, ConnectFailure::refused);
  EXPECT_EQ(owner.finishes.at(1).detail, "127.0.0.1:" + std::to_string(port) + " refuses the connection");
}

TEST(Exchanges, tells_nothing_of_a_failure_that_was_cancelled) {
  Net net;
  RecordingOwner owner;
  Destination to(*wire::parse_url("http://mcp.example/"), {}, {}, 0);
  const auto first = net.exchanges.begin(Net::plan(to), {.slot = 1}, owner);
  net.exchanges.begin(Net::plan(to), {.slot = 2}, owner);
  EXPECT_EQ(net.exchanges.next_ns(), 0);
  net.exchanges.cancel(first);
  net.exchanges.tick(monotonic_ns());
  EXPECT_EQ(owner.called, 1U);
  EXPECT_EQ(owner.finishes.at(2).connect, ConnectFailure::unreachable);
  EXPECT_NE(owner.finishes.at(2).detail.find("mcp.example"), std::string::npos);
}

TEST(Exchanges, may_begin_again_from_within_a_call_back) {
  std::uint16_t port = 0;
  { port = RawServer(RawServer::plays("")).port(); }
  Net net;
  RecordingOwner owner;
  Destination to = to_local(port);
  owner.on_finished = [&](Ticket ticket) {
    if (ticket.slot < 5) { net.exchanges.begin(Net::plan(to), {.slot = ticket.slot + 1}, owner); }
  };
  net.exchanges.begin(Net::plan(to), {.slot = 1}, owner);
  ASSERT_TRUE(net.run([&] { return owner.called == 5; }));
  EXPECT_EQ(net.exchanges.under_way(), 0U);
}

TEST(Exchanges, goes_on_to_an_address_that_answers) {
  RawServer server(RawServer::plays(std::string(kOk)));
  Net net;
  RecordingOwner owner;
  Destination to = to_local(server.port());
  to.set_addresses({*to_address({"127.0.0.2", 1}), *to_address({"127.0.0.1", server.port()})});
  const Outcome& outcome = outcome_of(net, owner, Net::plan(to));
  EXPECT_EQ(outcome.failed, Failed::no) << outcome.detail;
}

TEST(Exchanges, gives_up_on_a_connection_that_is_never_decided) {
  // A listener whose queue is full drops what comes further.
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(name);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&name), size), 0);
  ASSERT_EQ(::listen(listener, 0), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&name), &size), 0);
  Net net;
  RecordingOwner owner;
  Destination to = to_local(ntohs(name.sin_port));
  for (std::uint32_t slot = 0; slot < 4; ++slot) {
    ExchangePlan plan = Net::plan(to);
    plan.connect_timeout_ns = 50'000'000;
    plan.answer_timeout_ns = 50'000'000;
    net.exchanges.begin(std::move(plan), {.slot = slot}, owner);
  }
  ASSERT_TRUE(net.run([&] { return owner.called == 4; }));
  EXPECT_EQ(owner.finishes.at(3).failed, Failed::connect);
  EXPECT_EQ(owner.finishes.at(3).connect, ConnectFailure::timeout);
  ::close(listener);
}

TEST(Exchanges, sends_a_large_request_in_parts) {
  Recorder recorder;
  RawServer server([&](Peer& peer) {
    recorder.add(std::to_string(peer.read_request().size()));
    peer.send(kOk);
    peer.wait_for_client_end();
  });
  Net net;
  RecordingOwner owner;
  Destination to = to_local(server.port());
  ExchangePlan plan = Net::plan(to);
  plan.request = "POST / HTTP/1.1\r\nContent-Length: 20000000\r\n\r\n" + std::string().append(20'000'000, 'b');
  const std::string size = std::to_string(plan.request.size());
  EXPECT_EQ(outcome_of(net, owner, std::move(plan)).failed, Failed::no);
  EXPECT_EQ(recorder.all(), std::vector{size});
}

TEST(Exchanges, takes_the_answer_of_a_server_that_does_not_read_the_whole_request) {
  wire::testing::Gate answered;
  RawServer server([&](Peer& peer) {
    peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    answered.wait();
  });
  Net net;
  RecordingOwner owner;
  Destination to = to_local(server.port());
  ExchangePlan plan = Net::plan(to);
  plan.keep_alive = true;
  plan.request = "POST / HTTP/1.1\r\nContent-Length: 20000000\r\n\r\n" + std::string().append(20'000'000, 'b');
  const Outcome& outcome = outcome_of(net, owner, std::move(plan));
  EXPECT_EQ(outcome.failed, Failed::no) << outcome.detail;
  EXPECT_EQ(outcome.http.head.status, 413);
  EXPECT_EQ(net.exchanges.kept(), 0U);
  answered.open();
}

}  // namespace
}  // namespace weir::loadgen
