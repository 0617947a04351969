// The centre as the actuator needs it: the few reads that a careful write rests on, and the writes.
// One implementation per dialect of the API; nothing above it knows which is in use.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/model/change.h"

namespace evenkeel::actuator {

struct MemberReading {
  std::string agent_id;
  bool joined = false;
  std::string division_id;  // of the agent; empty: the answer did not say

  friend bool operator==(const MemberReading&, const MemberReading&) = default;
};

struct JoinedWrite {
  std::string agent_id;
  bool joined = false;

  friend bool operator==(const JoinedWrite&, const JoinedWrite&) = default;
};

// How much a call matters. A restore goes before everything else in the rate budget, and waits
// there for its turn instead of being refused (ACT-8, API-3).
enum class Urgency { kPlan, kRestore };

struct AvailabilityReading {
  std::string agent_id;
  model::Availability availability = model::Availability::kAvailable;

  friend bool operator==(const AvailabilityReading&, const AvailabilityReading&) = default;
};

// Called by one thread at a time, without any lock held; a call may take as long as its request
// timeout. Implementations pace themselves by their rate budget and do not retry writes.
//
// Failures, of every method:
//   RESOURCE_EXHAUSTED  our budget or the centre's limit (429): the request had no effect; a
//                       RetryAfter may be attached
//   UNAUTHENTICATED, PERMISSION_DENIED  the client may not do this: no effect
//   NOT_FOUND           the queue or agent does not exist: no effect
//   UNIMPLEMENTED       the dialect has no such thing: no effect
//   UNAVAILABLE, DEADLINE_EXCEEDED, INTERNAL, UNKNOWN, CANCELLED  no answer, or none that tells:
//                       a write may have had its effect, or have it later, unless the status
//                       IsNotSent
// Of writes besides:
//   INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE  the centre refuses this content (400 and
//                       alike): no effect on any of the entities
//   ABORTED             somebody else is changing the same thing (409): no effect
class CentreWriter {
 public:
  virtual ~CentreWriter() = default;

  // The members of a queue, joined or not: those of `agents` that are members, or all where
  // `agents` is empty. Idempotent.
  virtual absl::StatusOr<std::vector<MemberReading>> ReadMembers(
      const std::string& queue_id, std::span<const std::string> agents, Urgency urgency) = 0;

  // Every queue that the agent is joined to, managed or not. Idempotent.
  virtual absl::StatusOr<std::vector<std::string>> ReadJoinedQueues(
      const std::string& agent_id) = 0;

  // The most agents that may work on the queue at once. Idempotent.
  virtual absl::StatusOr<int64_t> ReadQueueCapacity(const std::string& queue_id) = 0;

  // What these agents take; one who is not known is left out. Idempotent.
  virtual absl::StatusOr<std::vector<AvailabilityReading>> ReadAvailability(
      std::span<const std::string> agents, Urgency urgency) = 0;

  // Makes members of a queue join or leave it: at most 100, each once. OK means taken, not done:
  // the centre acts in its own time, and silently skips who is no member. Repeating it does no
  // harm.
  virtual absl::Status SetJoined(const std::string& queue_id, std::span<const JoinedWrite> members,
                                 Urgency urgency) = 0;

  // Sets the queue's capacity, with a request that leaves within `send_within` of real time or not
  // at all (ACT-6): it would overwrite whatever somebody else made of the queue in between.
  virtual absl::Status SetQueueCapacity(const std::string& queue_id, int64_t agents,
                                        absl::Duration send_within) = 0;

  // Lets the agent take work, or none for a moment; `note` is for people to read. Never touches an
  // interaction that goes on. Repeating it does no harm.
  virtual absl::Status SetAvailability(const std::string& agent_id,
                                       model::Availability availability, const std::string& note,
                                       Urgency urgency) = 0;

  // The requests that the writes would send, for a dry run to show: method, path and body.
  virtual std::string DescribeSetJoined(const std::string& queue_id,
                                        std::span<const JoinedWrite> members) const = 0;
  virtual std::string DescribeSetQueueCapacity(const std::string& queue_id,
                                               int64_t agents) const = 0;
  virtual std::string DescribeSetAvailability(const std::string& agent_id,
                                              model::Availability availability,
                                              const std::string& note) const = 0;
};

}  // namespace evenkeel::actuator
