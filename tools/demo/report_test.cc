#include "tools/demo/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::demo {
namespace {

TEST(ReportTest, ReadsTheSimulatorsAccount) {
  const auto report = ParseReport(R"({"clock":"2024-05-15T12:00:00.000Z",
    "epoch":"2024-05-15T08:00:00.000Z","seed":7,"dialect":"platform","finished":true,
    "queues":[{"id":"q1","name":"Billing","offered":100,"answered":80,"abandoned":20,"waiting":0,
      "mean_wait_seconds":30.5,"abandonment_ratio":0.2,"service_level_ratio":null,"joined":12,
      "members":30,"inbound_capacity":null}],
    "writes":{"total":3,"patch":3},"requests":{"total":90,"rate_limited":1}})");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->clock - report->epoch, absl::Hours(4));
  EXPECT_EQ(report->queues[0].mean_wait_seconds, 30.5);
  EXPECT_EQ(report->writes, 3);
  EXPECT_EQ(report->rate_limited, 1);
}

TEST(ReportTest, SaysWhatIsMissing) {
  EXPECT_THAT(std::string(ParseReport("{}").status().message()), testing::HasSubstr("$.clock"));
}

TEST(ReportTest, TotalsWeighByCallers) {
  QueueReport a, b;
  a.answered = 90;
  a.abandoned = 10;
  a.mean_wait_seconds = 10;
  b.answered = 100;
  b.abandoned = 200;
  b.mean_wait_seconds = 110;
  const QueueReport total = Total({a, b});
  EXPECT_DOUBLE_EQ(total.mean_wait_seconds, (10 * 100 + 110 * 300) / 400.0);
  EXPECT_DOUBLE_EQ(total.abandonment_ratio, 210 / 400.0);
  EXPECT_EQ(Total({}).mean_wait_seconds, 0);
}

}  // namespace
}  // namespace evenkeel::demo
