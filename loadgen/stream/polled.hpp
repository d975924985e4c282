// Whether a stream was ended so as to be polled (MCP 2025-11-25, transports, "Sending Messages to the Server" item 6
// and "Listening for Messages from the Server"): the server has sent an event id and `retry`, ends the response, and
// the client comes back after `retry` with Last-Event-ID. Such an end is no drop, however often it comes; one that was
// not taken up again is (Counter::polls_failed).
//
// A server may send id and `retry` once, when the stream opens, so that having them says nothing of who ended it: an
// edge that cuts the idle streams of such a server must not pass for it. What tells them apart is how the end comes.
//
//   - The framing. Whoever ends a body writes its last chunk, or the last of its Content-Length. nginx, HAProxy and ALB
//     cut with a FIN or an RST behind whatever chunk was the last; nobody is polled by that. Where the end of the
//     connection is the end of the body the two look alike: there `retry` has to be among the last bytes, and
//     less than a second old, as the specification wants it to be sent before the connection is closed.
//   - The silence. A proxy that speaks HTTP/1.0 to what it stands before, as nginx does by default, writes a last chunk
//     for a FIN that it got: a cut behind it ends in good order. A clock that cuts for silence begins anew with every
//     byte, a server's schedule does not. So a stream that had brought something, and then ended in good order after a
//     silence as only idle cuts have (the longest of its life, `idle_cut_after` at least), was not ended to be polled.
//     A server that does close for silence says so: `retry` before it closes makes the silence short.
//   - A stream that brought nothing since it opened tells nothing of the clock: its age was its silence, and its end is
//     believed.
//
// What cannot be told, therefore: a cut behind a proxy that ends in good order, of streams that bring nothing but id
// and `retry` in all their life. `probe-idle` says after how long they end. And a schedule is taken for an idle clock
// where events come so seldom that the last silence happens to be the longest: sending `retry` before the end settles
// it.
//
// Ages are not judged: a server may end streams at one age, as a limit of age does, and at none in common as well.
#pragma once

#include "loadgen/stream/stream_step.hpp"

namespace weir::loadgen {

/// Of a stream that was held, and whose server has sent an id and `retry`; `reason` is what the transport says.
bool ends_to_be_polled(const StreamState& state, const Observation& observation, reports::load::EndReason reason,
                       std::int64_t now_ns);

}  // namespace weir::loadgen
