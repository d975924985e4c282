// What was seen of one era as JSON-RPC: the messages that were sent, those that came, and which answers which. Pure.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "conformance/tap/tap.hpp"
#include "wire/json/jsonrpc.hpp"

namespace weir::conformance {

/// One POST with what was meant by it.
struct Sent {
  SeenPtr in;
  std::vector<wire::jsonrpc::Message> messages;  ///< Empty where the body is no JSON.
  bool batch = false;
  std::string session;  ///< Whose answers it may have: http-sse alone, its POST URI.

  /// One request that no server has a reason to find fault with as a message.
  const wire::jsonrpc::Message* request() const;
  bool well_formed() const;  ///< Every message is one, without a violation.
};

/// One message of the server.
struct Heard {
  SeenPtr in;
  wire::jsonrpc::Message message;
  const Sent* post = nullptr;  ///< Whose response carried it; null for what came on a stream that a GET opened.
  std::string session;         ///< http-sse alone: the POST URI that belongs to the stream.
};

/// A text that should be one JSON-RPC message or a batch, and what carried it.
struct Text {
  SeenPtr in;
  std::string_view text;  ///< Lives as long as `in`.
};

struct Traffic {
  std::deque<Sent> sent;  ///< Its members are pointed at.
  std::vector<Heard> heard;
};

/// Only what went to `endpoint`, or in http-sse to where its streams pointed. Whoever has no time for all of it throws
/// in `before_each` text.
Traffic traffic_of(
    const std::vector<SeenPtr>& seen, const wire::Url& endpoint, const std::function<void()>& before_each = [] {});

/// Whether a stream of http-sse brought the answer to another client's request: then nothing that came on a stream can
/// be held against what was asked on it.
bool mixes_streams(const Traffic& traffic);

/// The JSON bodies and the data of message events, of whatever was asked.
std::vector<Text> texts_of(const std::vector<SeenPtr>& seen);

}  // namespace weir::conformance
