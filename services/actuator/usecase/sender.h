// Sends what was accepted: groups waiting changes into calls, marks them as applying in the ledger,
// reads and compares, calls, and writes down what came of it. In dry run it does all but the call.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "services/actuator/core/reading.h"
#include "services/actuator/usecase/admission.h"
#include "services/actuator/usecase/centre_access.h"
#include "services/actuator/usecase/journal.h"
#include "services/actuator/usecase/settings.h"
#include "services/actuator/usecase/settle.h"

namespace evenkeel::actuator {

class Sender {
 public:
  // All must outlive this. `mutex` guards decisions over the ledger.
  Sender(const Settings& settings, CentreAccess& centre, Journal& journal, Admission& admission,
         std::mutex& mutex)
      : settings_(settings),
        centre_(centre),
        journal_(journal),
        admission_(admission),
        mutex_(mutex) {}

  // Sends what can go out now: restores, or all but those. Errors are the ledger's.
  absl::Status Run(Urgency urgency, std::stop_token stop);

 private:
  // A change on its way through one call.
  struct Item {
    ChangeRecord record;
    ChangeRecord before;                 // as it stood before the call
    std::set<std::string> not_to_count;  // queues that we took the agent from lately
    bool joined_in_dry_run = false;      // its move would have given the agent another queue
    Reading last_seen;
    std::map<std::string, OwnWrite> own_writes;  // of the entity
    absl::Status read;                           // of the reads that it needs
    Reading reading;
    bool refused_alone = false;  // a read of this agent alone was refused; again would not help
    bool last_queue = false;     // the agent would be left without a queue
    bool outdated = false;       // the value differs by a change of ours: the plan saw it before
    BeforeWrite verdict = BeforeWrite::kSend;
  };
  // Of one queue, all in dry run or none.
  using Call = std::vector<Item>;

  absl::StatusOr<std::vector<Call>> PlanCalls(Urgency urgency);
  // Whose throttle by availability waits until their interaction is over.
  absl::StatusOr<std::set<std::string>> FindBusy(std::stop_token stop);
  // Whether the change can go out now; moves it on where it no longer can.
  absl::StatusOr<bool> IsReady(ChangeRecord& record, const std::vector<Pause>& pauses);
  absl::StatusOr<bool> IsModeReady(ChangeRecord& record);
  // What the readings are to be held against: the value last seen, and our own doings.
  absl::Status GatherSeen(Item& item);
  // Which queues an agent is being taken from, or was lately.
  absl::Status GatherQueues(Item& item);

  // Whether the queue of restores answers.
  bool Answers(const Call& call);
  absl::Status Send(Call call);
  // Drops what is no longer waiting, and marks the rest as applying.
  absl::Status Begin(Call& call);
  void Read(Call& call);
  void ReadOtherQueues(Item& item);
  // Reading takes its time: what was paused or frozen, or expired, meanwhile is not sent.
  absl::Status HoldBack(Call& call);
  absl::Status Finish(Call& call, const absl::Status& written, const std::string& description);
  absl::Status FinishItem(LedgerWrite& write, Item& item, const absl::Status& written,
                          const std::string& description, bool is_alone);
  ForeignEdit FoundForeign(const Item& item) const;
  absl::Status FinishWritten(LedgerWrite& write, Item& item, const absl::Status& written,
                             bool is_alone);
  // Back to how it stood before the call, which certainly had no effect.
  absl::Status GoBack(LedgerWrite& write, Item& item, const absl::Status& why);
  void Restore(Item& item) const;

  const Settings& settings_;
  CentreAccess& centre_;
  Journal& journal_;
  Admission& admission_;
  std::mutex& mutex_;
  std::set<std::string> busy_;        // entities whose agent was seen in an interaction
  std::set<std::string> send_alone_;  // ids of changes whose call with others was refused
  size_t turn_ = 0;
};

}  // namespace evenkeel::actuator
