#include "services/optimizer/core/capacity/flow_paths.h"

#include <algorithm>
#include <cassert>

namespace evenkeel::optimizer {
namespace {

class Decomposition {
 public:
  Decomposition(std::vector<FlowEdge> edges, size_t nodes)
      : edges_(std::move(edges)), out_(nodes), surplus_(nodes, 0) {
    for (size_t e = 0; e < edges_.size(); ++e) {
      out_[edges_[e].from].push_back(e);
      surplus_[edges_[e].from] += edges_[e].count;
      surplus_[edges_[e].to] -= edges_[e].count;
    }
  }

  std::vector<FlowPath> Run() {
    std::vector<FlowPath> paths;
    for (size_t node = 0; node < surplus_.size(); ++node) {
      while (surplus_[node] > 0) paths.push_back(Walk(node));
    }
    return paths;
  }

 private:
  // Follows edges from a node of surplus until one of deficit; what it used is gone afterwards.
  FlowPath Walk(size_t start) {
    std::vector<size_t> walk;
    std::vector<size_t> visited = {start};
    while (surplus_[visited.back()] >= 0) {
      const size_t e = NextEdge(visited.back());
      const size_t to = edges_[e].to;
      walk.push_back(e);
      const auto seen = std::find(visited.begin(), visited.end(), to);
      if (seen == visited.end()) {
        visited.push_back(to);
        continue;
      }
      const auto cycle = static_cast<size_t>(seen - visited.begin());
      Use(std::vector<size_t>(walk.begin() + static_cast<std::ptrdiff_t>(cycle), walk.end()),
          INT64_MAX);
      walk.resize(cycle);
      visited.resize(cycle + 1);
    }
    FlowPath path;
    path.count = Use(walk, std::min(surplus_[start], -surplus_[visited.back()]));
    surplus_[start] -= path.count;
    surplus_[visited.back()] += path.count;
    for (const size_t e : walk) path.labels.push_back(edges_[e].label);
    return path;
  }

  // A node that is not in deficit and that a walk reached, or that has a surplus, has one.
  size_t NextEdge(size_t node) {
    std::vector<size_t>& out = out_[node];
    while (!out.empty() && edges_[out.back()].count == 0) out.pop_back();
    assert(!out.empty());
    return out.back();
  }

  int64_t Use(const std::vector<size_t>& walk, int64_t most) {
    for (const size_t e : walk) most = std::min(most, edges_[e].count);
    for (const size_t e : walk) edges_[e].count -= most;
    return most;
  }

  std::vector<FlowEdge> edges_;
  std::vector<std::vector<size_t>> out_;
  std::vector<int64_t> surplus_;
};

}  // namespace

std::vector<FlowPath> DecomposeFlow(std::vector<FlowEdge> edges, size_t nodes) {
  return Decomposition(std::move(edges), nodes).Run();
}

}  // namespace evenkeel::optimizer
