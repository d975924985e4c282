#include "conformance/probe/curl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "conformance/probe/secrets.hpp"
#include "wire/base/credentials.hpp"
#include "wire/base/text.hpp"
#include "wire/json/json.hpp"
#include "wire/mcp/messages.hpp"

namespace weir::conformance {

namespace {

constexpr std::size_t kQuotedBodyBytes = 4000;
constexpr std::size_t kLongRunBytes = 256;  // Shorter runs are readable as they are.
constexpr std::size_t kLongestPeriod = 64;  // Of a run: "xxxx" has 1, "abcabc" has 3.
constexpr std::string_view kSessionHeader = "Mcp-Session-Id";

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("-_./:=@%+,").find(c) != std::string_view::npos;
}

/// In single quotes a shell obeys nothing, and printf no conversion that is not there.
std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) { out += c == '\'' ? std::string("'\\''") : std::string(1, c); }
  return out + "'";
}

/// What stands in a report as it is, and so may stand in a command.
bool shows_as_it_is(std::string_view text) { return wire::printable(text) == text; }

/// The words after printf that write these bytes.
std::string printf_words(std::string_view bytes) {
  if (shows_as_it_is(bytes)) { return "%s " + single_quoted(bytes); }
  std::string format;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    const auto byte = static_cast<unsigned char>(c);
    // The second character of what a CI service would obey in its log.
    const bool obeyed = i > 0 && wire::begins_ci_command(bytes.substr(i - 1));
    // Of "%%" one half may be hidden as part of a secret, and the other one would be a conversion.
    if (c == '%' || c == '\\' || byte < 0x20 || byte >= 0x7f || obeyed) {
      format += fmt::format("\\{:03o}", byte);
    } else {
      format += c;
    }
  }
  // A format that begins with "-" would be taken for an option.
  return (format.starts_with('-') ? "-- " : "") + single_quoted(format);
}

/// A part of a body: a text, or `bytes` bytes of one that goes round.
struct Part {
  std::string_view text;
  std::size_t bytes = 0;  ///< 0: the text, once.
};

/// How far the text goes on repeating what its first `period` bytes say.
std::size_t repeated(std::string_view text, std::size_t period) {
  std::size_t end = period;
  while (end < text.size() && text[end] == text[end - period]) { ++end; }
  return end;
}

std::vector<Part> parts_of(std::string_view body) {
  std::vector<Part> parts;
  std::size_t from = 0;  // Of the text that no run has taken yet.
  for (std::size_t at = 0; at < body.size();) {
    std::size_t run = 0, period = 0;
    for (std::size_t p = 1; p <= std::min(kLongestPeriod, body.size() - at) && run < kLongRunBytes; ++p) {
      run = repeated(body.substr(at), p);
      period = p;
    }
    if (run < kLongRunBytes) {
      ++at;
      continue;
    }
    if (at > from) { parts.push_back({body.substr(from, at - from)}); }
    parts.push_back({body.substr(at, period), run});
    at += run;
    from = at;
  }
  if (from < body.size()) { parts.push_back({body.substr(from)}); }
  return parts;
}

/// Whether one of the commands below writes it: a word holds no NUL, `yes` takes what begins with "-" for an option and
/// ends each of its lines with a line feed.
bool has_command(const Part& part) {
  const bool word =
      !part.text.starts_with('-') && part.text.find_first_of(std::string_view("\0\n", 2)) == part.text.npos;
  return part.bytes == 0 || word || part.text == "\n" || part.text == std::string_view("\0", 1);
}

std::string command_of(const Part& part) {
  if (part.bytes == 0) { return "printf " + printf_words(part.text); }
  if (part.text.front() == '\0') { return fmt::format("head -c {} /dev/zero", part.bytes); }
  if (part.text.front() == '\n') { return fmt::format("yes '' | head -c {}", part.bytes); }
  return fmt::format("yes {} | tr -d '\\n' | head -c {}", shell_quote(part.text), part.bytes);
}

struct Body {
  std::string before;    ///< What writes it, with the pipe into curl; empty where curl is told it.
  std::string argument;  ///< Of curl.
  std::string remark;
};

Body body_of(std::string_view body) {
  if (body.empty()) { return {}; }
  // Not --data-binary: a body that begins with "@" would be taken for a file's name.
  if (body.size() <= kQuotedBodyBytes && shows_as_it_is(body)) { return {"", " --data-raw " + shell_quote(body), ""}; }
  std::vector<Part> parts = body.size() <= kQuotedBodyBytes ? std::vector<Part>{{body}} : parts_of(body);
  const bool speakable = std::all_of(parts.begin(), parts.end(), has_command);
  std::size_t written = 0;
  for (const Part& part : parts) { written += part.text.size(); }
  if (!speakable || written > kQuotedBodyBytes) {
    return {fmt::format("printf {} | ", printf_words(body.substr(0, kQuotedBodyBytes))), " --data-binary @-",
            fmt::format("  # the body is cut, it had {} bytes: this shows where, and not what", body.size())};
  }
  std::vector<std::string> commands;
  std::transform(parts.begin(), parts.end(), std::back_inserter(commands), command_of);
  if (commands.size() == 1) { return {commands.front() + " | ", " --data-binary @-", ""}; }
  return {fmt::format("{{ {}; }} | ", fmt::join(commands, "; ")), " --data-binary @-", ""};
}

/// The part of a credential that we made up ourselves, to be refused.
bool is_made_up(std::string_view value) {
  const auto space = value.find(' ');
  return value.substr(space == std::string_view::npos ? 0 : space + 1).starts_with("weir-") ||
         wire::same_ignoring_case(wire::trimmed(value), "bearer");
}

/// A credential as a variable in double quotes, which the reader sets to his own.
std::string credential(const wire::Header& field) {
  const bool bearer =
      wire::same_ignoring_case(field.name, "authorization") && wire::starts_with_ignoring_case(field.value, "bearer ");
  const bool api_key = wire::same_ignoring_case(field.name, "x-api-key");
  const std::string_view variable = bearer ? "Bearer $WEIR_BEARER" : api_key ? "$WEIR_API_KEY" : "$WEIR_HEADER";
  if (std::all_of(field.name.begin(), field.name.end(), is_plain)) {
    return fmt::format("\"{}: {}\"", field.name, variable);
  }
  return fmt::format("{}\": {}\"", shell_quote(field.name), variable);
}

/// Content-Length, and a Host that the URL says already.
bool is_left_to_curl(const wire::Header& field, const wire::Url& url) {
  if (wire::same_ignoring_case(field.name, "content-length")) { return true; }
  return wire::same_ignoring_case(field.name, "host") && field.value == url.authority();
}

/// "/a/../b": curl would send "/b".
bool has_dot_segment(std::string_view path) {
  return path.find("/./") != path.npos || path.find("/../") != path.npos || path.ends_with("/.") ||
         path.ends_with("/..");
}

/// `target` is a word, so that it may be a variable; `output`: "-i" to show heads as well.
std::string curl(const wire::Request& request, const CurlOptions& options, std::string_view target,
                 std::string_view output) {
  const Body body = body_of(request.body);
  std::string line = body.before + "curl " + std::string(output) + "sS -N --max-time 10";
  if (options.insecure) { line += " -k"; }
  if (!options.ca_file.empty()) { line += " --cacert " + shell_quote(options.ca_file); }
  if (has_dot_segment(request.url.path)) { line += " --path-as-is"; }
  if (request.url.str().find_first_of("[]{}") != std::string::npos) { line += " -g"; }
  if (request.method == "HEAD") {
    line += " -I";  // With -X HEAD curl waits for a body.
  } else if (request.method != (request.body.empty() ? "GET" : "POST")) {
    line += " -X " + shell_quote(request.method);
  }
  // Fields that curl would add by itself, and this request does not have.
  if (!request.headers.has("Accept")) { line += " -H Accept:"; }
  if (!request.body.empty() && !request.headers.has("Content-Type")) { line += " -H Content-Type:"; }
  for (const auto& field : request.headers.fields()) {
    if (is_left_to_curl(field, request.url)) { continue; }
    const bool own_session = options.before == Before::session || options.before == Before::ended_session;
    if (own_session && wire::same_ignoring_case(field.name, kSessionHeader)) {
      line += " -H \"Mcp-Session-Id: $SESSION\"";
      continue;
    }
    // An empty value needs the semicolon form, or curl removes the field.
    const std::string text = field.value.empty() ? field.name + ";" : field.name + ": " + field.value;
    const bool secret = !field.value.empty() && wire::is_credential_name(field.name) && !is_made_up(field.value);
    line += " -H " + (secret ? credential(field) : shell_quote(text));
  }
  return line + body.argument + " " + std::string(target);
}

/// A request of the conversation that comes before, whole: what is wrong with the one that follows is none of its own.
wire::Request preceding(const CurlOptions& options, std::string method, std::string body, bool in_session = true) {
  wire::Request request{
      .method = std::move(method), .url = options.url, .headers = options.headers, .body = std::move(body)};
  const bool stream = options.before == Before::stream && request.method == "GET";
  request.headers.set("Accept", stream ? "text/event-stream" : "application/json, text/event-stream");
  if (!request.body.empty()) { request.headers.set("Content-Type", "application/json"); }
  if (in_session && options.before != Before::stream) {
    request.headers.set(kSessionHeader, "");
    if (options.revision >= wire::mcp::k2025_06_18) { request.headers.set("MCP-Protocol-Version", options.revision); }
  }
  return request;
}

std::string initialize(const CurlOptions& options) {
  return wire::jsonrpc::request(0, "initialize", wire::mcp::initialize_params(options.revision, {}));
}

std::string initialized() { return wire::jsonrpc::notification("notifications/initialized"); }

bool says(const wire::Request& request, std::string_view method) {
  return request.body.find(fmt::format("\"{}\"", method)) != std::string::npos;
}

/// How curl comes to a session of its own, opened whole, and ended where the one of the run was.
std::string open_session(const wire::Request& request, const CurlOptions& options) {
  const std::string url = shell_quote(options.url.str());
  std::string line = fmt::format("SESSION=$({} | sed -n 's/^[Mm][Cc][Pp]-[Ss]ession-[Ii][Dd]: *//p' | tr -d '\\r'); ",
                                 curl(preceding(options, "POST", initialize(options), false), options, url, "-i"));
  const auto also = [&](std::string method, std::string body) {
    line += curl(preceding(options, std::move(method), std::move(body)), options, url, "-o /dev/null -") + "; ";
  };
  if (!says(request, "notifications/initialized")) { also("POST", initialized()); }
  if (options.before == Before::ended_session) { also("DELETE", ""); }
  return line;
}

/// HTTP+SSE: a stream in the background, its endpoint event, the handshake, the request, and what the stream then had.
/// The endpoint is looked for under the stream's own origin, so that no credential goes where a server names another.
std::string on_a_stream(const wire::Request& request, const CurlOptions& options) {
  const std::string origin = shell_quote(options.url.origin());
  const std::string& path = options.url.path;
  const auto say = [&](const wire::Request& one, std::string_view output) {
    return curl(one, options, "\"$E\"", output) + "; sleep 0.5; ";
  };
  std::string line = fmt::format(
      "( T=$(mktemp); {} >\"$T\" & C=$!; N=0; until grep -q '^data:..*' \"$T\" || [ $N -ge 50 ]; do N=$((N+1)); "
      "sleep 0.1; done; E=$(sed -n 's/^data: *//p' \"$T\" | head -n 1 | tr -d '\\r'); "
      "case \"$E\" in {}/*) ;; /*) E={}\"$E\" ;; *) E={}\"$E\" ;; esac; ",
      curl(preceding(options, "GET", ""), options, shell_quote(options.url.str()), "-i"), origin, origin,
      shell_quote(options.url.origin() + path.substr(0, path.rfind('/') + 1)));
  if (!says(request, "initialize")) {
    line += say(preceding(options, "POST", initialize(options)), "-o /dev/null -");
    if (!says(request, "notifications/initialized")) {
      line += say(preceding(options, "POST", initialized()), "-o /dev/null -");
    }
  }
  return line + say(request, "-i") + "sleep 1; kill $C 2>/dev/null; cat \"$T\"; rm \"$T\" )";
}

}  // namespace

std::string shell_quote(std::string_view word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) { return std::string(word); }
  if (shows_as_it_is(word)) { return single_quoted(word); }
  return fmt::format("\"$(printf {})\"", printf_words(word));
}

std::string curl_command(const wire::Request& request, const CurlOptions& options) {
  const std::string times =
      options.times ? R"(-w '\n(head after %{time_starttransfer} s, end after %{time_total} s)\n' -i)" : "-i";
  const std::string direct = curl(request, options, shell_quote(request.url.str()), times);
  const std::string remark = body_of(request.body).remark;
  switch (options.before) {
    case Before::nothing:
      return direct + remark;
    case Before::session:
    case Before::ended_session:
      return open_session(request, options) + direct + remark;
    case Before::stream:
      return on_a_stream(request, options) + remark;
  }
  return {};
}

}  // namespace weir::conformance
