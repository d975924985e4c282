// A target whose key stands in the query of its URL.
#include "conformance/matrix/kill_fixture_test.hpp"

namespace weir::conformance {
namespace {

const KillFixtureRegistration kKeyInQuery{{.name = "key-in-query",
                                           .prepare = [](fixtures::ServerOptions&, wire::Profile&) {},
                                           .attach =
                                               [](const fixtures::Server&, const std::string&, Target& target) {
                                                 target.url.query = "code=fixture-key";
                                                 target.url.has_query = true;
                                               }}};

}  // namespace
}  // namespace weir::conformance
