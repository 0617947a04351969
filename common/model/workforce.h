// What the plan and the records say of agents: schedules and adherence, work by channel, and the
// organisation's names for presences.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <optional>
#include <string>

namespace evenkeel::model {

// What an agent is scheduled to do.
enum class ActivityCategory {
  kUnknown,
  kOnQueueWork,
  kBreak,
  kMeal,
  kMeeting,
  kOffQueueWork,
  kTimeOff,
  kTraining,
  kUnavailable,
  kUnscheduled,
};

enum class AdherenceState {
  kUnknown,
  kInAdherence,
  kOutOfAdherence,
  kUnscheduled,
  kIgnored,
  kExplained,
};

struct Adherence {
  std::string agent_id;
  ActivityCategory scheduled = ActivityCategory::kUnknown;  // now
  AdherenceState state = AdherenceState::kUnknown;
  std::optional<absl::Time> changed_at;  // of the state
  // What is scheduled next, and when; absent: nothing that the API says.
  ActivityCategory next = ActivityCategory::kUnknown;
  std::optional<absl::Time> next_at;

  friend bool operator==(const Adherence&, const Adherence&) = default;
};

enum class Media { kUnknown, kVoice, kChat, kEmail, kCallback, kMessage };

// An agent's contacts of one media for a queue in [start, start + length).
struct ChannelWork {
  std::string agent_id;
  std::string queue_id;
  Media media = Media::kUnknown;
  absl::Time start;
  absl::Duration length;
  int64_t handled = 0;          // handle times completed
  absl::Duration handle_total;  // talk + hold + after-call work for voice, the platform's elsewhere

  friend bool operator==(const ChannelWork&, const ChannelWork&) = default;
};

// A presence that agents of the organisation can choose.
struct PresenceDefinition {
  std::string id;
  std::string system_presence;  // what it means to routing: "OnQueue", "Break", ...
  std::string name;             // in the organisation's language; empty: none given
  bool active = true;

  friend bool operator==(const PresenceDefinition&, const PresenceDefinition&) = default;
};

}  // namespace evenkeel::model
