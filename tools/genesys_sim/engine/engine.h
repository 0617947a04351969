// A contact centre as a discrete-event simulation: calls arrive, wait, are answered by the agent
// who has been idle longest, or give up. Deterministic: scenario, seed, and the commands with their
// times decide everything. Not thread-safe.
//
// Routing: an arriving call goes to the longest-idle agent who is on queue and joined to its queue;
// an agent who becomes free takes the longest-waiting call of the queues that he is joined to. Idle
// time counts from when the agent last became free or came on queue.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <vector>

#include "tools/genesys_sim/engine/arrivals.h"
#include "tools/genesys_sim/engine/scenario.h"
#include "tools/genesys_sim/engine/statistics.h"

namespace evenkeel::sim {

struct EngineOptions {
  // Keep the slices that QueueFigures and AgentFigures read; without them only Totals are kept.
  bool keep_history = true;
  // A command to join or leave takes effect after a uniform time between these.
  absl::Duration least_join_delay = absl::Seconds(1);
  absl::Duration most_join_delay = absl::Seconds(5);
};

enum class Activity { kFree, kInteracting, kAfterCall };

struct AgentState {
  Presence presence = Presence::kOffline;
  absl::Time presence_since;
  Activity activity = Activity::kFree;
  // Since when the agent is off queue, idle, or busy (talk and after-call work are one stretch).
  absl::Time status_since;
  absl::Time activity_since;
  std::optional<int> queue;  // of the contact being worked on

  bool on_queue() const { return presence == Presence::kOnQueue; }
  bool busy() const { return activity != Activity::kFree; }
};

struct QueueState {
  int64_t waiting = 0;
  int64_t interacting = 0;  // contacts being talked to
  int64_t working = 0;      // besides, those in after-call work: what inbound_capacity limits
  std::optional<absl::Time> longest_waiting_since;
  std::optional<int64_t> inbound_capacity;
  int64_t members = 0;
  int64_t joined = 0;
};

class Engine {
 public:
  // `scenario` must pass Validate. Nothing happens before `start`, which is cut to microseconds.
  Engine(Scenario scenario, uint64_t seed, absl::Time start, const EngineOptions& options = {});
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  const Scenario& scenario() const { return scenario_; }
  absl::Time start() const { return start_; }
  absl::Time now() const { return At(now_); }
  int64_t events() const { return events_; }

  // Lets everything up to and including `time` happen; nothing when `time` is not after now().
  void AdvanceTo(absl::Time time);

  // Commands, given at now(). Joins or leaves a queue after the delay of the options; false and no
  // effect when the agent is no member. Commands to one membership take effect in their order.
  bool SetJoined(int agent, int queue, bool joined);
  // At once, like a supervisor's hand in a model without delays.
  bool SetJoinedNow(int agent, int queue, bool joined);
  // Empty: no limit. Contacts above a lowered limit are finished.
  void SetInboundCapacity(int queue, std::optional<int64_t> capacity);
  // Holds until the agent's schedule changes it. A contact being worked on is finished.
  void SetPresence(int agent, Presence presence);

  AgentState GetAgent(int agent) const;
  QueueState GetQueue(int queue) const;
  // Arrival times of the waiting calls, longest waiting first.
  std::vector<absl::Time> WaitingSince(int queue) const;
  // Empty: not a member.
  std::optional<bool> Joined(int agent, int queue) const;
  // Members of a queue, in the scenario's order.
  const std::vector<int>& Members(int queue) const { return queues_[queue].members; }

  // Sums over [from, to), both rounded down to whole slices of 15 s by the clock. Slices older than
  // 26 h read as empty. Requires keep_history.
  Figures QueueFigures(int queue, absl::Time from, absl::Time to) const;
  // Of one agent's work for a queue; empty figures when not a member.
  Figures AgentFigures(int agent, int queue, absl::Time from, absl::Time to) const;
  // Since the start.
  const Figures& Totals(int queue) const { return queues_[queue].totals; }

 private:
  struct CallInHand {
    Call call;
    int type = 0;
    int queue = 0;
    int agent = -1;  // -1: waiting
    int64_t answered = 0;
    uint32_t generation = 0;  // tells calls apart that use one place after another
  };
  struct WaitingCall {
    int place;
    uint32_t generation;
  };
  struct IdleAgent {
    int64_t number;  // of the agent's idle stretch; ascending in time
    int agent;
    friend bool operator<(const IdleAgent& a, const IdleAgent& b) { return a.number < b.number; }
  };
  struct QueueRecord {
    std::deque<WaitingCall> line;  // may hold calls that have gone
    std::deque<IdleAgent> idle;    // ascending; may hold agents no longer idle
    int64_t waiting = 0;
    int64_t interacting = 0;
    int64_t working = 0;
    int64_t joined = 0;
    std::optional<int64_t> capacity;
    std::vector<int> members;
    double target_seconds = 0;
    // Agents joined and at work, and of them the busy ones, accounted for up to `accrued`.
    int64_t staffed = 0;
    int64_t busy = 0;
    int64_t accrued = 0;
    Figures totals;
    History history;
  };
  struct MembershipRecord {
    int queue;
    bool joined;
    int64_t last_effect = 0;  // when the newest command takes effect
    History history;
  };
  struct AgentRecord {
    Presence presence = Presence::kOffline;
    Activity activity = Activity::kFree;
    int64_t presence_since = 0;
    int64_t status_since = 0;
    int64_t activity_since = 0;
    int64_t idle_number = -1;  // -1: not idle
    int call = -1;
    size_t next_period = 0;  // in the schedule
    int64_t cycle = 0;
    std::vector<MembershipRecord> memberships;

    bool on_queue() const { return presence == Presence::kOnQueue; }
    bool busy() const { return activity != Activity::kFree; }
    bool at_work() const { return on_queue() || busy(); }
  };
  enum class Kind : uint8_t { kArrival, kGiveUp, kHangUp, kWrapUp, kSchedule, kJoin, kLeave };
  struct Event {
    int64_t time;
    int64_t number;  // equal times happen in the order in which they were planned
    Kind kind;
    int a;       // call type, place of a call, or agent
    uint32_t b;  // generation of the call, or membership
    friend bool operator>(const Event& x, const Event& y) {
      return x.time != y.time ? x.time > y.time : x.number > y.number;
    }
  };

  absl::Time At(int64_t micros) const { return start_ + absl::Microseconds(micros); }
  int64_t SliceAt(int64_t micros) const;  // micros since the start
  void Plan(int64_t time, Kind kind, int a, uint32_t b = 0);
  void Happen(const Event& event);

  void Arrive(int type);
  void GiveUp(int place);
  void HangUp(int place);
  void WrapUp(int place);
  void NextPresence(int agent);
  void PlanNextPresence(int agent);
  void ApplyPresence(int agent, Presence presence);
  void ApplyJoined(int agent, MembershipRecord& membership, bool joined);

  // Gives a free agent on queue the longest-waiting call, or makes him wait for one.
  void Offer(int agent);
  // Answers waiting calls while the queue has room and an idle agent.
  void Dispatch(int queue);
  void Answer(int place, int agent);
  void Free(int place);
  bool HasRoom(const QueueRecord& queue) const {
    return !queue.capacity || queue.working < *queue.capacity;
  }
  // The longest-waiting call's place; -1: none. Drops calls that have gone.
  int FirstInLine(QueueRecord& queue);
  // The longest-idle joined agent; -1: none. Drops entries that are out of date.
  int FirstIdle(QueueRecord& queue);
  bool IsIdle(const IdleAgent& entry) const {
    return agents_[entry.agent].idle_number == entry.number;
  }

  // Accounts for staff up to now; called before any count of it changes.
  void Accrue(QueueRecord& queue);
  // Changes what the agent counts as in the queues that he is joined to.
  template <typename Change>
  void ChangeAgent(AgentRecord& agent, Change change);
  MembershipRecord* FindMembership(int agent, int queue);
  const MembershipRecord* FindMembership(int agent, int queue) const;
  // Calls `add(Figures&)` for the totals and the slice of now.
  template <typename Add>
  void Record(QueueRecord& queue, Add add);
  template <typename Add>
  void Record(QueueRecord& queue, int agent, int queue_index, Add add);

  Scenario scenario_;
  const EngineOptions options_;
  const absl::Time start_;
  int64_t start_unix_micros_;
  int64_t repeat_micros_;
  int64_t now_ = 0;  // microseconds since start
  int64_t events_ = 0;
  int64_t planned_ = 0;
  int64_t idle_numbers_ = 0;
  Stream commands_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> plan_;
  std::vector<Arrivals> arrivals_;
  std::vector<Call> next_calls_;  // by call type: the call whose arrival is planned
  std::vector<QueueRecord> queues_;
  std::vector<AgentRecord> agents_;
  std::vector<CallInHand> calls_;
  std::vector<int> free_places_;
};

}  // namespace evenkeel::sim
