#include "conformance/probe/curl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "conformance/probe/secrets.hpp"
#include "wire/base/credentials.hpp"
#include "wire/base/text.hpp"
#include "wire/mcp/messages.hpp"

namespace weir::conformance {

namespace {

constexpr std::size_t kBodyBytes = 4000;

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("-_./:=@%+,").find(c) != std::string_view::npos;
}

/// A credential as a variable in double quotes, which the reader sets to his own.
std::string credential(const wire::Header& field) {
  const bool bearer = wire::same_ignoring_case(field.name, "authorization") && field.value.size() >= 7 &&
                      wire::same_ignoring_case(std::string_view(field.value).substr(0, 7), "bearer ");
  if (bearer) { return fmt::format("\"{}: Bearer $WEIR_BEARER\"", field.name); }
  const bool api_key = wire::same_ignoring_case(field.name, "x-api-key");
  return fmt::format("\"{}: {}\"", field.name, api_key ? "$WEIR_API_KEY" : "$WEIR_HEADER");
}

bool is_left_to_curl(std::string_view name) {
  return wire::same_ignoring_case(name, "host") || wire::same_ignoring_case(name, "content-length");
}

constexpr std::string_view kSessionHeader = "mcp-session-id";

/// How curl comes to a session of its own: the one of the run is over when somebody reads the line.
std::string open_session(const wire::Request& request, bool insecure, std::string_view ca_file) {
  wire::Request initialize = request;
  initialize.method = "POST";
  for (const char* name : {"Mcp-Session-Id", "MCP-Protocol-Version", "Last-Event-ID"}) {
    initialize.headers.remove(name);
  }
  initialize.headers.set("Accept", "application/json, text/event-stream");
  initialize.headers.set("Content-Type", "application/json");
  const std::string revision(request.headers.find("MCP-Protocol-Version").value_or(wire::mcp::k2025_03_26));
  initialize.body = wire::jsonrpc::request(0, "initialize", wire::mcp::initialize_params(revision, {}));
  return fmt::format("SESSION=$({} | sed -n 's/^mcp-session-id: *//Ip' | tr -d '\\r'); ",
                     curl_command(initialize, insecure, ca_file));
}

}  // namespace

std::string shell_quote(std::string_view word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) { return std::string(word); }
  std::string out = "'";
  for (char c : word) { out += c == '\'' ? std::string("'\\''") : std::string(1, c); }
  return out + "'";
}

std::string curl_command(const wire::Request& request, bool insecure, std::string_view ca_file, bool live_session) {
  std::string line = live_session ? open_session(request, insecure, ca_file) : "";
  line += "curl -isS -N --max-time 10";
  if (insecure) { line += " -k"; }
  if (!ca_file.empty()) { line += " --cacert " + shell_quote(ca_file); }
  if (request.method == "HEAD") {
    line += " -I";  // With -X HEAD curl waits for a body.
  } else if (request.method != (request.body.empty() ? "GET" : "POST")) {
    line += " -X " + shell_quote(request.method);
  }
  for (const auto& field : request.headers.fields()) {
    if (is_left_to_curl(field.name)) { continue; }
    if (live_session && wire::same_ignoring_case(field.name, kSessionHeader)) {
      line += " -H \"Mcp-Session-Id: $SESSION\"";
      continue;
    }
    // An empty value needs the semicolon form, or curl removes the field.
    const std::string text = field.value.empty() ? field.name + ";" : field.name + ": " + field.value;
    const bool secret = !field.value.empty() && wire::is_credential_name(field.name);
    line += " -H " + (secret ? credential(field) : shell_quote(text));
  }
  if (!request.body.empty()) {
    // Not --data-binary: a body that begins with "@" would be taken for a file's name.
    line += " --data-raw " + shell_quote(request.body.substr(0, kBodyBytes));
  }
  line += " " + shell_quote(request.url.str());
  if (request.body.size() > kBodyBytes) {
    line += fmt::format("  # the body is cut, it had {} bytes", request.body.size());
  }
  return line;
}

}  // namespace weir::conformance
