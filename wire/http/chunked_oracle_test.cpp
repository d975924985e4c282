// Our chunk decoder against Boost.Beast's parser, on framing that both have to take.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "wire/http/chunked.hpp"

namespace weir::wire {
namespace {

namespace http = boost::beast::http;

struct Framed {
  std::string bytes;
  std::string body;
};

rc::Gen<std::string> one_of(std::vector<std::string> choices) { return rc::gen::elementOf(std::move(choices)); }

/// Chunked framing in any dress that RFC 9112 allows: padding, either case, extensions, trailers.
Framed any_chunked_framing() {
  const auto extension = one_of({"", "", "", ";a", ";a=b", ";a=\"q \\\" ;\"", " ;a", "; a = b;c"});
  const auto padding = one_of({"", "", "0", "0000"});
  Framed framed;
  for (const std::string& data : *rc::gen::arbitrary<std::vector<std::string>>()) {
    if (data.empty()) { continue; }
    const std::string size =
        *rc::gen::arbitrary<bool>() ? fmt::format("{:X}", data.size()) : fmt::format("{:x}", data.size());
    framed.bytes += *padding + size + *extension + "\r\n" + data + "\r\n";
    framed.body += data;
  }
  const auto trailers = one_of({"", "", "X-Sum: 1\r\n", "A:\r\nB: c d\r\n"});
  framed.bytes += *padding + "0" + *extension + "\r\n" + *trailers + "\r\n";
  return framed;
}

std::optional<std::string> decode_with_beast(std::string_view framing) {
  const std::string response = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(framing);
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  boost::beast::error_code ec;
  const std::size_t used = parser.put(boost::asio::buffer(response), ec);
  if (ec || !parser.is_done() || used != response.size()) { return std::nullopt; }
  return parser.release().body();
}

std::optional<std::string> decode_with_ours(std::string_view framing) {
  ChunkedDecoder decoder;
  std::string body;
  const Result<std::size_t> used = decoder.feed(framing, body);
  if (!used || !decoder.finished() || *used != framing.size()) { return std::nullopt; }
  return body;
}

RC_GTEST_PROP(ChunkedOracle, beast_reads_the_same_body, ()) {
  const Framed framed = any_chunked_framing();
  RC_ASSERT(decode_with_ours(framed.bytes) == framed.body);
  RC_ASSERT(decode_with_beast(framed.bytes) == framed.body);
}

RC_GTEST_PROP(ChunkedOracle, beast_takes_whatever_we_take, ()) {
  std::string bytes = any_chunked_framing().bytes;
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] = *rc::gen::element('\r', '\n', ' ', '0', 'f', ';', '=', '"', ':', 'x');
  if (const std::optional<std::string> ours = decode_with_ours(bytes)) { RC_ASSERT(decode_with_beast(bytes) == ours); }
}

}  // namespace
}  // namespace weir::wire
