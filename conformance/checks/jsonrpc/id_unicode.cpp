#include "conformance/ask/common.hpp"

namespace weir::conformance::jsonrpc_id_unicode {
namespace {

Finding run(Probe& probe) {
  const json::value id = "weir-\xC3\xA9-\xE6\xBC\xA2-\xF0\x9F\x8C\x8A";
  auto reply = probe.call(harmless_method(probe), nullptr, {.id = id});
  if (!reply) { return probe.broken(reply.error(), "an answer with the id unchanged"); }
  if (reply->response) { return pass("the id came back unchanged"); }
  for (const auto& seen : reply->messages) {
    if (seen.message.is_reply()) {
      auto changed = fail("an answer with the id unchanged",
                          seen.message.id ? "the id " + wire::excerpt(*seen.message.id) : "an answer without an id");
      // Each byte of UTF-8 taken for a character; the whole body is then.
      constexpr std::string_view kAsLatin1 = "weir-\xC3\x83\xC2\xA9";
      const auto text = seen.message.id ? wire::as_string(&*seen.message.id) : std::nullopt;
      if (!text || !text->starts_with(kAsLatin1)) { return changed; }
      changed.got += ": the request was read as ISO 8859-1";
      return std::move(changed).at("server",
                                   "Read the body of a request as UTF-8, whatever its Content-Type does not say.");
    }
  }
  return fail("an answer with the id unchanged", reply->describe());
}

const Registration kCheck{{
    .id = "jsonrpc.id.unicode",
    .title = "an id beyond ASCII comes back unchanged",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"jsonrpc.response-id-echo"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic",
    .consequence = "An id that is re-encoded on the way no longer matches its request.",
    .fix = "Decode request bodies as UTF-8 whatever charset the framework assumes, and copy the id into the answer "
           "without filtering or re-encoding it.",
    .faults = {"jsonrpc.id-ascii-only"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_id_unicode
