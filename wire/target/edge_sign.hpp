// Who answered. Load balancers, gateways, CDNs and proxies answer in a server's place when they cannot or will not pass
// a request on, and each leaves a mark: a Server value, an x-amzn- header, the words of its page. From such an answer
// comes the hop, what it means there and what to change. Pure: bytes of an exchange in, constant words out.
//
// A mark is a hint as good as its source: a server may copy any header. What passed through a hop is not its answer:
// Server: nginx on an application's 404 says nothing of nginx, its own page does.
//
// Sources: Application Load Balancer, "Troubleshoot" (HTTP errors); API Gateway, "Gateway response types"; Lambda,
// "Function URLs"; CloudFront, "Troubleshooting error responses from your origin"; WAF, "CAPTCHA and Challenge"; the
// error pages in the sources of nginx, HAProxy and Envoy; Cloudflare, "5xx errors".
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "wire/http/http.hpp"

namespace weir::wire {

/// What the answer of one hop says. All of it lives as long as the program.
struct EdgeSign {
  std::string_view id;       ///< "alb.504"
  std::string_view hop;      ///< "ALB"
  std::string_view meaning;  ///< One clause: "no target answered within the idle timeout".
  std::string_view fix;      ///< One sentence: what to change, and where.
  /// What it is about: who sees it can tell a dead service from a refusal without knowing each hop.
  enum class Kind {
    refusal,    ///< Of this request: credentials, size, rate, rules.
    no_route,   ///< The hop has no route for the path or the method.
    no_target,  ///< Nothing behind it takes requests, or what takes them breaks off.
    timeout,    ///< What is behind it did not answer in time.
    redirect,   ///< It sends the client elsewhere.
    rewritten,  ///< The server answered, and the hop changed what it said.
  } kind = Kind::refusal;
};

/// The hop that gave this answer itself, or changed it in a way that shows; nullopt for an answer of the server, and
/// for one that tells nothing.
std::optional<EdgeSign> edge_sign(const Exchange& exchange);

/// The hops whose marks are on an answer that they let through, nearest to the client first where that is known:
/// "CloudFront", "API Gateway", "ALB (stickiness)" ...
std::vector<std::string_view> hops_passed(const Headers& headers);

/// Every sign that edge_sign() can give.
std::span<const EdgeSign> edge_signs();

}  // namespace weir::wire
