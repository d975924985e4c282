// The kill fixtures of this area.
#include "conformance/matrix/kill_fixture_test.hpp"

namespace weir::conformance {
namespace {

const KillFixtureRegistration kEdge{{.name = "reconnect-edge",
                                     .prepare = [](auto&, auto& profile) { profile.idle_budget_seconds = 1.1; },
                                     .hold_ms = 1300}};

const KillFixtureRegistration kAnnounced{{.name = "reconnect-announced", .prepare = [](auto& options, auto&) {
                                            options.faults.push_back("legal.keep-alive-announced");
                                          }}};

}  // namespace
}  // namespace weir::conformance
