// Where the populations of a scenario connect to: distinct hosts and ports, their addresses, and what kind of stream
// each is to be asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "loadgen/scenario/scenario.hpp"
#include "wire/http/http_client.hpp"
#include "wire/http/name_lookup.hpp"
#include "wire/target/load_permission.hpp"

namespace weir::loadgen {

/// For what is asked before the load and beside it: its roots and its name, no credentials.
wire::ClientOptions client_of(const Scenario& scenario, const wire::RunBounds& run = {});

struct Targets {
  std::vector<wire::Url> urls;               ///< One for each distinct scheme, host and port.
  std::vector<std::uint32_t> of_population;  ///< Into `urls`.
};
wire::Result<Targets> targets_of(const Scenario& scenario);

/// What `resolve` says about a target; empty: ask the name servers.
wire::Result<std::vector<wire::SocketAddress>> fixed_addresses(const Scenario& scenario, const wire::Url& url);

struct Looked {
  std::uint32_t target = 0;
  std::vector<std::string> addresses;  ///< "203.0.113.7:443"; empty for a failure.
  std::string failure;
  std::int64_t took_ns = -1;  ///< -1: nobody had to be asked.
};
/// How names become addresses: wire::look_up_within(), or what a test puts in its place. Called from a thread of its
/// own too.
using LookUp = std::function<wire::Result<std::vector<wire::SocketAddress>>(
    const wire::RunBounds& run, const std::string& host, std::uint16_t port, wire::Deadline deadline)>;
/// Asks once for each target; blocking, at most five seconds each, and not beyond the run.
wire::Result<std::vector<Looked>> look_up_all(const Scenario& scenario, const Targets& targets, const LookUp& look_up,
                                              const wire::RunBounds& run = {});

/// Whether all addresses are 127.0.0.0/8, from which sources may be made up.
bool all_on_loopback(const std::vector<Looked>& looked);

/// Asks again every `resolve_every`, in a thread of its own. A name that moves to where no load may be put is a
/// failure.
class NameKeeper {
 public:
  NameKeeper(const Scenario& scenario, const Targets& targets, std::vector<Looked> first, LookUp look_up,
             wire::LoadPermission permission);
  ~NameKeeper();
  /// Look-ups since the last time; those that found what was known before have no addresses and no failure.
  std::vector<Looked> take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The era that streams of a kind belong to.
wire::mcp::Era era_of(StreamKind kind);
/// A client of the first of the addresses that were found.
wire::ClientOptions client_to(const Scenario& scenario, const Looked& looked, const wire::RunBounds& run = {});

/// Fills in `stream` and `revision` of every population, by asking the target where the scenario leaves it open; a
/// population that is explicit is only connected to. `headers` carry the credentials. The error says in one sentence
/// why there is nothing to hold.
wire::Result<void> resolve_streams(Scenario& scenario, const wire::Headers& headers, const Targets& targets,
                                   const std::vector<Looked>& looked, const wire::RunBounds& run = {});

}  // namespace weir::loadgen
