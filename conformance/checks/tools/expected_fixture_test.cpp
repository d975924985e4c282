// The right fixture's tools, as a profile expects them.
#include "conformance/matrix/kill_fixture_test.hpp"

namespace weir::conformance {
namespace {

const KillFixtureRegistration kExpected{
    {.name = "expected-tools", .prepare = [](auto&, auto& profile) {
       for (const char* name : {"add", "announce", "fail", "get_time", "log_something", "set_note", "slow_count"}) {
         profile.expected_tools.push_back({.name = name});
       }
       profile.expected_tools.push_back(
           {.name = "echo",
            .input_schema =
                wire::json::parse(R"({"type":"object","properties":{"message":{"type":"string","maxLength":1000}},)"
                                  R"("required":["message"]})"),
            .output_schema = wire::json::parse(
                R"({"type":"object","properties":{"message":{"type":"string"}},"required":["message"]})")});
       profile.only_expected_tools = true;
     }}};

}  // namespace
}  // namespace weir::conformance
