#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "common/base/clock.h"
#include "common/http/transport.h"
#include "common/obs/log.h"
#include "common/obs/metrics.h"

namespace evenkeel::obs {
namespace {

using testing::HasSubstr;

TEST(LoggerTest, WritesOneJsonObjectALine) {
  SimulatedClock clock(absl::FromUnixMillis(1715769000250));
  std::FILE* file = std::tmpfile();
  Logger log("optimizer", Severity::kInfo, clock, file);
  log.Debug("not this");
  log.Info("plan \"made\"", {{"moves", 3}, {"gap", 0.5}, {"ok", true}, {"plan", "p\n1"}});
  std::rewind(file);
  char line[512];
  ASSERT_NE(std::fgets(line, sizeof(line), file), nullptr);
  EXPECT_THAT(line, HasSubstr(R"("clock":"2024-05-15T10:30:00.250Z","severity":"info",)"
                              R"("service":"optimizer","message":"plan \"made\"","moves":3,)"
                              R"("gap":0.5,"ok":true,"plan":"p\n1"})"));
  EXPECT_EQ(std::fgets(line, sizeof(line), file), nullptr);
  std::fclose(file);
}

const MetricSpec kTable[] = {
    {"x_plans_total", MetricKind::kCounter, {{"state", {"planned", "idle"}}}, "Plans."},
    {"x_age_seconds", MetricKind::kGauge, {}, "Age."},
    {"x_solve_seconds", MetricKind::kHistogram, {}, "Solve time.", {0.1, 1}},
};

TEST(MetricsTest, AreThereFromTheStartAndStayInTheirTable) {
  Metrics metrics;
  metrics.Register(kTable);
  metrics.Add("x_plans_total", {"planned"});
  metrics.Add("x_plans_total", {"surprise"}, 2);
  metrics.Set("x_age_seconds", {}, 7);
  metrics.Observe("x_solve_seconds", {}, 0.5);
  EXPECT_EQ(metrics.Value("x_plans_total", {"planned"}), 1);
  EXPECT_EQ(metrics.Value("x_plans_total", {"idle"}), 0);
  EXPECT_EQ(metrics.Value("x_plans_total", {"other"}), 2);
  EXPECT_EQ(metrics.Value("x_solve_seconds"), 1);
  EXPECT_THAT(metrics.Describe(),
              testing::ElementsAre("x_age_seconds gauge {}", "x_plans_total counter {state}",
                                   "x_solve_seconds histogram {}"));
}

TEST(MetricsServerTest, ServesWhatPrometheusReads) {
  Metrics metrics;
  metrics.Register(kTable);
  const auto server = MetricsServer::Start("127.0.0.1:0", metrics.registry());
  ASSERT_TRUE(server.ok()) << server.status();
  http::CurlOptions options;
  options.hosts = {"127.0.0.1"};
  const auto transport = *http::MakeCurlTransport(options);
  http::Request request;
  request.url = "http://127.0.0.1:" + std::to_string((*server)->port()) + "/metrics";
  const auto response = transport->Send(request, absl::Seconds(10));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 200);
  EXPECT_THAT(response->body, HasSubstr("x_plans_total{state=\"idle\"} 0"));
  EXPECT_EQ(MetricsServer::Start("256.0.0.1:1", metrics.registry()).status().code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace evenkeel::obs
