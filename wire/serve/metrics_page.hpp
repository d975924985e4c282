// /metrics, and nothing else, in the format that the scraper likes best.
#pragma once

#include <functional>
#include <string>

#include "wire/serve/server.hpp"

namespace weir::wire {

/// Each makes the metrics of the moment, in the server's thread. `text`: the text format, version 0.0.4. `protobuf`:
/// messages io.prometheus.client.MetricFamily, each after its length, for whoever would rather have them; null: none.
Answering metrics_page(std::function<std::string()> text, std::function<std::string()> protobuf = nullptr);

}  // namespace weir::wire
