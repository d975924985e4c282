#include "loadgen/scenario/plain_request.hpp"

#include <fmt/format.h>

#include "loadgen/user_agent.hpp"
#include "wire/http/request_bytes.hpp"

namespace weir::loadgen {

wire::Result<PlainRequest> PlainRequest::make(const HttpCall& call, const wire::Url& base,
                                              const Credentials& credentials) {
  const auto url = wire::resolve(base, call.path);
  if (!url) { return tl::unexpected(url.error()); }
  wire::Request request{.method = call.method, .url = *url};
  request.headers.set("Accept", "*/*");
  if (call.json) { request.headers.set("Content-Type", "application/json"); }
  if (!credentials.bearer.empty()) { request.headers.set("Authorization", "Bearer " + credentials.bearer); }
  for (const wire::Header& header : credentials.headers.fields()) { request.headers.set(header.name, header.value); }
  for (const wire::Header& header : call.headers.fields()) { request.headers.set(header.name, header.value); }
  auto bytes = wire::request_bytes(request, user_agent());
  if (!bytes) { return tl::unexpected(bytes.error()); }
  PlainRequest made;
  const auto blank = bytes->rfind("\r\n\r\n");
  made.head_ = bytes->substr(0, blank + 2);
  // One length is enough; it is added with the body.
  if (const auto at = made.head_.find("\r\nContent-Length:"); at != std::string::npos) {
    made.head_.erase(at, made.head_.find("\r\n", at + 2) - at);
  }
  made.body_ = call.body;
  if (call.json) {
    auto compiled = Template::compile(*call.json);
    if (!compiled) { return tl::unexpected(compiled.error()); }
    made.json_ = *std::move(compiled);
  }
  return made;
}

std::string PlainRequest::render(const TemplateWords& words, std::mt19937_64& random) const {
  std::string body = body_;
  if (json_) { json_->render(words, random, body); }
  const bool bodiless = body.empty() && !json_;
  return bodiless ? head_ + "\r\n" : fmt::format("{}Content-Length: {}\r\n\r\n{}", head_, body.size(), body);
}

}  // namespace weir::loadgen
