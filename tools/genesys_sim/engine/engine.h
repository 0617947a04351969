// A contact centre as a discrete-event simulation: contacts arrive or are dialled, wait, are
// answered by an agent, or give up. Deterministic: scenario, seed, and the commands with their
// times decide everything. Not thread-safe.
//
// Routing: an arriving contact goes to one of the free agents who are on queue and joined to its
// queue, by the queue's routing; an agent who becomes free takes the contact of the highest
// priority, then the one that has waited longest, among the queues that he is joined to. Idle time
// counts from when the agent last ended a contact or came on queue.
#pragma once

#include <absl/container/inlined_vector.h>
#include <absl/time/time.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <queue>
#include <vector>

#include "tools/genesys_sim/engine/arrivals.h"
#include "tools/genesys_sim/engine/observer.h"
#include "tools/genesys_sim/engine/scenario.h"
#include "tools/genesys_sim/engine/statistics.h"

namespace evenkeel::sim {

struct EngineOptions {
  // Keep the slices that QueueFigures and AgentFigures read; without them only Totals are kept.
  bool keep_history = true;
  // A command to join or leave takes effect after a uniform time between these.
  absl::Duration least_join_delay = absl::Seconds(1);
  absl::Duration most_join_delay = absl::Seconds(5);
  // After what happens at this instant the centre stands still: no call comes, ends or is answered,
  // whatever is commanded.
  absl::Time end = absl::InfiniteFuture();
  // Told of what happens while it happens; it must not command. Outlives the engine; null: nobody.
  Observer* observer = nullptr;
};

// A contact that an agent has.
struct InHand {
  int queue = 0;
  Media media = Media::kVoice;
  Activity activity = Activity::kInteracting;
  absl::Time since;
};

struct AgentState {
  Presence presence = Presence::kOffline;
  absl::Time presence_since;
  // Interacting while he talks to anybody.
  Activity activity = Activity::kFree;
  // Since when the agent is off queue, idle, or busy (talk and after-call work are one stretch).
  absl::Time status_since;
  absl::Time activity_since;
  std::optional<int> queue;  // of the oldest contact being worked on
  std::vector<InHand> contacts;

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

struct CampaignState {
  bool running = false;
  double calls_per_agent = 0;
  int64_t dialling = 0;             // attempts under way
  std::optional<int64_t> contacts;  // left on the list
};

// What became of a group's staffing.
struct GroupTotals {
  int64_t staffed_micros = 0;  // agent-microseconds on queue or still busy
  int64_t busy_micros = 0;
};

class Engine {
 public:
  // `scenario` must pass Validate. Nothing happens before `start`, which is cut to microseconds.
  Engine(Scenario scenario, uint64_t seed, absl::Time start, const EngineOptions& options = {});
  // The same, for many simulations of one scenario.
  Engine(std::shared_ptr<const Scenario> scenario, uint64_t seed, absl::Time start,
         const EngineOptions& options = {});
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  const Scenario& scenario() const { return *scenario_; }
  absl::Time start() const { return start_; }
  absl::Time now() const { return At(now_); }
  bool ended() const { return ended_; }
  int64_t events() const { return events_; }

  // Lets everything up to and including `time` happen, but not past the end; nothing when `time` is
  // before now().
  void AdvanceTo(absl::Time time);
  // Lets things happen until nobody is in the centre or comes back to it, dials under way included.
  // Requires that the scenario closes, and that it has closed. False: somebody is still there after
  // `most` more.
  bool RunUntilEmpty(absl::Duration most = absl::Hours(24 * 7));

  // Commands, given at now(). Joins or leaves a queue after the delay of the options; false and no
  // effect when the agent is no member. Commands to one membership take effect in their order.
  bool SetJoined(int agent, int queue, bool joined);
  // At once, like a supervisor's hand in a model without delays.
  bool SetJoinedNow(int agent, int queue, bool joined);
  // Makes the agent a member, not joined, or ends that at once. False when that changes nothing.
  bool SetMember(int agent, int queue, bool member);
  // False when the agent is no member.
  bool SetRing(int agent, int queue, int ring);
  // Empty: no limit. Contacts above a lowered limit are finished.
  void SetInboundCapacity(int queue, std::optional<int64_t> capacity);
  void SetRouting(int queue, Routing routing);
  // For contacts that come from now on; for those that wait too when the queue's timers are live.
  void SetRings(int queue, std::vector<absl::Duration> rings);
  // No contact is given to anybody before `until`.
  void StallUntil(absl::Time until);
  // Holds until the agent's schedule changes it. A contact being worked on is finished.
  void SetPresence(int agent, Presence presence);
  // Contacts in hand are finished.
  void SetUtilization(int agent, const Utilization& utilization);
  void SetSkills(int agent, std::vector<AgentSkill> skills);
  // The dialler looks at once, as if an agent had become free.
  void SetRunning(int campaign, bool running);
  void SetCallsPerAgent(int campaign, double calls_per_agent);

  AgentState GetAgent(int agent) const;
  const Utilization& GetUtilization(int agent) const { return agents_[agent].utilization; }
  const std::vector<AgentSkill>& Skills(int agent) const { return agents_[agent].skills; }
  QueueState GetQueue(int queue) const;
  Routing GetRouting(int queue) const { return queues_[queue].routing; }
  const std::vector<absl::Duration>& Rings(int queue) const { return queues_[queue].rings.back(); }
  CampaignState GetCampaign(int campaign) const;
  // Arrival times of the waiting calls, longest waiting first (within one priority).
  std::vector<absl::Time> WaitingSince(int queue) const;
  // Empty: not a member.
  std::optional<bool> Joined(int agent, int queue) const;
  std::optional<int> Ring(int agent, int queue) const;
  // Is a member or has been one: has figures there.
  bool WasMember(int agent, int queue) const;
  // Members of a queue, in the scenario's order, then in the order in which they became members.
  const std::vector<int>& Members(int queue) const { return queues_[queue].members; }

  // Sums over [from, to), both rounded down to whole slices of 15 s by the clock. Slices older than
  // 26 h read as empty. Requires keep_history.
  Figures QueueFigures(int queue, absl::Time from, absl::Time to) const;
  // Of one agent's work for a queue; empty figures when not a member.
  Figures AgentFigures(int agent, int queue, absl::Time from, absl::Time to) const;
  DialFigures CampaignFigures(int campaign, absl::Time from, absl::Time to) const;
  // Since the start.
  const Figures& Totals(int queue) const { return queues_[queue].totals; }
  const DialFigures& CampaignTotals(int campaign) const { return campaigns_[campaign].totals; }
  // Up to now().
  GroupTotals StaffingTotals(int group);

 private:
  // Where contacts come from: the call types, then the campaigns.
  struct Source {
    int queue;
    int priority;
    const std::vector<int>* skills;  // that are asked for; null: none
    const CallType* type;            // null: a campaign
    HandlingSampler handling;
  };
  struct CallInHand {
    Call call;
    int source = 0;
    int queue = 0;
    int agent = -1;  // -1: waiting, dialled, or to come back
    bool waiting = false;
    bool talking = false;
    int ring = 1;
    int rings = 0;         // which version of the queue's timers holds
    int64_t expands = -1;  // when the next ring is asked; -1: never
    int attempt = 0;       // how often this caller came back
    int64_t waited = 0;    // microseconds, in former attempts
    int64_t begun = 0;     // came in, or was dialled
    int64_t answered = -1;
    int64_t hung_up = -1;
    Outcome dialled = Outcome::kHandled;  // what the dial will come to
    uint32_t generation = 0;              // tells contacts apart that use one place after another
  };
  struct WaitingCall {
    int place;
    uint32_t generation;
  };
  struct IdleAgent {
    int64_t number;  // of the agent's idle stretch; ascending in time
    int agent;
    int membership;
    friend bool operator<(const IdleAgent& a, const IdleAgent& b) { return a.number < b.number; }
  };
  struct QueueRecord {
    std::deque<WaitingCall> line;  // by priority, then arrival; may hold contacts that have gone
    std::deque<IdleAgent> idle;    // ascending; may hold agents no longer idle
    Media media = Media::kVoice;
    Routing routing = Routing::kLongestIdle;
    bool simple = true;  // the first in line goes to the first idle agent, whoever they are
    bool ranked = false;
    bool by_priority = false;
    bool by_skill = false;
    int64_t waiting = 0;
    int64_t interacting = 0;
    int64_t working = 0;
    int64_t joined = 0;
    std::optional<int64_t> capacity;
    std::vector<int> members;
    std::vector<std::vector<absl::Duration>> rings;  // versions, the newest last
    std::vector<int> campaigns;                      // that look at this queue's free agents
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
    bool member = true;
    int ring = 1;
    int agent_rank = 0;
    int queue_rank = 0;
    double handle_factor = 1;
    int64_t last_effect = 0;  // when the newest command takes effect
    History history;
  };
  struct AgentRecord {
    Presence presence = Presence::kOffline;
    int64_t presence_since = 0;
    int64_t status_since = 0;
    int64_t activity_since = 0;
    int64_t idle_number = -1;  // -1: can take nothing
    int talking = 0;           // of `calls`
    int group = -1;
    absl::InlinedVector<int, 2> calls;  // places, oldest first
    std::array<int8_t, kMediaCount> in_hand = {};
    Utilization utilization;
    size_t next_period = 0;  // in the schedule
    int64_t cycle = 0;
    double handled_seconds = 0;
    int64_t handled = 0;
    std::vector<MembershipRecord> memberships;
    std::vector<AgentSkill> skills;

    bool on_queue() const { return presence == Presence::kOnQueue; }
    bool busy() const { return !calls.empty(); }
    bool at_work() const { return on_queue() || busy(); }
    Activity activity() const {
      return calls.empty() ? Activity::kFree
                           : (talking > 0 ? Activity::kInteracting : Activity::kAfterCall);
    }
    RoutingStatus status() const {
      if (busy()) return RoutingStatus::kInteracting;
      return on_queue() ? RoutingStatus::kIdle : RoutingStatus::kOffQueue;
    }
  };
  struct CampaignRecord {
    bool running = false;
    double calls_per_agent = 1;
    int64_t dialling = 0;
    uint64_t attempts = 0;
    std::optional<int64_t> contacts;
    DialFigures totals;
    SlicedHistory<DialFigures> history;
  };
  struct GroupRecord {
    size_t next_period = 0;
    int64_t cycle = 0;
    int64_t target = 0;
    int64_t present = 0;
    int64_t busy = 0;
    int64_t accrued = 0;
    GroupTotals totals;
  };
  enum class Kind : uint8_t {
    kArrival,
    kRetry,
    kGiveUp,
    kExpand,
    kHangUp,
    kWrapUp,
    kSchedule,
    kHeadcount,
    kJoin,
    kLeave,
    kDialled,
    kDialWindow,
    kResume,
  };
  struct Event {
    int64_t time;
    int64_t number;  // equal times happen in the order in which they were planned
    Kind kind;
    int a;       // source, place of a contact, agent, group or campaign
    uint32_t b;  // generation of the contact, or membership
    friend bool operator>(const Event& x, const Event& y) {
      return x.time != y.time ? x.time > y.time : x.number > y.number;
    }
  };

  absl::Time At(int64_t micros) const { return start_ + absl::Microseconds(micros); }
  int64_t SliceAt(int64_t micros) const;  // micros since the start
  void Plan(int64_t time, Kind kind, int a, uint32_t b = 0);
  void HappenNext();
  void Happen(const Event& event);

  // --- Contacts (contacts.cc)
  int NewPlace();
  void Arrive(int type);
  // A contact that is here: answered, waiting, or turned away.
  void Enter(int place);
  void TurnAway(int place, Outcome outcome);
  void GiveUp(int place);
  void Expand(int place);
  // Plans when the next ring is asked, `since` being when the running one began.
  void PlanExpansion(int place, int64_t since);
  void HangUp(int place);
  void WrapUp(int place);
  void Answer(int place, int agent, int membership);
  // Lets the caller come back later with probability `ratio`.
  void MayComeBack(const CallInHand& call, double ratio);
  Contact ContactOf(const CallInHand& call, Outcome outcome) const;
  void Report(const CallInHand& call, Outcome outcome);
  void Free(int place);

  // --- Routing (routing.cc)
  // Gives an agent on queue the waiting contacts that he can take, then makes him wait for more.
  void Offer(int agent);
  // Answers waiting contacts while the queue has room and agents who can take them.
  void Dispatch(int queue);
  bool HasRoom(const QueueRecord& queue) const {
    return !stalled_ && (!queue.capacity || queue.working < *queue.capacity);
  }
  static bool CanTake(const AgentRecord& agent, Media media);
  bool Serves(const AgentRecord& agent, const MembershipRecord& membership,
              const CallInHand& call) const;
  double Proficiency(const AgentRecord& agent, const CallInHand& call) const;
  // The contact that waits first; -1: none. Drops contacts that have gone.
  int FirstInLine(QueueRecord& queue);
  // The first that this member may take; -1: none.
  int FirstFor(QueueRecord& queue, const AgentRecord& agent, const MembershipRecord& membership);
  void RemoveFromLine(QueueRecord& queue, int place);
  // The agent who gets the contact; agent -1: none is free. Drops entries that are out of date.
  IdleAgent FreeAgent(QueueRecord& queue, const CallInHand& call);
  bool IsIdle(const QueueRecord& queue, const IdleAgent& entry) const {
    const AgentRecord& agent = agents_[entry.agent];
    return agent.idle_number == entry.number && CanTake(agent, queue.media);
  }
  // Among the idle ones of a queue that he is joined to and can serve; he may get a contact at
  // once.
  void BeIdleFor(int agent, int membership);
  int64_t CountFree(int queue) const;
  void UpdateSimple(int queue);

  // --- Agents (agents.cc)
  // Changes what the agent counts as in the queues that he is joined to.
  template <typename Change>
  void ChangeAgent(int agent, Change change);
  void NextPresence(int agent);
  void PlanNextPresence(int agent);
  void ApplyPresence(int agent, Presence presence);
  void ApplyJoined(int agent, int membership, bool joined);
  void NextHeadcount(int group);
  // Sends idle agents of the group away while there are too many.
  void Shrink(int group);
  bool IsStaffed(const QueueRecord& queue) const;
  void DisconnectUnstaffed();
  int FindMembership(int agent, int queue) const;  // -1: none

  // --- Dialling (dialling.cc)
  void PlanDialWindow(int campaign, int64_t cycle);
  bool InDialWindow(const Campaign& campaign) const;
  void Dial(int campaign, DialTrigger trigger);
  void DialFor(const QueueRecord& queue, DialTrigger trigger);
  void Attempt(int campaign);
  void Dialled(int place);
  template <typename Add>
  void RecordDial(int campaign, Add add);

  // --- Statistics
  // Accounts for staff up to now; called before any count of it changes.
  void Accrue(QueueRecord& queue);
  void Accrue(GroupRecord& group);
  // Calls `add(Figures&)` for the totals and the slice of now.
  template <typename Add>
  void Record(QueueRecord& queue, Add add);
  template <typename Add>
  void Record(QueueRecord& queue, int agent, int queue_index, Add add);

  const std::shared_ptr<const Scenario> scenario_;
  const EngineOptions options_;
  const uint64_t seed_;
  const absl::Time start_;
  int64_t start_unix_micros_;
  int64_t repeat_micros_;
  int64_t end_;      // microseconds since start
  int64_t closes_;   // likewise
  int64_t now_ = 0;  // likewise
  bool ended_ = false;
  bool stalled_ = false;
  int64_t stalled_until_ = 0;
  int64_t events_ = 0;
  int64_t planned_ = 0;
  int64_t idle_numbers_ = 0;
  int64_t lines_busy_ = 0;  // contacts that wait or talk
  int64_t waiting_ = 0;
  int64_t places_used_ = 0;
  Stream commands_;
  Stream choices_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> plan_;
  std::vector<Arrivals> arrivals_;
  std::vector<Call> next_calls_;  // by call type: the call whose arrival is planned
  std::vector<Source> sources_;
  std::vector<QueueRecord> queues_;
  std::vector<AgentRecord> agents_;
  std::vector<CampaignRecord> campaigns_;
  std::vector<GroupRecord> groups_;
  std::vector<CallInHand> calls_;
  std::vector<int> free_places_;
};

}  // namespace evenkeel::sim
