#include "wire/serve/metrics_page.hpp"

#include <utility>

#include "wire/serve/accept.hpp"

namespace weir::wire {

namespace {

constexpr std::string_view kText = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::string_view kProtobuf =
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

/// Newer scrapers say how names beyond ASCII are to be escaped: we have none.
const Representation& text_form() {
  static const Representation form{"text/plain", {{"version", "0.0.4"}, {"charset", "utf-8"}, {"escaping", ""}}};
  return form;
}

const Representation& protobuf_form() {
  static const Representation form{
      "application/vnd.google.protobuf",
      {{"proto", "io.prometheus.client.MetricFamily"}, {"encoding", "delimited"}, {"escaping", ""}}};
  return form;
}

}  // namespace

Answering metrics_page(std::function<std::string()> text, std::function<std::string()> protobuf) {
  return [text = std::move(text), protobuf = std::move(protobuf)](const Asked& asked) -> std::optional<Served> {
    if (asked.path != "/metrics") { return Served::refusal("404 Not Found", "there is /metrics only"); }
    if (!protobuf) { return Served::of(std::string(kText), text()); }
    // Who asks for neither gets what everybody can read.
    const std::string accept = asked.fields.joined("accept");
    const bool rather = quality_of(accept, protobuf_form()) > quality_of(accept, text_form());
    auto served = rather ? Served::of(std::string(kProtobuf), protobuf()) : Served::of(std::string(kText), text());
    served.fields.set("Vary", "Accept");
    return served;
  };
}

}  // namespace weir::wire
