// Outbound campaigns as ingest saw them: how fast they may dial, what became of the calls. Nothing
// here knows a dialect of the API.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <optional>
#include <string>

namespace evenkeel::model {

enum class DialingMode {
  kUnknown,
  kPredictive,
  kPower,
  kProgressive,
  kPreview,
  kAgentless,
  kExternal,
};

enum class CampaignStatus {
  kUnknown,
  kOn,
  kStopping,
  kOff,
  kComplete,
  kInvalid,
  kForcedOff,
  kForcedStopping,
};

// What the dialler counts. Over which time is not documented: differences are what is meant.
struct CampaignStats {
  int64_t attempts = 0;
  int64_t connects = 0;                 // of those, answered
  std::optional<double> connect_ratio;  // 0 or more, as the API says
  int64_t idle_agents = 0;
  double effective_idle_agents = 0;  // with those who will soon be
  // Calls an agent that the dialler itself now makes, at most what the campaign allows.
  std::optional<double> adjusted_calls_per_agent;
  int64_t outstanding_calls = 0;  // being dialled now

  friend bool operator==(const CampaignStats&, const CampaignStats&) = default;
};

struct Campaign {
  std::string id;
  std::string name;
  std::string division_id;  // empty: none known
  std::string queue_id;     // whose agents take its calls; empty: none known
  DialingMode mode = DialingMode::kUnknown;
  CampaignStatus status = CampaignStatus::kUnknown;
  // What the loop sets: the most calls an agent (platform), the dial ratio (guide). Absent: not
  // set.
  std::optional<double> calls_per_agent;
  std::optional<double> abandon_limit_percent;  // 0 to 100, that the dialler itself keeps to
  // Absent: not running, or the dialect has none, or they could not be read.
  std::optional<CampaignStats> stats;

  friend bool operator==(const Campaign&, const Campaign&) = default;
};

// A call of a campaign: one of the last, whatever became of it.
struct CampaignCall {
  std::string campaign_id;
  std::string id;
  absl::Time created_at;
  std::string disposition;  // as the API spells it; empty: none yet
  bool answered = false;    // by a person
  bool abandoned = false;   // answered, and no agent came
  bool completed = false;   // an agent had it, and has ended after-call work
  std::string agent_id;     // empty: none
  // Absent: not known (yet).
  std::optional<absl::Duration> talk;
  std::optional<absl::Duration> wrap_up;

  friend bool operator==(const CampaignCall&, const CampaignCall&) = default;
};

}  // namespace evenkeel::model
