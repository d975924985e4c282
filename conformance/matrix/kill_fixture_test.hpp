// For tests: what the right fixture and the profile of the kill matrix need beyond the usual, by the name that checks
// give in CheckInfo::fixture. A file checks/<area>/..._test.cpp registers its own.
#pragma once

#include <string>
#include <string_view>

#include "conformance/probe/probe.hpp"
#include "fixtures/mcp/server.hpp"
#include "wire/target/profile.hpp"

namespace weir::conformance {

struct KillFixture {
  std::string name;
  void (*prepare)(fixtures::ServerOptions&, wire::Profile&) = nullptr;
  /// Of the run: how long idle streams are watched (--hold).
  int hold_ms = 0;
  /// Last, when the server runs with this fault ("": none) and has been surveyed.
  void (*attach)(const fixtures::Server&, const std::string& fault, Target&) = nullptr;
};

/// Two fixtures of one name stop the program and name it.
struct KillFixtureRegistration {
  explicit KillFixtureRegistration(KillFixture fixture);
};

const KillFixture* find_kill_fixture(std::string_view name);

}  // namespace weir::conformance
