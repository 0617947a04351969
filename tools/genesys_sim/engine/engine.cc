#include "tools/genesys_sim/engine/engine.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "tools/genesys_sim/engine/engine_inl.h"

namespace evenkeel::sim {
namespace {

int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

int64_t SliceOf(absl::Time time) { return FloorDiv(absl::ToUnixMicros(time), kSliceMicros); }

}  // namespace

Engine::Engine(Scenario scenario, uint64_t seed, absl::Time start, const EngineOptions& options)
    : Engine(std::make_shared<const Scenario>(std::move(scenario)), seed, start, options) {}

Engine::Engine(std::shared_ptr<const Scenario> scenario, uint64_t seed, absl::Time start,
               const EngineOptions& options)
    : scenario_(std::move(scenario)),
      options_(options),
      seed_(seed),
      start_(absl::FromUnixMicros(absl::ToUnixMicros(start))),
      start_unix_micros_(absl::ToUnixMicros(start)),
      repeat_micros_(absl::ToInt64Microseconds(scenario_->repeat)),
      end_(absl::ToInt64Microseconds(options.end - start_)),
      closes_(scenario_->closes ? absl::ToInt64Microseconds(*scenario_->closes)
                                : std::numeric_limits<int64_t>::max()),
      commands_(seed, {kCommands}),
      choices_(seed, {kChoices}) {
  queues_.resize(scenario_->queues.size());
  for (size_t q = 0; q < queues_.size(); ++q) {
    const Queue& queue = scenario_->queues[q];
    queues_[q].capacity = queue.inbound_capacity;
    queues_[q].target_seconds = absl::ToDoubleSeconds(queue.target_wait);
    queues_[q].media = queue.media;
    queues_[q].routing = queue.routing;
    queues_[q].rings = {queue.rings};
  }
  for (const CallType& type : scenario_->call_types) {
    sources_.push_back({type.queue, type.priority, type.skills.empty() ? nullptr : &type.skills,
                        &type, HandlingSampler(type)});
  }
  for (const Campaign& campaign : scenario_->campaigns) {
    sources_.push_back(
        {campaign.queue, campaign.priority, nullptr, nullptr, HandlingSampler(campaign)});
  }
  for (const Source& source : sources_) {
    queues_[source.queue].by_priority |= source.priority != 0;
    queues_[source.queue].by_skill |= source.skills != nullptr;
  }
  agents_.resize(scenario_->agents.size());
  for (size_t g = 0; g < scenario_->staffing_groups.size(); ++g) {
    const StaffingGroup& group = scenario_->staffing_groups[g];
    groups_.emplace_back();
    for (int a = 0; a < group.agents; ++a) {
      agents_[group.first_agent + a].group = static_cast<int>(g);
    }
    Plan(0, Kind::kHeadcount, static_cast<int>(g));
  }
  for (size_t a = 0; a < agents_.size(); ++a) {
    const int agent = static_cast<int>(a);
    agents_[a].utilization = scenario_->agents[a].utilization;
    agents_[a].skills = scenario_->agents[a].skills;
    for (const Membership& membership : scenario_->agents[a].memberships) {
      QueueRecord& queue = queues_[membership.queue];
      queue.members.push_back(agent);
      queue.joined += membership.joined ? 1 : 0;
      queue.ranked |= membership.agent_rank != 0;
      MembershipRecord& record = agents_[a].memberships.emplace_back();
      record.queue = membership.queue;
      record.joined = membership.joined;
      record.ring = membership.ring;
      record.agent_rank = membership.agent_rank;
      record.queue_rank = membership.queue_rank;
      record.handle_factor = membership.handle_factor;
    }
    if (agents_[a].group < 0) Plan(0, Kind::kSchedule, agent);
  }
  for (size_t q = 0; q < queues_.size(); ++q) UpdateSimple(static_cast<int>(q));
  for (size_t t = 0; t < scenario_->call_types.size(); ++t) {
    arrivals_.emplace_back(*scenario_, t, seed);
    Call& call = next_calls_.emplace_back();
    if (arrivals_[t].Next(call)) Plan(call.arrival, Kind::kArrival, static_cast<int>(t));
  }
  for (size_t c = 0; c < scenario_->campaigns.size(); ++c) {
    const Campaign& campaign = scenario_->campaigns[c];
    CampaignRecord& record = campaigns_.emplace_back();
    record.running = campaign.running;
    record.calls_per_agent = campaign.calls_per_agent;
    record.contacts = campaign.contacts;
    const auto index = static_cast<int>(c);
    queues_[campaign.queue].campaigns.push_back(index);
    if (campaign.test_queue && *campaign.test_queue != campaign.queue) {
      queues_[*campaign.test_queue].campaigns.push_back(index);
    }
    PlanDialWindow(index, 0);
  }
}

void Engine::AdvanceTo(absl::Time time) {
  const int64_t target = std::min(end_, absl::ToInt64Microseconds(time - start_));
  if (time < start_ || target < now_ || ended_) return;
  while (!plan_.empty() && plan_.top().time <= target) HappenNext();
  now_ = target;
  ended_ = now_ == end_;
  for (QueueRecord& queue : queues_) Accrue(queue);
}

bool Engine::RunUntilEmpty(absl::Duration most) {
  assert(now_ >= closes_);
  const int64_t until = now_ + absl::ToInt64Microseconds(most);
  while (places_used_ > 0 && !plan_.empty() && !ended_ && plan_.top().time <= until) HappenNext();
  return places_used_ == 0;
}

void Engine::Plan(int64_t time, Kind kind, int a, uint32_t b) {
  plan_.push({time, planned_++, kind, a, b});
}

void Engine::HappenNext() {
  const Event event = plan_.top();
  plan_.pop();
  now_ = event.time;
  ++events_;
  Happen(event);
}

void Engine::Happen(const Event& event) {
  const auto waits = [&] {
    return calls_[event.a].generation == event.b && calls_[event.a].waiting;
  };
  switch (event.kind) {
    case Kind::kArrival:
      return Arrive(event.a);
    case Kind::kRetry:
      calls_[event.a].call.arrival = calls_[event.a].begun = now_;
      return Enter(event.a);
    case Kind::kGiveUp:
      if (waits()) GiveUp(event.a);
      return;
    case Kind::kExpand:
      if (waits() && calls_[event.a].expands == event.time) Expand(event.a);
      return;
    case Kind::kHangUp:
      return HangUp(event.a);
    case Kind::kWrapUp:
      return WrapUp(event.a);
    case Kind::kSchedule:
      return NextPresence(event.a);
    case Kind::kHeadcount:
      return NextHeadcount(event.a);
    case Kind::kJoin:
    case Kind::kLeave:
      return ApplyJoined(event.a, static_cast<int>(event.b), event.kind == Kind::kJoin);
    case Kind::kDialled:
      return Dialled(event.a);
    case Kind::kDialWindow:
      PlanDialWindow(event.a, event.b + 1);
      return Dial(event.a, DialTrigger::kAgentFree);
    case Kind::kResume:
      if (now_ < stalled_until_) return;
      stalled_ = false;
      for (size_t q = 0; q < queues_.size(); ++q) Dispatch(static_cast<int>(q));
      for (size_t c = 0; c < campaigns_.size(); ++c) {
        Dial(static_cast<int>(c), DialTrigger::kAgentFree);
      }
      return;
  }
}

// --- Commands to queues

void Engine::SetInboundCapacity(int queue, std::optional<int64_t> capacity) {
  queues_[queue].capacity = capacity;
  Dispatch(queue);
}

void Engine::SetRouting(int queue, Routing routing) {
  queues_[queue].routing = routing;
  UpdateSimple(queue);
}

void Engine::SetRings(int index, std::vector<absl::Duration> rings) {
  QueueRecord& queue = queues_[index];
  if (queue.rings.back() == rings) return;
  queue.rings.push_back(std::move(rings));
  UpdateSimple(index);
  if (scenario_->queues[index].ring_timers != RingTimers::kLive) return;
  const std::vector<absl::Duration>& timers = queue.rings.back();
  for (const WaitingCall& waiting : queue.line) {
    CallInHand& call = calls_[waiting.place];
    if (call.generation != waiting.generation) continue;
    call.rings = static_cast<int>(queue.rings.size()) - 1;
    // As if the new timers had held since it came; a ring that was asked stays asked.
    int64_t since = call.call.arrival;
    int ring = 1;
    for (const absl::Duration timer : timers) {
      const int64_t next = since + absl::ToInt64Microseconds(timer);
      if (next > now_) break;
      since = next;
      ++ring;
    }
    if (ring < call.ring) since = now_;
    call.ring = std::max(call.ring, ring);
    PlanExpansion(waiting.place, since);
  }
  Dispatch(index);
}

void Engine::StallUntil(absl::Time until) {
  stalled_ = true;
  stalled_until_ = std::max({stalled_until_, now_, absl::ToInt64Microseconds(until - start_)});
  Plan(stalled_until_, Kind::kResume, 0);
}

// --- What can be asked

AgentState Engine::GetAgent(int index) const {
  const AgentRecord& agent = agents_[index];
  AgentState state;
  state.presence = agent.presence;
  state.presence_since = At(agent.presence_since);
  state.activity = agent.activity();
  state.status_since = At(agent.status_since);
  state.activity_since = At(agent.activity_since);
  for (const int place : agent.calls) {
    const CallInHand& call = calls_[place];
    state.contacts.push_back({call.queue, queues_[call.queue].media,
                              call.talking ? Activity::kInteracting : Activity::kAfterCall,
                              At(call.talking ? call.answered : call.hung_up)});
  }
  if (!agent.calls.empty()) state.queue = calls_[agent.calls.front()].queue;
  return state;
}

QueueState Engine::GetQueue(int index) const {
  const QueueRecord& queue = queues_[index];
  QueueState state;
  state.waiting = queue.waiting;
  state.interacting = queue.interacting;
  state.working = queue.working;
  for (const absl::Time since : WaitingSince(index)) {
    if (!state.longest_waiting_since || since < *state.longest_waiting_since) {
      state.longest_waiting_since = since;
    }
  }
  state.inbound_capacity = queue.capacity;
  state.members = static_cast<int64_t>(queue.members.size());
  state.joined = queue.joined;
  return state;
}

std::vector<absl::Time> Engine::WaitingSince(int queue) const {
  std::vector<absl::Time> since;
  for (const WaitingCall& waiting : queues_[queue].line) {
    const CallInHand& call = calls_[waiting.place];
    if (call.generation == waiting.generation) since.push_back(At(call.call.arrival));
  }
  return since;
}

std::optional<bool> Engine::Joined(int agent, int queue) const {
  const int index = FindMembership(agent, queue);
  return index < 0 ? std::nullopt : std::optional(agents_[agent].memberships[index].joined);
}

std::optional<int> Engine::Ring(int agent, int queue) const {
  const int index = FindMembership(agent, queue);
  return index < 0 ? std::nullopt : std::optional(agents_[agent].memberships[index].ring);
}

bool Engine::WasMember(int agent, int queue) const {
  const std::vector<MembershipRecord>& memberships = agents_[agent].memberships;
  return std::any_of(memberships.begin(), memberships.end(),
                     [&](const MembershipRecord& one) { return one.queue == queue; });
}

// --- Statistics

int64_t Engine::SliceAt(int64_t micros) const {
  return FloorDiv(start_unix_micros_ + micros, kSliceMicros);
}

void Engine::Accrue(QueueRecord& queue) {
  while (queue.accrued < now_) {
    int64_t until = now_;
    Figures* slice = nullptr;
    if (options_.keep_history && queue.staffed > 0) {
      const int64_t number = SliceAt(queue.accrued);
      until = std::min(until, (number + 1) * kSliceMicros - start_unix_micros_);
      slice = &queue.history.At(number);
    }
    const auto add = [&](Figures& figures) {
      figures.staffed_micros += (until - queue.accrued) * queue.staffed;
      figures.busy_micros += (until - queue.accrued) * queue.busy;
    };
    add(queue.totals);
    if (slice != nullptr) add(*slice);
    queue.accrued = until;
  }
}

void Engine::Accrue(GroupRecord& group) {
  group.totals.staffed_micros += (now_ - group.accrued) * group.present;
  group.totals.busy_micros += (now_ - group.accrued) * group.busy;
  group.accrued = now_;
}

GroupTotals Engine::StaffingTotals(int group) {
  Accrue(groups_[group]);
  return groups_[group].totals;
}

Figures Engine::QueueFigures(int queue, absl::Time from, absl::Time to) const {
  return queues_[queue].history.Sum(SliceOf(from), SliceOf(to));
}

Figures Engine::AgentFigures(int agent, int queue, absl::Time from, absl::Time to) const {
  for (const MembershipRecord& membership : agents_[agent].memberships) {
    if (membership.queue == queue) return membership.history.Sum(SliceOf(from), SliceOf(to));
  }
  return {};
}

DialFigures Engine::CampaignFigures(int campaign, absl::Time from, absl::Time to) const {
  return campaigns_[campaign].history.Sum(SliceOf(from), SliceOf(to));
}

}  // namespace evenkeel::sim
