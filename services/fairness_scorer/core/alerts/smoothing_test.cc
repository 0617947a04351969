#include "services/fairness_scorer/core/alerts/smoothing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "common/testing/reference_rows.h"
#include "services/fairness_scorer/core/alerts/alarm.h"
#include "services/fairness_scorer/core/workload/score.h"

namespace evenkeel::fairness {
namespace {

using testing::ElementsAre;

std::string ReferenceText() {
  std::ifstream file(EVENKEEL_SOURCE_DIR "/tests/data/fairness_smoothing.json");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

template <typename T>
absl::Status ReadList(json::Value value, std::vector<T>& list) {
  json::Array array(value);
  while (array.Next()) {
    T element{};
    EVENKEEL_RETURN_IF_ERROR(array.value().Read(element));
    list.push_back(std::move(element));
  }
  return array.Finish();
}

std::vector<double> Doubles(const std::vector<int64_t>& numbers) {
  return {numbers.begin(), numbers.end()};
}

void ExpectClose(std::optional<double> ours, double expected) {
  ASSERT_TRUE(ours.has_value());
  EXPECT_NEAR(*ours, expected, std::max(1e-9, 1e-12 * expected));
}

// FAIR-3
TEST(SmoothingTest, Fair3MatchesTheReference) {
  int rows = 0;
  const absl::Status read =
      stats::ForEachRow(ReferenceText(), "ema", [&](json::Value value) -> absl::Status {
        static constexpr std::string_view kKeys[] = {"cv_history_oldest_first",
                                                     "band_sizes_newest_middle_oldest",
                                                     "three_band", "exponential"};
        std::vector<double> history, exponential;
        std::vector<int64_t> sizes;
        double three_band = 0;
        json::Object object(value);
        while (object.Next(kKeys)) {
          switch (object.field()) {
            case 0:
              EVENKEEL_RETURN_IF_ERROR(ReadList(object.value(), history));
              break;
            case 1:
              EVENKEEL_RETURN_IF_ERROR(ReadList(object.value(), sizes));
              break;
            case 2:
              EVENKEEL_RETURN_IF_ERROR(object.value().Read(three_band));
              break;
            default:
              EVENKEEL_RETURN_IF_ERROR(ReadList(object.value(), exponential));
          }
        }
        EVENKEEL_RETURN_IF_ERROR(object.Finish({0, 1, 2, 3}));
        ++rows;
        const auto ours = BandSizes(std::min(history.size(), kSmoothedCycles));
        EXPECT_EQ(Doubles(sizes), std::vector<double>(ours.begin(), ours.end()));
        ExpectClose(ThreeBandAverage(history), three_band);
        SmoothingMemory memory;
        for (size_t i = 0; i < history.size(); ++i) {
          const absl::Time now = absl::UnixEpoch() + absl::Seconds(15 * i);
          ExpectClose(Smooth(memory, Smoothing::kExponential, history[i], now), exponential[i]);
        }
        return absl::OkStatus();
      });
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_EQ(rows, 13);
}

// A step in the figure: both averages, cycle by cycle, and the alarm on the guide's.
TEST(SmoothingTest, Fair3FollowsAStepAsTheReferenceDoes) {
  std::vector<double> cv, three_band, exponential;
  const absl::Status read =
      stats::ForEachRow(ReferenceText(), "ema_step", [&](json::Value value) -> absl::Status {
        static constexpr std::string_view kKeys[] = {"cv", "three_band", "exponential"};
        std::vector<double>* lists[] = {&cv, &three_band, &exponential};
        json::Object object(value);
        while (object.Next(kKeys)) {
          EVENKEEL_RETURN_IF_ERROR(ReadList(object.value(), *lists[object.field()]));
        }
        return object.Finish({0, 1, 2});
      });
  ASSERT_TRUE(read.ok()) << read;
  ASSERT_EQ(cv.size(), 40u);
  SmoothingMemory banded, averaged;
  for (size_t i = 0; i < cv.size(); ++i) {
    const absl::Time now = absl::UnixEpoch() + absl::Seconds(15 * i);
    ExpectClose(Smooth(banded, Smoothing::kThreeBand, cv[i], now), three_band[i]);
    ExpectClose(Smooth(averaged, Smoothing::kExponential, cv[i], now), exponential[i]);
  }
}

TEST(SmoothingTest, Fair3AMissingFigureChangesNothingAndALongSilenceForgets) {
  SmoothingMemory memory;
  const absl::Time start = absl::UnixEpoch();
  Smooth(memory, Smoothing::kThreeBand, 0.6, start);
  const SmoothingMemory before = memory;
  EXPECT_EQ(Smooth(memory, Smoothing::kThreeBand, std::nullopt, start + absl::Seconds(15)),
            std::nullopt);
  EXPECT_EQ(memory, before);
  ExpectClose(Smooth(memory, Smoothing::kThreeBand, 0.2, start + absl::Minutes(5)),
              (0.4 * 0.2 + 0.35 * 0.6) / 0.75);
  ExpectClose(Smooth(memory, Smoothing::kThreeBand, 0.1, start + absl::Minutes(11)), 0.1);
}

struct AlarmRow {
  std::vector<std::optional<double>> ema;
  std::vector<std::string> state;
  std::vector<bool> sustained, fires;
};

void CheckAlarms(const AlarmRow& row) {
  AlarmMemory memory;
  for (size_t i = 0; i < row.ema.size(); ++i) {
    SCOPED_TRACE(i);
    const Band band = row.ema[i] ? BandOf(*row.ema[i]) : Band::kUnknown;
    EXPECT_EQ(BandName(band), row.state[i]);
    const AlarmStep step =
        Step(memory, row.ema[i] ? std::optional(band == Band::kCritical) : std::nullopt);
    EXPECT_EQ(step.sustained, row.sustained[i]);
    EXPECT_EQ(step.fires, row.fires[i]);
  }
}

TEST(AlarmTest, Fair3MatchesTheReference) {
  int rows = 0;
  const absl::Status read =
      stats::ForEachRow(ReferenceText(), "alarms", [&](json::Value value) -> absl::Status {
        static constexpr std::string_view kKeys[] = {"ema", "state", "alert_sustained",
                                                     "alert_fires"};
        AlarmRow row;
        json::Object object(value);
        while (object.Next(kKeys)) {
          switch (object.field()) {
            case 0:
              EVENKEEL_RETURN_IF_ERROR(ReadList(object.value(), row.ema));
              break;
            case 1:
              EVENKEEL_RETURN_IF_ERROR(ReadList(object.value(), row.state));
              break;
            case 2:
              EVENKEEL_RETURN_IF_ERROR(ReadList(object.value(), row.sustained));
              break;
            default:
              EVENKEEL_RETURN_IF_ERROR(ReadList(object.value(), row.fires));
          }
        }
        EVENKEEL_RETURN_IF_ERROR(object.Finish({0, 1, 2, 3}));
        SCOPED_TRACE(rows++);
        CheckAlarms(row);
        return absl::OkStatus();
      });
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_EQ(rows, 10);
}

// What happens cycle by cycle: '+' the condition holds, '-' it does not, '?' nothing is known; the
// answer has 'o' where an alert opens, 'c' where it closes.
std::string Play(const std::string& cycles) {
  AlarmMemory memory;
  std::string answer;
  for (const char cycle : cycles) {
    const AlarmStep step = Step(memory, cycle == '?' ? std::nullopt : std::optional(cycle == '+'));
    answer += step.opens ? 'o' : step.closes ? 'c' : '.';
  }
  return answer;
}

TEST(AlarmTest, Fair3OneAlertFromTheFirstFiringToThreeCalmCycles) {
  EXPECT_EQ(Play("+++++---+++"), "..o....c..o");
  EXPECT_EQ(Play("+++--+++--+++---"), "..o............c");
}

TEST(AlarmTest, Fair3AMissingSnapshotCountsForNeither) {
  EXPECT_EQ(Play("++?+++"), ".....o");
  EXPECT_EQ(Play("+++-?-?-"), "..o....c");
  EXPECT_EQ(Play("+++?????"), "..o.....");
}

}  // namespace
}  // namespace evenkeel::fairness
