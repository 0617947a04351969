#include "services/actuator/testing/audit_check.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "services/actuator/core/change_task.h"

namespace evenkeel::actuator {
namespace {

using What = FakeCentre::Record::What;

std::string Target(const model::Entity& entity, const std::string& value) {
  return model::EntityKey(entity) + " = " + value;
}

model::ChangeState StateNamed(const std::string& name) {
  for (const model::ChangeState state : model::kAllChangeStates) {
    if (name == model::ChangeStateName(state)) return state;
  }
  ADD_FAILURE() << "no state: " << name;
  return model::ChangeState::kProposed;
}

void CheckStates(Ledger& ledger, const std::vector<AuditEntry>& entries) {
  std::map<std::string, std::string> states;
  for (const AuditEntry& entry : entries) {
    if (entry.action != "state") continue;
    EXPECT_EQ(states[entry.change_id], entry.previous) << entry.change_id;
    if (!entry.previous.empty()) {
      EXPECT_TRUE(CheckTransition(StateNamed(entry.previous), StateNamed(entry.current)).ok());
    }
    states[entry.change_id] = entry.current;
    EXPECT_FALSE(entry.actor.empty());
    EXPECT_FALSE(entry.reason.empty());
  }
  for (const auto& [id, state] : states) {
    EXPECT_EQ(model::ChangeStateName(ledger.GetChange(id)->change.state), state) << id;
  }
}

}  // namespace

void CheckHistory(Ledger& ledger, const std::vector<AuditEntry>& entries, const FakeCentre& centre,
                  absl::Duration verify_timeout) {
  for (size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].sequence, static_cast<int64_t>(i) + 1);
  }
  CheckStates(ledger, entries);

  std::map<std::string, std::vector<absl::Time>> announced;
  for (const AuditEntry& entry : entries) {
    if (entry.action == "write")
      announced[Target(*entry.entity, entry.current)].push_back(entry.at);
  }
  std::map<std::string, size_t> written;
  for (const FakeCentre::Record& record : centre.records()) {
    if (record.what != What::kWrite) continue;
    const std::string target = Target(record.entity, model::ValueText(record.value));
    const std::vector<absl::Time>& lines = announced[target];
    ASSERT_LT(written[target], lines.size()) << target << " was written unannounced";
    EXPECT_LE(lines[written[target]++], record.at) << target;
  }

  struct Pending {  // the last write of an entity, as long as nothing shows another one's value
    model::Value value;
    absl::Time at;
    bool seen_undone = false;  // read after the timeout, and not there
  };
  std::map<std::string, std::optional<Pending>> last;
  for (const FakeCentre::Record& record : centre.records()) {
    std::optional<Pending>& pending = last[model::EntityKey(record.entity)];
    const bool is_other = pending.has_value() && pending->value != record.value;
    switch (record.what) {
      case What::kWrite:
        if (pending.has_value() && !is_other) {
          EXPECT_TRUE(pending->seen_undone)
              << Target(record.entity, model::ValueText(record.value)) << " was written twice";
        }
        pending = Pending{record.value, record.at};
        break;
      case What::kRead:
        if (is_other && record.at >= pending->at + verify_timeout) pending->seen_undone = true;
        break;
      case What::kEdit:
        pending.reset();
        break;
      case What::kEffect:
        break;
    }
  }
}

}  // namespace evenkeel::actuator
