#include "wire/base/known_hops.hpp"

#include <fmt/format.h>

#include <array>

namespace weir::wire {
namespace {

// Defaults as the vendors document them; a row whose value is not documented by its vendor does not stand here.
constexpr std::array kHops = {
    KnownHop{5, Counts::keep_alive, "Node keepAliveTimeout"},
    KnownHop{5, Counts::keep_alive, "uvicorn timeout_keep_alive"},
    KnownHop{15, Counts::age, "Envoy route timeout"},
    KnownHop{29, Counts::age, "API Gateway REST integration timeout"},
    KnownHop{30, Counts::silence, "CloudFront origin read timeout"},
    KnownHop{30, Counts::silence, "API Gateway response streaming, edge-optimised"},
    KnownHop{30, Counts::age, "API Gateway HTTP API integration timeout"},
    KnownHop{60, Counts::silence, "ALB idle_timeout"},
    KnownHop{60, Counts::silence, "nginx proxy_read_timeout"},
    KnownHop{60, Counts::keep_alive, "ALB idle_timeout", 60},
    KnownHop{75, Counts::keep_alive, "nginx keepalive_timeout", 60},
    KnownHop{100, Counts::silence, "Cloudflare proxy read timeout"},
    KnownHop{120, Counts::age, "App Runner request timeout"},
    KnownHop{300, Counts::silence, "Envoy stream idle timeout"},
    KnownHop{300, Counts::silence, "API Gateway response streaming, regional"},
    KnownHop{300, Counts::silence, "ECS Service Connect idle timeout"},
    KnownHop{300, Counts::age, "Node requestTimeout"},
    KnownHop{350, Counts::silence, "NLB TCP idle timeout"},
    KnownHop{350, Counts::silence, "NAT gateway"},
    KnownHop{350, Counts::keep_alive, "NLB TCP idle timeout", 350},
    KnownHop{350, Counts::keep_alive, "NAT gateway", 350},
    KnownHop{400, Counts::keep_alive, "Cloudflare client connection"},
    KnownHop{900, Counts::age, "Lambda or API Gateway response streaming limit"},
    KnownHop{3600, Counts::age, "ALB client_keep_alive"},
    KnownHop{3600, Counts::keep_alive, "Envoy connection idle timeout"},
};

}  // namespace

std::string_view to_string(Counts counts) {
  switch (counts) {
    case Counts::silence:
      return "silence";
    case Counts::age:
      return "age";
    case Counts::keep_alive:
      return "keep-alive";
  }
  return "";
}

std::span<const KnownHop> known_hops() { return kHops; }

std::string describe(const std::vector<KnownHop>& hops) {
  std::string text;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    const bool same = i > 0 && hops[i].seconds == hops[i - 1].seconds;
    text += same ? ", " : fmt::format("{}a {:g} s hop: ", i == 0 ? "" : "; or ", hops[i].seconds);
    text += hops[i].name;
  }
  return text;
}

}  // namespace weir::wire
