#include "services/actuator/usecase/own_writes.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/base/status_macros.h"
#include "services/actuator/core/change_task.h"

namespace evenkeel::actuator {

absl::StatusOr<std::vector<ChangeRecord>> FindLatelySent(const Settings& settings, Journal& journal,
                                                         ChangeQuery which) {
  which.sent_after = journal.Now() - settings.uncertain;
  EVENKEEL_ASSIGN_OR_RETURN(std::vector<ChangeRecord> sent, journal.ledger().FindChanges(which));
  std::erase_if(sent, [](const ChangeRecord& record) { return !record.maybe_sent; });
  std::stable_sort(sent.begin(), sent.end(), [](const ChangeRecord& a, const ChangeRecord& b) {
    return a.sent_at < b.sent_at;
  });
  return sent;
}

absl::StatusOr<std::map<std::string, OwnWrite>> FindOwnWrites(const Settings& settings,
                                                              Journal& journal, ChangeQuery which) {
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<ChangeRecord> sent,
                            FindLatelySent(settings, journal, std::move(which)));
  std::map<std::string, OwnWrite> own;
  for (const ChangeRecord& record : sent) {
    const model::Proposal& proposal = record.change.proposal;
    own[model::EntityKey(proposal.entity)] = {proposal.old_value, proposal.new_value,
                                              IsOpen(record.change.state),
                                              journal.Now() - record.sent_at};
  }
  return own;
}

Observation Observe(const Settings& settings, const Reading& last_seen, const model::Value& value,
                    const std::map<std::string, OwnWrite>& own_writes,
                    const std::string& entity_key) {
  const auto own = own_writes.find(entity_key);
  return JudgeObservation(last_seen, value,
                          own == own_writes.end() ? std::nullopt : std::optional(own->second),
                          settings.read_back.verify_timeout, settings.uncertain);
}

}  // namespace evenkeel::actuator
