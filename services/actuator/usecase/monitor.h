// Reads the managed queues now and then, and compares with what was last seen: what changed without
// a change of ours was changed by somebody else, and is left alone for a while (ACT-13).
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "services/actuator/usecase/centre_access.h"
#include "services/actuator/usecase/journal.h"
#include "services/actuator/usecase/settings.h"

namespace evenkeel::actuator {

class Monitor {
 public:
  // All must outlive this. `mutex` guards decisions over the ledger.
  Monitor(const Settings& settings, CentreAccess& centre, Journal& journal, std::mutex& mutex)
      : settings_(settings), centre_(centre), journal_(journal), mutex_(mutex) {}

  // Reads the queues whose time has come, the longest unread first, at most monitor_reads_per_tick.
  // To be called while no call is going out. Errors are the ledger's.
  absl::Status Run(std::stop_token stop);

 private:
  struct Observed {
    model::Entity entity;
    model::Value value;
    std::string agent_division;
  };
  absl::StatusOr<std::vector<Observed>> ReadQueue(const std::string& queue_id);
  absl::Status Compare(const std::string& queue_id, const std::vector<Observed>& observed);

  const Settings& settings_;
  CentreAccess& centre_;
  Journal& journal_;
  std::mutex& mutex_;
  std::map<std::string, absl::Time> read_at_;  // by queue
};

}  // namespace evenkeel::actuator
