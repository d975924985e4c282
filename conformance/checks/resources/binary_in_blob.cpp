// What is binary is read as `blob`, and never as `text`.
#include <array>
#include <set>

#include "conformance/ask/tools.hpp"
#include "conformance/checks/resources/common.hpp"
#include "wire/base/base64.hpp"

namespace weir::conformance::resources_binary_in_blob {
namespace {

constexpr std::size_t kTypes = 3;  ///< Listed binary types of which one resource each is read.

bool is_binary_type(std::string_view type) {
  constexpr std::array<std::string_view, 5> kOthers = {"application/octet-stream", "application/gzip",
                                                       "application/x-gzip", "application/zip", "application/pdf"};
  const bool media = type.starts_with("image/") || type.starts_with("audio/") || type.starts_with("video/");
  return (media && type.find("xml") == type.npos) || std::find(kOthers.begin(), kOthers.end(), type) != kOthers.end();
}

/// By their first bytes, such as no text begins with.
bool begins_as_binary(std::string_view bytes) {
  using namespace std::string_view_literals;
  constexpr std::array kMagic = {"\x89PNG\r\n"sv, "\xff\xd8\xff"sv, "GIF87a"sv,       "GIF89a"sv,
                                 "%PDF-"sv,       "PK\x03\x04"sv,   "\x1f\x8b\x08"sv, "OggS\0"sv,
                                 "fLaC\0"sv,      "ID3\x03"sv,      "ID3\x04"sv,      "\x1a\x45\xdf\xa3"sv,
                                 "II*\0"sv,       "MM\0*"sv,        "\0\0\1\0"sv,     "7z\xbc\xaf\x27"sv};
  if (std::any_of(kMagic.begin(), kMagic.end(), [&](auto magic) { return bytes.starts_with(magic); })) { return true; }
  const std::string_view kind = bytes.size() >= 12 ? bytes.substr(8, 4) : std::string_view();
  return (bytes.starts_with("RIFF") && (kind == "WEBP" || kind == "WAVE" || kind == "AVI ")) ||
         (!kind.empty() && bytes.substr(4, 4) == "ftyp");
}

/// Base64 alone, in lines or in one, or as a data URI.
bool is_binary_as_text(std::string_view text) {
  constexpr std::size_t kLooked = 64;  // Of Base64: enough for any of them.
  constexpr std::string_view kMark = ";base64,";
  if (const auto mark = text.substr(0, 2 * kLooked).find(kMark); text.starts_with("data:") && mark != text.npos) {
    text.remove_prefix(mark + kMark.size());
  }
  std::string packed;
  for (const char c : text) {
    if (c != '\r' && c != '\n') { packed += c; }
  }
  if (!wire::is_base64(packed)) { return false; }
  const auto bytes = wire::decode_base64(packed.substr(0, kLooked));
  return bytes && begins_as_binary(*bytes);
}

struct Looked {
  int blobs = 0;
  std::optional<Finding> wrong;
};

void look(const Survey& survey, const json::value& item, Looked& looked) {
  const std::string_view uri = wire::string_or(item, "uri", "");
  std::string type = wire::media_type(wire::string_or(item, "mimeType", ""));
  for (const json::value& resource : survey.resources) {
    if (type.empty() && wire::string_or(resource, "uri", "") == uri) {
      type = wire::media_type(wire::string_or(resource, "mimeType", ""));
    }
  }
  if (!is_binary_type(type)) { return; }
  if (wire::as_string(wire::find(item, "blob"))) { ++looked.blobs; }
  const auto text = wire::as_string(wire::find(item, "text"));
  if (!text || looked.wrong || !is_binary_as_text(*text)) { return; }
  looked.wrong = fail(fmt::format("the bytes of {} ({}) as Base64 in `blob`", wire::excerpt(uri, 80), type),
                      fmt::format("binary in `text`, as Base64: '{}'", wire::excerpt(*text, 40)))
                     .at("server", "Give what is binary as `blob`: whoever reads `text` takes it for the text itself.");
}

/// One of each listed binary type, as many as are looked at.
std::vector<std::string> binary_sample(const Probe& probe) {
  std::vector<std::string> uris;
  std::set<std::string> types;
  for (const json::value& resource : probe.in_time(probe.survey().resources)) {
    const std::string type = wire::media_type(wire::string_or(resource, "mimeType", ""));
    if (types.size() < kTypes && is_binary_type(type) && types.insert(type).second) {
      uris.emplace_back(wire::string_or(resource, "uri", ""));
    }
  }
  return uris.empty() ? readable_sample(probe.survey()) : uris;
}

Finding run(Probe& probe) {
  Looked looked;
  for (const auto& uri : binary_sample(probe)) {
    const auto reply = probe.call("resources/read", {{"uri", uri}});
    if (!reply) { return probe.broken(reply.error(), "the contents of " + uri); }
    const json::array* contents = wire::as_array(wire::find(reply->result(), "contents"));
    for (const json::value& item : contents ? *contents : json::array{}) { look(probe.survey(), item, looked); }
    if (looked.wrong) { return *looked.wrong; }
  }
  const auto calls = safe_calls(probe);
  const auto replies = calls.empty() ? nullptr : shared_replies(probe, calls);
  for (const auto& reply : replies ? *replies : std::vector<wire::mcp::Reply>{}) {
    const json::array* blocks = wire::as_array(wire::find(reply.result(), "content"));
    for (const json::value& block : blocks ? *blocks : json::array{}) {
      const json::value* embedded = wire::find(block, "resource");
      if (embedded) { look(probe.survey(), *embedded, looked); }
    }
    if (looked.wrong) {
      probe.pin_request(reply.http.request);
      return *looked.wrong;
    }
  }
  if (looked.blobs == 0) { return not_applicable("nothing that was read, or embedded in a result, is binary"); }
  return pass(fmt::format("{} binary contents are blobs", looked.blobs));
}

const Registration kCheck{{
    .id = "resources.binary.in-blob",
    .title = "binary contents are in `blob`, and not in `text`",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"resources.read.binary-encoding"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#binary-content",
    .consequence = "Models are given screens of Base64 to read, and no image is shown.",
    .fix = "Put the bytes of a binary resource into `blob` as plain Base64 without a data: prefix, and keep `text` for "
           "contents that are text.",
    .faults = {"resources.blob-as-text"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resources_binary_in_blob
