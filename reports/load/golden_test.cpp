// Every report of the sample run against its golden file; WEIR_UPDATE_GOLDEN=1 writes them anew. JSON is read by
// Python's jsonschema, XML by expat.
#include "reports/testdata/golden.hpp"

#include <gtest/gtest.h>

#include "reports/load/writers.hpp"
#include "reports/testdata/load_sample.hpp"

namespace weir::reports::load {
namespace {

/// A run in which nothing was measured at all.
LoadResults unreachable() {
  SampleRun run = sample_run();
  run.run.thresholds.clear();
  run.phases.resize(1);
  run.seconds.resize(1);
  run.seconds[0] = sample_second(run.layout, 0, 10, 10, 0);
  run.seconds[0].populations[0].open_failures[static_cast<std::size_t>(OpenFailure::refused)] = 1'200;
  run.incidents.clear();
  return run.summarize();
}

TEST(LoadGolden, console) {
  const LoadResults results = sample_run().summarize();
  expect_golden("load.txt", console_report(results, {}));
  expect_golden("load.colour.txt", console_report(results, {.colour = true}));
  expect_golden("load.quiet.txt", console_report(results, {.quiet = true}));
  expect_golden("load.unreachable.txt", console_report(unreachable(), {}));
}

TEST(LoadGolden, json) {
  expect_golden("load.json", json_report(sample_run().summarize()));
  expect_golden("load.unreachable.json", json_report(unreachable()));
}

TEST(LoadGolden, junit) {
  expect_golden("load.xml", junit_report(sample_run().summarize()));
  expect_golden("load.unreachable.xml", junit_report(unreachable()));
}

TEST(LoadGolden, markdown) { expect_golden("load.md", markdown_report(sample_run().summarize())); }

TEST(LoadJson, meets_its_published_schema) {
  const std::string program =
      "import json, sys, jsonschema\n"
      "schema = json.load(open(sys.argv[1]))\n"
      "jsonschema.Draft202012Validator.check_schema(schema)\n"
      "for path in sys.argv[2:]: jsonschema.Draft202012Validator(schema).validate(json.load(open(path)))\n";
  const std::string schema = WEIR_SOURCE_DIR "/reports/schema/load.schema.json ";
  EXPECT_EQ(python(program, schema + kTestdata + "load.json " + kTestdata + "load.unreachable.json"), 0);
}

TEST(LoadJunit, is_read_by_expat_and_its_counts_add_up) {
  const std::string program =
      "import sys, xml.etree.ElementTree as tree\n"
      "for path in sys.argv[1:]:\n"
      "  root = tree.parse(path).getroot()\n"
      "  tags = {\"tests\": \"testcase\", \"failures\": \"failure\", \"errors\": \"error\", \"skipped\": \"skipped\"}\n"
      "  for suite in [root, *root.iter(\"testsuite\")]:\n"
      "    for name, tag in tags.items():\n"
      "      assert int(suite.get(name)) == len(list(suite.iter(tag))), (path, suite.get(\"name\"), name)\n";
  EXPECT_EQ(python(program, kTestdata + "load.xml " + kTestdata + "load.unreachable.xml"), 0);
}

TEST(LoadConsole, lets_no_escape_sequence_through_and_prints_nothing_that_was_not_measured) {
  const std::string text = console_report(sample_run().summarize(), {});
  for (const char c : text) { EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20); }
  const std::string none = console_report(unreachable(), {});
  for (const char* absent : {"heartbeat gap", "connect tcp", "Calls", "Events", "reconnect", "lag"}) {
    EXPECT_EQ(none.find(absent), std::string::npos) << absent;
  }
}

}  // namespace
}  // namespace weir::reports::load
