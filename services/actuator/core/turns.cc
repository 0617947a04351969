#include "services/actuator/core/turns.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

namespace evenkeel::actuator {

std::vector<size_t> TakeInTurn(std::span<const model::ChangeKind> waiting, size_t limit,
                               size_t first) {
  std::map<model::ChangeKind, std::deque<size_t>> lines;
  for (size_t i = 0; i < waiting.size(); ++i) lines[waiting[i]].push_back(i);
  std::vector<std::deque<size_t>*> turns;
  for (auto& [kind, line] : lines) turns.push_back(&line);

  std::vector<size_t> taken;
  for (size_t turn = first; taken.size() < std::min(limit, waiting.size()); ++turn) {
    std::deque<size_t>& line = *turns[turn % turns.size()];
    if (line.empty()) continue;
    taken.push_back(line.front());
    line.pop_front();
  }
  return taken;
}

std::vector<std::vector<size_t>> GroupIntoCalls(std::span<const CallItem> items) {
  std::vector<std::vector<size_t>> calls;
  std::map<std::pair<std::string, bool>, size_t> filling;  // by queue and dry run
  for (size_t i = 0; i < items.size(); ++i) {
    const CallItem& item = items[i];
    if (item.alone || !std::holds_alternative<model::MembershipEntity>(item.entity)) {
      calls.push_back({i});
      continue;
    }
    const auto [it, is_new] =
        filling.try_emplace({model::EntityQueue(item.entity), item.dry_run}, calls.size());
    if (is_new || calls[it->second].size() == kMaxMembersPerCall) {
      it->second = calls.size();
      calls.emplace_back();
    }
    calls[it->second].push_back(i);
  }
  return calls;
}

}  // namespace evenkeel::actuator
