// Client credentials of a profile, and what the checks of tokens need beside them.
#include <array>

#include "wire/target/profile_keys.hpp"

namespace weir::wire::profile_keys {
namespace {

template <auto kMember, class Target>
void read_text(Reader& in, std::string_view key, const Node& node, Target& target) {
  target.*kMember = in.text(key, node);
}
template <auto kMember, class Target>
void read_word(Reader& in, std::string_view key, const Node& node, Target& target) {
  target.*kMember = in.plain_text(key, node);
}
template <auto kMember, class Target>
void read_secret(Reader& in, std::string_view key, const Node& node, Target& target) {
  target.*kMember = in.text(key, node);
  in.keep_secret(target.*kMember);
}

constexpr std::array kGrantKeys = {
    Key<OAuthGrant>{"client_id", read_text<&OAuthGrant::client_id>},
    Key<OAuthGrant>{"client_secret", read_secret<&OAuthGrant::client_secret>},
    Key<OAuthGrant>{"scope", read_word<&OAuthGrant::scope>},
    Key<OAuthGrant>{"audience", read_word<&OAuthGrant::audience>},
    Key<OAuthGrant>{"resource", read_word<&OAuthGrant::resource>},
};

void read_grant(Reader& in, std::string_view key, const Node& node, std::optional<OAuthGrant>& grant) {
  if (!node.IsMap()) { return in.wrong_kind(key, node, "a map"); }
  in.members(key, node, kGrantKeys, grant.emplace());
}

void read_denied_tool(Reader& in, std::string_view key, const Node& node, ProfileOAuth& oauth) {
  YAML::Node one(YAML::NodeType::Sequence);
  one.push_back(node);
  auto tools = read_safe_tools(in, key, one);
  if (!tools.empty()) { oauth.denied_tool = std::move(tools.front()); }
}

constexpr std::array kOAuthKeys = {
    Key<ProfileOAuth>{"token_url", [](Reader& in, std::string_view key, const Node& node,
                                      ProfileOAuth& oauth) { oauth.token_url = read_location(in, key, node, false); }},
    Key<ProfileOAuth>{"client_id", read_text<&OAuthClient::client_id>},
    Key<ProfileOAuth>{"client_secret", read_secret<&OAuthClient::client_secret>},
    Key<ProfileOAuth>{"scope", read_word<&OAuthClient::scope>},
    Key<ProfileOAuth>{"audience", read_word<&OAuthClient::audience>},
    Key<ProfileOAuth>{"resource", read_word<&OAuthClient::resource>},
    Key<ProfileOAuth>{"other_audience", [](Reader& in, std::string_view key, const Node& node,
                                           ProfileOAuth& oauth) { read_grant(in, key, node, oauth.other_audience); }},
    Key<ProfileOAuth>{"other_audience_token", read_secret<&ProfileOAuth::other_audience_token>},
    Key<ProfileOAuth>{"expired_token", read_secret<&ProfileOAuth::expired_token>},
    Key<ProfileOAuth>{"limited", [](Reader& in, std::string_view key, const Node& node,
                                    ProfileOAuth& oauth) { read_grant(in, key, node, oauth.limited); }},
    Key<ProfileOAuth>{"other_user", [](Reader& in, std::string_view key, const Node& node,
                                       ProfileOAuth& oauth) { read_grant(in, key, node, oauth.other_user); }},
    Key<ProfileOAuth>{"denied_tool", read_denied_tool},
};

}  // namespace

void read_oauth(Reader& in, std::string_view key, const Node& node, Profile& profile) {
  if (!node.IsMap()) { return in.wrong_kind(key, node, "a map"); }
  ProfileOAuth& oauth = profile.oauth.emplace();
  in.members(key, node, kOAuthKeys, oauth);
  for (const auto& [name, value] : {std::pair("token_url", &oauth.token_url), std::pair("client_id", &oauth.client_id),
                                    std::pair("client_secret", &oauth.client_secret)}) {
    if (value->empty()) { in.complain(node, fmt::format("'{}' has no '{}'", key, name)); }
  }
}

}  // namespace weir::wire::profile_keys
