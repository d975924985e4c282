// Calls of a client that can be asked: it has roots (none), gives samples (one word), and declines to fill in forms.
#pragma once

#include "conformance/ask/tools.hpp"

namespace weir::conformance {

/// Something that the server asked its client while a call was running.
struct AskedOfClient {
  std::string method;
  bool on_get = false;    ///< On the stream that a GET had opened, and not on that of the call.
  bool accepted = false;  ///< The answer was, by a 2xx.

  /// A stream of a GET may well bring what has nothing to do with the call: a ping, or the wish for roots.
  bool is_of_the_call() const {
    return !on_get || method == "sampling/createMessage" || method == "elicitation/create";
  }
};

struct CapableCall {
  ToolCall call;
  wire::Request request;  ///< The POST of the call; http-sse: empty.
  std::vector<AskedOfClient> asked;
  std::optional<jsonrpc::Message> answer;  ///< To the call; nullopt: none within the time of an answer.
  std::chrono::milliseconds rest{0};       ///< From the client's last answer to that of the call, or the end.
  bool waited = false;                     ///< The call was still open when its client answered.

  bool was_asked_on_get() const;
};

struct CapableCalls {
  std::vector<CapableCall> calls;
  std::optional<wire::Error> error;  ///< Why no conversation could be opened.
};

/// A conversation of a client with all the capabilities of the revision by which it can be asked something.
wire::Result<wire::mcp::Dialogue> capable_dialogue(Probe& probe);

/// Makes the call in such a conversation, and answers what is asked on its stream and on `get` (null: none is open),
/// each after `withheld`.
CapableCall call_as_capable(Probe& probe, wire::mcp::Dialogue& dialogue, const ToolCall& call, wire::HttpStream* get,
                            std::chrono::milliseconds withheld = {});

/// The stream of a GET, where the server has one to give.
std::optional<wire::HttpStream> stream_of_get(Probe& probe, wire::mcp::Dialogue& dialogue);

/// The first three of the safe calls, with a stream open where there is one; made once for whoever looks at them. None
/// after one that was not answered.
std::shared_ptr<const CapableCalls> capable_calls(Probe& probe);

}  // namespace weir::conformance
