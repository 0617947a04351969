// Which agents to move so that the centre comes nearer to the best plan: the most valuable moves
// first, none that is not worth its price, no more than a plan may hold. formulation.md, "Moves".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/optimizer/core/capacity/balance_model.h"
#include "services/optimizer/core/capacity/pooling.h"
#include "services/optimizer/core/capacity/staff.h"

namespace evenkeel::optimizer {

struct MoveRules {
  int queues_per_agent = 2;
  double price = 0;  // calls waiting that a move has to save more than
  int max_moves = 20;
};

struct ChosenMove {
  std::string agent_id;
  size_t join = 0;
  std::optional<size_t> leave;
  bool changes_primary = false;
  double gain = 0;           // weighted calls waiting saved; may be negative for a minimum
  bool for_minimum = false;  // without it a minimum would be missed by more
};

struct PlacedAgent {
  std::string agent_id;
  std::optional<size_t> primary;  // nullopt: joined to no queue
  std::vector<size_t> others;
};

struct MoveChoice {
  std::vector<ChosenMove> moves;                          // the most valuable first
  bool stopped_by_limit = false;                          // another would be worth it
  std::vector<PlacedAgent> agents;                        // afterwards; sorted by id
  std::vector<double> staff_before, staff_after;          // by queue
  std::vector<double> effective_before, effective_after;  // with help
  double waiting_before = 0, waiting_after = 0;           // weighted calls
};

// `present`: agents by type and option in the best plan without any move. `target`: in the best
// plan that pays for its moves. Agents that a plan leaves without work stay where they are.
// `queues`: by index of Staff::queues.
MoveChoice ChooseMoves(const Staff& staff, const Assignment<int64_t>& present,
                       const Assignment<int64_t>& target, std::vector<PooledQueue> queues,
                       const MoveRules& rules);

}  // namespace evenkeel::optimizer
