// The programs of scripts/bench run and print rows that can be read; never how fast anything is.
#include "tools/bench/bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <set>

#include "common/base/status_macros.h"
#include "common/json/reader.h"

namespace evenkeel::bench {
namespace {

TEST(PercentileTest, IsTheLeastSampleThatSoManyDoNotExceed) {
  EXPECT_EQ(Percentile({7}, 0.99), 7);
  EXPECT_EQ(Percentile({4, 1, 3, 2}, 0.5), 2);
  EXPECT_EQ(Percentile({4, 1, 3, 2}, 0.51), 3);
  EXPECT_EQ(Percentile({4, 1, 3, 2}, 1), 4);
  std::vector<double> hundred;
  for (int i = 100; i > 0; --i) hundred.push_back(i);
  EXPECT_EQ(Percentile(hundred, 0.99), 99);
}

TEST(RowTest, ARatioAboveOneIsAhead) {
  EXPECT_EQ(Ratio({"", Kind::kTime, 2, 6, "", ""}), 3);
  EXPECT_EQ(Ratio({"", Kind::kRate, 6, 2, "", ""}), 3);
  EXPECT_EQ(JsonText({"a", Kind::kTime, 2, 6, "b", "ms"}),
            R"({"name":"a","ours":2,"peer":6,"peer_name":"b","unit":"ms","ratio":3})");
}

struct ReadRow {
  std::string name, peer_name, unit;
  double ours = 0, peer = 0, ratio = 0;
};

absl::Status Read(json::Value value, ReadRow& row) {
  static constexpr std::string_view kKeys[] = {"name",      "ours", "peer",
                                               "peer_name", "unit", "ratio"};
  json::Object object(value);
  while (object.Next(kKeys)) {
    json::Value member = object.value();
    std::string* const texts[] = {&row.name, nullptr, nullptr, &row.peer_name, &row.unit, nullptr};
    double* const numbers[] = {nullptr, &row.ours, &row.peer, nullptr, nullptr, &row.ratio};
    const int field = object.field();
    EVENKEEL_RETURN_IF_ERROR(texts[field] != nullptr ? member.Read(*texts[field])
                                                     : member.Read(*numbers[field]));
  }
  return object.Finish({0, 1, 2, 3, 4, 5});
}

std::string Output(const std::string& command, int& exit_status) {
  FILE* const pipe = popen(command.c_str(), "r");
  std::string text;
  for (int c; (c = std::fgetc(pipe)) != EOF;) text += static_cast<char>(c);
  exit_status = pclose(pipe);
  return text;
}

class ProgramTest : public testing::TestWithParam<const char*> {};
std::string NameOf(const testing::TestParamInfo<const char*>& info) {
  constexpr const char* kNames[] = {"Capacity", "Fairness", "Ingest", "Plan", "Simulator"};
  return kNames[info.index];
}
INSTANTIATE_TEST_SUITE_P(Programs, ProgramTest,
                         testing::Values(BENCH_CAPACITY, BENCH_FAIRNESS, BENCH_INGEST, BENCH_PLAN,
                                         BENCH_SIMULATOR),
                         NameOf);

TEST_P(ProgramTest, PrintsARowALineWithFiguresThatFitTogether) {
  int status = 0;
  std::istringstream lines(Output(std::string(GetParam()) + " --quick --json", status));
  EXPECT_EQ(status, 0);
  std::set<std::string> names;
  std::string line;
  while (std::getline(lines, line)) {
    ReadRow row;
    json::Reader reader;
    const absl::Status read = reader.Parse(line, [&](json::Value v) { return Read(v, row); });
    ASSERT_TRUE(read.ok()) << line << "\n" << read;
    EXPECT_TRUE(names.insert(row.name).second) << line;
    EXPECT_GT(row.ours, 0) << line;
    EXPECT_GT(row.peer, 0) << line;
    const bool rate = row.unit.ends_with("/s");
    EXPECT_DOUBLE_EQ(row.ratio, rate ? row.ours / row.peer : row.peer / row.ours) << line;
    EXPECT_FALSE(row.peer_name.empty()) << line;
  }
  EXPECT_GE(names.size(), 3u);
}

TEST_P(ProgramTest, PrintsATableOfLessThanAHundredColumns) {
  int status = 0;
  std::istringstream lines(Output(std::string(GetParam()) + " --quick", status));
  EXPECT_EQ(status, 0);
  std::string line;
  int count = 0;
  for (; std::getline(lines, line); ++count) EXPECT_LT(line.size(), 100u) << line;
  EXPECT_GE(count, 5);
}

TEST_P(ProgramTest, AWrongCommandLineEndsInExit2) {
  for (const char* arguments : {" --jsn", " stray"}) {
    int status = 0;
    EXPECT_EQ(Output(std::string(GetParam()) + arguments + " 2>&1", status).back(), '\n');
    EXPECT_EQ(WEXITSTATUS(status), 2) << arguments;
  }
}

}  // namespace
}  // namespace evenkeel::bench
