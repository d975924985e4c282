// The kill matrix's provider: a realm on a server of its own, and an endpoint that verifies its tokens.
#include "conformance/matrix/kill_fixture_test.hpp"
#include "fixtures/openid/provider.hpp"
#include "wire/auth/oauth.hpp"

namespace weir::conformance {
namespace {

namespace openid = fixtures::openid;

constexpr const char* kSecret = "fixture-client-secret-5d0e";

/// Lives as long as the endpoint that uses the realm.
struct Provider {
  std::shared_ptr<openid::Realm> realm;
  fixtures::HttpServer server;
};

openid::Client client(const char* id, std::set<std::string> scopes, const char* audience) {
  return {.id = id, .secret = kSecret, .scopes = std::move(scopes), .groups = {}, .audience = {audience}};
}

/// What the provider gives with a fault of its own is had anew.
void renew_bearer(const fixtures::Server& /*server*/, const std::string& fault, Target& target) {
  if (fault != "openid.audience-account") { return; }
  const auto token =
      wire::fetch_token(*target.profile.oauth, target.client, wire::Deadline::in(std::chrono::seconds(2))).value();
  target.headers.set("Authorization", "Bearer " + token.value);
}

const KillFixtureRegistration kToken{
    {.name = "token",
     .prepare =
         [](auto& options, auto& profile) {
           auto realm = std::make_shared<openid::Realm>(openid::RealmOptions{
               .clients = {client("weir", {"mcp", "execute"}, "weir-mcp"), client("weir-limited", {"mcp"}, "weir-mcp"),
                           client("weir-second", {"mcp"}, "weir-mcp"),
                           client("weir-other", {"mcp"}, "weir-other-service")}});
           auto provider = std::make_shared<Provider>(Provider{realm, openid::start_provider(realm).value()});
           options.endpoint.realm = {provider, realm.get()};
           options.endpoint.tool_scopes = {{"add", "execute"}};

           wire::ProfileOAuth oauth;
           oauth.token_url = openid::token_url(*realm);
           oauth.client_id = "weir";
           oauth.client_secret = kSecret;
           oauth.other_audience = wire::OAuthGrant{.client_id = "weir-other"};
           oauth.limited = wire::OAuthGrant{.client_id = "weir-limited"};
           oauth.other_user = wire::OAuthGrant{.client_id = "weir-second"};
           oauth.denied_tool = wire::SafeTool{.name = "add", .arguments = {{"a", 1}, {"b", 2}}};
           oauth.expired_token = realm->issue(*realm->client("weir"), {{"exp", 1'700'000'000}});
           profile.oauth = std::move(oauth);
           profile.bearer = realm->issue(*realm->client("weir"));
         },
     .attach = renew_bearer}};

}  // namespace
}  // namespace weir::conformance
