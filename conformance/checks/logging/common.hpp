// What the checks of log messages share.
#pragma once

#include "conformance/ask/passive.hpp"
#include "conformance/ask/tools.hpp"

namespace weir::conformance {

/// What comes so soon after a level was set may have been on its way.
inline constexpr std::chrono::milliseconds kUnderWay{250};
inline constexpr std::chrono::milliseconds kLoggingSlack{500};
/// A server that keeps one level for all its clients is left as most of them begin.
inline constexpr const char* kAsBefore = "info";

/// The level of a log message that came with the reply, "" for none.
std::string logged(const wire::mcp::Reply& reply);

/// An error where it is refused.
wire::Result<wire::mcp::Reply> set_level(wire::mcp::Dialogue& dialogue, std::string_view level);

/// A held stream on which a server logs by itself: the one of HTTP+SSE, or one that a GET opens.
class Ear {
 public:
  /// nullopt where the server holds no stream of its own.
  static std::optional<Ear> open(Probe& probe, wire::mcp::Dialogue& dialogue);

  /// The level of the next log message below emergency that comes until then; empty where none does.
  std::string next(wire::Deadline until);
  /// Hears what was under way when a level was set.
  void pass_over();

 private:
  Ear(Probe& probe, wire::mcp::Dialogue& dialogue) : probe_(&probe), dialogue_(&dialogue) {}

  Probe* probe_;
  wire::mcp::Dialogue* dialogue_;
  std::optional<wire::HttpStream> get_;
};

/// How long it is worth to listen to a held stream for log messages: other checks heard some that no call of theirs had
/// caused, or there were no others to hear any. 0: not at all.
std::chrono::milliseconds patience_of_streams(Probe& probe);

/// Whether calls are worth to be made for what they log: other checks heard log messages, or there were no others.
bool may_log(Probe& probe);

}  // namespace weir::conformance
