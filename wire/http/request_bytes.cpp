#include "wire/http/request_bytes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/url/decode_view.hpp>

#include "wire/base/base64.hpp"
#include "wire/base/text.hpp"
#include "wire/http/token.hpp"
#include "wire/json/json.hpp"

namespace weir::wire {

namespace {

/// RFC 9110 section 5.6.2.
bool is_target(std::string_view text) {
  return text.starts_with('/') &&
         std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7f; });
}

bool is_field_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

Result<void> validate(const Request& request) {
  if (!is_token(request.method)) {
    return fail(ErrorCode::bad_input, fmt::format("'{}' cannot be a request method", excerpt(request.method, 80)));
  }
  if (request.url.host.empty()) { return fail(ErrorCode::bad_input, "the request's URL has no host"); }
  if (!is_target(request.url.target())) {
    return fail(ErrorCode::bad_input,
                fmt::format("'{}' cannot be a request target: percent-encode it", excerpt(request.url.target(), 80)));
  }
  for (const auto& field : request.headers.fields()) {
    if (!is_token(field.name)) {
      return fail(ErrorCode::bad_input, fmt::format("'{}' cannot be a header name", excerpt(field.name, 80)));
    }
    if (!is_field_value(field.value)) {
      return fail(ErrorCode::bad_input,
                  fmt::format("the value of the header '{}' has a line break or NUL", field.name));
    }
  }
  return {};
}

std::string basic_credentials(const std::string& userinfo) {
  std::string plain;
  if (auto view = boost::urls::make_pct_string_view(userinfo)) {
    for (const char c : boost::urls::decode_view(*view)) { plain += c; }
  }
  return "Basic " + base64(plain);
}

bool expects_body(std::string_view method) { return method == "POST" || method == "PUT" || method == "PATCH"; }

}  // namespace

Result<std::string> request_bytes(const Request& request, std::string_view user_agent) {
  if (auto valid = validate(request); !valid) { return tl::unexpected(valid.error()); }
  const auto& headers = request.headers;
  std::string out = fmt::format("{} {} HTTP/1.1\r\n", request.method, request.url.target());
  const auto line = [&](std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
  };
  if (!headers.has("host")) { line("Host", request.url.authority()); }
  if (!request.url.userinfo.empty() && !headers.has("authorization")) {
    line("Authorization", basic_credentials(request.url.userinfo));
  }
  const auto is_no_agent = [](const auto& field) {
    return field.value.empty() && same_ignoring_case(field.name, "User-Agent");
  };
  for (const auto& field : headers.fields()) {
    if (!is_no_agent(field)) { line(field.name, field.value); }
  }
  if (!headers.has("user-agent") && !user_agent.empty()) { line("User-Agent", user_agent); }
  const bool sized = headers.has("content-length") || headers.has("transfer-encoding");
  if (!sized && (!request.body.empty() || expects_body(request.method))) {
    line("Content-Length", std::to_string(request.body.size()));
  }
  out += "\r\n";
  out += request.body;
  return out;
}

}  // namespace weir::wire
