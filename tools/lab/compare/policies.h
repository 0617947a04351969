// The policies that `evenkeel-lab compare` knows, each as the scenario that it starts from and
// whether Evenkeel's loop steers it.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tools/genesys_sim/engine/scenario.h"

namespace evenkeel::lab {

struct PolicyName {
  const char* name;
  const char* meaning;
};
std::span<const PolicyName> KnownPolicies();

struct Policy {
  std::string name;
  std::shared_ptr<const sim::Scenario> scenario;
  bool loop = false;
};

// INVALID_ARGUMENT: there is no such policy, or the scenario's constants cannot be planned.
absl::StatusOr<Policy> MakePolicy(const std::string& name, const sim::Scenario& scenario,
                                  absl::Duration length);

// What comes of a call type over the first `span`, in the mean.
struct MeanLoad {
  double calls_per_hour = 0;
  double handle_seconds = 0;               // of a contact; 0 when none come
  std::optional<double> patience_seconds;  // of a contact; empty: all wait for ever, or none come
};
MeanLoad LoadOf(const sim::Scenario& scenario, const sim::CallType& type, absl::Duration span);

// The best memberships that never change for the mean loads of the first `span`, by Evenkeel's own
// planner, its moves free and without limit, at most two queues an agent.
absl::StatusOr<sim::Scenario> BestConstant(sim::Scenario scenario, absl::Duration span);

}  // namespace evenkeel::lab
