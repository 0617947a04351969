#include "services/optimizer/core/capacity/flow_paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace evenkeel::optimizer {
namespace {

TEST(FlowPathsTest, GoesFromSurplusToDeficitByWayOfOthers) {
  const auto paths = DecomposeFlow({{0, 1, 3, 10}, {1, 2, 2, 11}}, 3);
  ASSERT_EQ(paths.size(), 2u);
  int64_t direct = 0, through = 0;
  for (const FlowPath& path : paths) {
    if (path.labels == std::vector<size_t>{10}) direct += path.count;
    if (path.labels == std::vector<size_t>{10, 11}) through += path.count;
  }
  EXPECT_EQ(direct, 1);
  EXPECT_EQ(through, 2);
}

TEST(FlowPathsTest, LeavesCyclesOut) {
  EXPECT_THAT(DecomposeFlow({{0, 1, 2, 0}, {1, 2, 2, 1}, {2, 0, 2, 2}}, 3), testing::IsEmpty());
  EXPECT_THAT(DecomposeFlow({}, 5), testing::IsEmpty());
}

TEST(FlowPathsTest, PathsCarryExactlyTheDifference) {
  std::mt19937_64 random(61);
  for (int round = 0; round < 300; ++round) {
    const size_t nodes = 2 + random() % 7;
    std::vector<FlowEdge> edges;
    std::vector<int64_t> surplus(nodes, 0), used(40, 0);
    for (size_t e = random() % 20; e > 0; --e) {
      const FlowEdge edge{random() % nodes, random() % nodes, static_cast<int64_t>(random() % 5),
                          edges.size()};
      if (edge.from == edge.to) continue;
      surplus[edge.from] += edge.count;
      surplus[edge.to] -= edge.count;
      edges.push_back(edge);
      edges.back().label = edges.size() - 1;
    }
    for (const FlowPath& path : DecomposeFlow(edges, nodes)) {
      ASSERT_FALSE(path.labels.empty());
      EXPECT_GT(path.count, 0);
      for (size_t i = 0; i + 1 < path.labels.size(); ++i) {
        EXPECT_EQ(edges[path.labels[i]].to, edges[path.labels[i + 1]].from);
      }
      const size_t start = edges[path.labels.front()].from, end = edges[path.labels.back()].to;
      EXPECT_GT(surplus[start], 0);
      EXPECT_LT(surplus[end], 0);
      surplus[start] -= path.count;
      surplus[end] += path.count;
      for (const size_t label : path.labels) used[label] += path.count;
    }
    for (const int64_t left : surplus) EXPECT_EQ(left, 0);
    for (size_t e = 0; e < edges.size(); ++e) EXPECT_LE(used[e], edges[e].count);
  }
}

}  // namespace
}  // namespace evenkeel::optimizer
