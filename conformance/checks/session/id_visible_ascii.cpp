#include <algorithm>

#include "conformance/ask/session.hpp"

namespace weir::conformance::session_id_visible_ascii {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue([](auto& options) { options.send_initialized = false; });
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  if (!dialogue->session_id()) { return not_applicable("the server issues no sessions"); }
  const std::string& id = *dialogue->session_id();
  if (id.empty() || std::any_of(id.begin(), id.end(), [](unsigned char c) { return c < 0x21 || c > 0x7E; })) {
    return fail("characters from 0x21 to 0x7E", wire::excerpt(std::string_view(id), 80));
  }
  return pass(fmt::format("{} characters", id.size()));
}

const Registration kCheck{{
    .id = "session.id.visible-ascii",
    .title = "a session id holds visible ASCII alone",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.sessions.id-visible-ascii"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence = "Proxies and clients refuse the header, and the session cannot be used.",
    .fix = "Encode session ids as hex, Base64url or a UUID, so that they are not empty and hold no spaces, line ends "
           "or letters beyond ASCII.",
    .faults = {"session.id-with-space"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::session_id_visible_ascii
