// Takes the difference of two assignments apart into paths, each of which moves one unit from where
// the first has more to where the second has more, by way of whatever lies between.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace evenkeel::optimizer {

// `count` units that change from node `from` to node `to`; `label` is the caller's.
struct FlowEdge {
  size_t from = 0;
  size_t to = 0;
  int64_t count = 0;
  size_t label = 0;
};

struct FlowPath {
  std::vector<size_t> labels;  // of its edges, in order
  int64_t count = 0;
};

// Paths whose sum is `edges`, less cycles, which change no node and are left out. Deterministic.
std::vector<FlowPath> DecomposeFlow(std::vector<FlowEdge> edges, size_t nodes);

}  // namespace evenkeel::optimizer
