// What an agent should be doing by his schedule, and what he does: workforce management's view.
#pragma once

#include <absl/time/time.h>

#include <optional>
#include <string>
#include <string_view>

#include "tools/genesys_sim/api/api.h"

namespace evenkeel::sim {

struct Adherence {
  std::string_view scheduled;  // "OnQueueWork"
  std::string_view actual;
  std::string_view state;   // "InAdherence"
  std::string_view impact;  // "Negative"
  absl::Time changed;       // since when all this holds
  // When the schedule next asks for something else, and what.
  std::optional<absl::Time> next_start;
  std::string_view next;
};
Adherence AdherenceOf(Api& api, int agent);

// Everybody is in one business unit and one management unit.
inline constexpr std::string_view kBusinessUnitId = "5a1e0000-0000-4000-8000-000000000b01";
inline constexpr std::string_view kManagementUnitId = "5a1e0000-0000-4000-8000-000000000b02";
// Of the activity code that stands for a category.
std::string ActivityCodeId(std::string_view category);

}  // namespace evenkeel::sim
