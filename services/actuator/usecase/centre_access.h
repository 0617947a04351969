// The executor's hand on the centre: reads entities whatever they are, gives a queue or the whole
// client a rest after an error, and keeps the figures that the status shows.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/model/change.h"
#include "services/actuator/ports/centre_writer.h"

namespace evenkeel::actuator {

// A write that replaces a whole value rests on a reading that began at most so long before, in real
// time (ACT-6); else it is not sent.
inline constexpr absl::Duration kLongestWindow = absl::Milliseconds(250);

struct ExecutorStatus {
  int64_t writes_sent = 0;    // calls, since the start
  int64_t writes_failed = 0;  // calls that ended in an error, sent or not
  // Longest real time from the start of the read that a write rests on to the write's start
  // (ACT-6).
  absl::Duration longest_window;
  std::string last_error;  // of a read or write; empty: none yet
};

// Used by one thread, but for GetStatus.
class CentreAccess {
 public:
  // All must outlive this.
  CentreAccess(CentreWriter& centre, const Clock& clock, const Clock& real_clock,
               absl::Duration retry_delay)
      : centre_(centre), clock_(clock), real_clock_(real_clock), retry_delay_(retry_delay) {}

  // The values of entities of one queue, all of one sort, by entity key; an
  // entity that does not exist is absent, and so is everything of a queue that does not. Other
  // errors are noted and the queue given a rest; UNAVAILABLE, without asking, while it rests.
  absl::StatusOr<std::map<std::string, model::Value>> Read(
      const std::vector<model::Entity>& entities, Urgency urgency);
  // All members of a queue, none when there is no such queue; errors as of Read.
  absl::StatusOr<std::vector<MemberReading>> ReadMembers(const std::string& queue_id);
  // The queues that an agent is joined to; none when there is no such agent. Errors as of Read, the
  // rest being that of `queue_id`.
  absl::StatusOr<std::vector<std::string>> ReadJoinedQueues(const std::string& agent_id,
                                                            const std::string& queue_id);
  // Writes the new values of proposals of one queue in one call; right after their Read.
  absl::Status Write(const std::vector<model::Proposal>& proposals, Urgency urgency);
  // What Write would send.
  std::string Describe(const std::vector<model::Proposal>& proposals) const;

  // Whether the queue, or the whole client, is to be left in peace for a while. A restore is held
  // up by a limit of the client only (ACT-14).
  bool IsResting(const std::string& queue_id, Urgency urgency = Urgency::kPlan) const;

  ExecutorStatus GetStatus() const;

 private:
  void Note(const std::string& queue_id, const absl::Status& error);

  CentreWriter& centre_;
  const Clock& clock_;
  const Clock& real_clock_;
  const absl::Duration retry_delay_;
  std::map<std::string, absl::Time> rests_until_;  // by queue
  absl::Time all_rest_until_ = absl::InfinitePast();
  SteadyTime last_read_;  // when the last Read began, real time

  mutable std::mutex mutex_;  // guards status_
  ExecutorStatus status_;
};

}  // namespace evenkeel::actuator
