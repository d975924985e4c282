#include "wire/serve/accept.hpp"

#include <gtest/gtest.h>

#include "wire/serve/metrics_page.hpp"

namespace weir::wire {
namespace {

const Representation kPlain{"text/plain", {{"version", "0.0.4"}}};

TEST(Accept, takes_the_range_that_names_most) {
  EXPECT_EQ(quality_of("", kPlain), 1000);
  EXPECT_EQ(quality_of("text/plain", kPlain), 1000);
  EXPECT_EQ(quality_of("*/*;q=0.1, text/*;q=0.2, text/plain;q=0.3", kPlain), 300);
  EXPECT_EQ(quality_of("text/plain;version=0.0.4;q=0.4, text/plain;q=0.3", kPlain), 400);
  EXPECT_EQ(quality_of("text/*;q=0.25,text/html", kPlain), 250);
  EXPECT_EQ(quality_of("TEXT/Plain ; Version=\"0.0.4\" ; Q=0.125", kPlain), 125);
}

TEST(Accept, wants_nothing_of_what_it_does_not_name) {
  EXPECT_EQ(quality_of("application/json", kPlain), 0);
  EXPECT_EQ(quality_of("text/plain;version=1.0.0", kPlain), 0);
  EXPECT_EQ(quality_of("text/plain;q=0", kPlain), 0);
  EXPECT_EQ(quality_of("text/plain;q=0, */*", kPlain), 0);
  EXPECT_EQ(quality_of("text", kPlain), 0);
}

TEST(Accept, takes_a_weight_that_is_none_for_nothing) {
  for (const char* weight : {"", "2", "0,5", "1e3", "-1", "0.1234", "q"}) {
    EXPECT_EQ(quality_of(std::string("text/plain;q=") + weight, kPlain), 0) << weight;
  }
  EXPECT_EQ(quality_of("text/plain;q=1.", kPlain), 1000);
}

TEST(Accept, takes_any_value_where_the_representation_has_none) {
  const Representation escaped{"text/plain", {{"escaping", ""}}};
  EXPECT_EQ(quality_of("text/plain;escaping=allow-utf-8;q=0.5", escaped), 500);
  EXPECT_EQ(quality_of("text/plain;escaping=allow-utf-8;q=0.5", kPlain), 0);
}

TEST(Accept, survives_what_is_no_list) {
  for (const char* odd : {",", ";", ";;,,", "\"", "text/plain;\"", "text/plain;a=\"\\", "/", "*/", " , text/plain"}) {
    EXPECT_LE(quality_of(odd, kPlain), 1000) << odd;
  }
  EXPECT_EQ(quality_of(" , text/plain;a=\"x,y;q=0\", */*;q=0.5", kPlain), 500);
}

/// As versions of Prometheus write it, without and with native histograms.
constexpr const char* kProtobuf =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

TEST(MetricsPage, gives_each_scraper_what_it_likes_best) {
  const auto page = metrics_page([] { return std::string("text"); }, [] { return std::string("protobuf"); });
  const std::string proto = kProtobuf;
  const std::vector<std::tuple<std::string, std::string, bool>> scrapers = {
      {"a browser", "text/html,application/xhtml+xml,*/*;q=0.8", false},
      {"curl", "*/*", false},
      {"nobody in particular", "", false},
      {"2.42",
       "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
       "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       false},
      {"2.42 with native histograms",
       proto + ",application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,"
               "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       true},
      {"2.55 with native histograms",
       proto + ";q=0.5,application/openmetrics-text;version=1.0.0;q=0.4,application/openmetrics-text;version=0.0.1;"
               "q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
       true},
      {"3",
       "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;"
       "version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,"
       "*/*;q=0.1",
       false},
      {"3 with native histograms",
       proto + ";escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
               "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
               "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
       true},
      {"one that would rather not", proto + ";q=0.1,text/plain;version=0.0.4;q=0.2", false},
      {"one that takes the compact text alone",
       "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=compact-text", false},
  };
  for (const auto& [what, accept, protobuf] : scrapers) {
    Asked asked;
    asked.method = "GET";
    asked.path = "/metrics";
    if (!accept.empty()) { asked.fields.add("Accept", accept); }
    const auto served = page(asked);
    ASSERT_TRUE(served && served->body) << what;
    EXPECT_EQ(*served->body, protobuf ? "protobuf" : "text") << what;
    EXPECT_EQ(media_type(served->fields.get("content-type")),
              protobuf ? "application/vnd.google.protobuf" : "text/plain")
        << what;
    EXPECT_EQ(served->fields.get("vary"), "Accept");
  }
}

}  // namespace
}  // namespace weir::wire
