// What the checks of URLs and of metadata need in their kills, and what they know of hosts.
#include "conformance/ask/url.hpp"

#include <gtest/gtest.h>

#include "conformance/matrix/kill_fixture_test.hpp"
#include "wire/testing/certificates.hpp"

namespace weir::conformance {
namespace {

namespace certificates = wire::testing;

/// One root and one leaf for all kills: a key takes longer to make than to use.
struct Certificates {
  certificates::Identity root = certificates::make_root();
  certificates::PemFile trusted{root};
  certificates::PemFile served{certificates::make_identity({}, &root), true};
};

void serve_tls(fixtures::ServerOptions& options, wire::Profile& profile) {
  static const Certificates made;
  options.tls_certificate = options.tls_key = made.served.path();
  profile.ca_file = made.trusted.path();
}

constexpr std::string_view kBearer = "fixture-bearer-over-tls-40c2";

const KillFixtureRegistration kTls{{.name = "tls", .prepare = serve_tls}};

const KillFixtureRegistration kBearerTls{{.name = "bearer-tls", .prepare = [](auto& options, auto& profile) {
                                            serve_tls(options, profile);
                                            options.endpoint.bearer = kBearer;
                                            profile.bearer = kBearer;
                                          }}};

const KillFixtureRegistration kDeployed{
    {.name = "deployed", .prepare = [](auto&, auto& profile) { profile.edge = "alb"; }}};

wire::Url url(std::string_view text) { return wire::parse_url(text).value(); }

}  // namespace

TEST(InternalHost, is_an_address_or_a_name_that_only_the_inside_knows) {
  for (const char* host : {"10.0.3.17", "172.16.0.1", "172.31.255.1", "192.168.1.1", "127.0.0.1", "169.254.169.254",
                           "::1", "fd00::1", "localhost", "backend", "mcp.internal", "mcp.prod.svc",
                           "ip-10-0-0-1.eu-west-1.compute.internal", "internal-lb.internal.example.com"}) {
    EXPECT_TRUE(is_internal_host(host)) << host;
  }
  for (const char* host : {"mcp.example.com", "172.32.0.1", "172.15.0.1", "8.8.8.8", "2001:db8::1", "11.0.0.1"}) {
    EXPECT_FALSE(is_internal_host(host)) << host;
  }
}

TEST(LeavesHost, minds_host_and_port_and_leaves_the_scheme_aside) {
  const auto from = url("https://mcp.example.com/mcp");
  EXPECT_EQ(leaves_host(from, url("https://mcp.example.com/mcp/")), std::nullopt);
  EXPECT_EQ(leaves_host(from, url("http://mcp.example.com/mcp/")), std::nullopt);
  EXPECT_EQ(leaves_host(from, url("http://mcp.example.com:8080/mcp/")), "8080 is another port");
  EXPECT_EQ(leaves_host(from, url("https://10.0.0.1/mcp/")), "10.0.0.1 is a host inside the network");
  EXPECT_EQ(leaves_host(from, url("https://www.example.com/mcp/")), "www.example.com is another host");
}

TEST(OtherSlash, adds_or_takes_one_slash) {
  EXPECT_EQ(other_slash(url("https://h/mcp"))->path, "/mcp/");
  EXPECT_EQ(other_slash(url("https://h/mcp/"))->path, "/mcp");
  EXPECT_EQ(other_slash(url("https://h/")), std::nullopt);
}

}  // namespace weir::conformance
