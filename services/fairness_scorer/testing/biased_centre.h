// A queue with 20 agents whose work is spread as a test says, as snapshots, and an actuator that
// notes what it is asked for.
#pragma once

#include <string>
#include <vector>

#include "common/base/clock.h"
#include "services/fairness_scorer/ports/change_proposer.h"
#include "services/fairness_scorer/scorer.h"

namespace evenkeel::fairness {

class NotingProposer final : public ChangeProposer {
 public:
  absl::Status Propose(const std::string&, const model::Proposal& proposal) override {
    proposals.push_back(proposal);
    return answer;
  }
  std::vector<model::Proposal> proposals;
  absl::Status answer;
};

class BiasedCentre {
 public:
  explicit BiasedCentre(SimulatedClock& clock) : clock_(clock) {}

  // Contacts of the first three agents, and of the others, in each five minutes.
  int64_t of_biased = 3, of_others = 1;

  static ScorerSettings Settings() {
    ScorerSettings settings;
    settings.queues = {{"q1", "s1", 1, 0.3, 0.8}};
    return settings;
  }

  // A snapshot each 15 s for `span`, scored; the last answer.
  absl::Status Run(Scorer& scorer, absl::Duration span) {
    absl::Status status;
    for (const absl::Time end = clock_.Now() + span; clock_.Now() < end;
         clock_.Advance(absl::Seconds(15))) {
      status = scorer.Score(Snap(), clock_.Now());
    }
    return status;
  }

  model::Snapshot Snap() {
    model::Snapshot snapshot;
    snapshot.number = ++number_;
    snapshot.taken_at = clock_.Now();
    snapshot.queues = {{"q1", "", "", "s1", std::nullopt, std::nullopt, {}}};
    const absl::Time bucket =
        absl::UnixEpoch() + absl::Floor(clock_.Now() - absl::UnixEpoch(), absl::Minutes(5));
    if (work_.empty() || work_.back().start < bucket) {
      for (int i = 0; i < 20; ++i) {
        const int64_t contacts = i < 3 ? of_biased : of_others;
        work_.push_back({"a" + std::to_string(i), "q1", bucket, absl::Minutes(5),
                         absl::Seconds(20 * contacts), absl::ZeroDuration(),
                         absl::Seconds(5 * contacts), contacts});
      }
    }
    for (int i = 0; i < 20; ++i) {
      snapshot.memberships.push_back({"q1", "a" + std::to_string(i), true});
      snapshot.states.push_back(
          {"a" + std::to_string(i), model::Activity::kIdle, true, absl::InfinitePast()});
    }
    for (const model::AgentWork& work : work_) {
      if (work.start >= bucket - absl::Minutes(30)) snapshot.agent_work.push_back(work);
    }
    for (const auto section :
         {model::Section::kStates, model::Section::kQueues, model::Section::kAgentWork}) {
      snapshot.quality.push_back({section, snapshot.taken_at, absl::Seconds(15), 20, 20, 0});
    }
    return snapshot;
  }

 private:
  SimulatedClock& clock_;
  uint64_t number_ = 0;
  std::vector<model::AgentWork> work_;
};

}  // namespace evenkeel::fairness
