#include "tools/genesys_sim/engine/engine.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace evenkeel::sim {
namespace {

// Names the stream of the delays of commands; call types' streams have other names.
constexpr uint64_t kCommands = 100;

int64_t Micros(double seconds) { return std::llround(seconds * 1e6); }

int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

int64_t SliceOf(absl::Time time) { return FloorDiv(absl::ToUnixMicros(time), kSliceMicros); }

}  // namespace

Engine::Engine(Scenario scenario, uint64_t seed, absl::Time start, const EngineOptions& options)
    : scenario_(std::move(scenario)),
      options_(options),
      start_(absl::FromUnixMicros(absl::ToUnixMicros(start))),
      start_unix_micros_(absl::ToUnixMicros(start)),
      repeat_micros_(absl::ToInt64Microseconds(scenario_.repeat)),
      commands_(seed, {kCommands}) {
  assert(Validate(scenario_).ok());
  queues_.resize(scenario_.queues.size());
  for (size_t q = 0; q < queues_.size(); ++q) {
    queues_[q].capacity = scenario_.queues[q].inbound_capacity;
    queues_[q].target_seconds = absl::ToDoubleSeconds(scenario_.queues[q].target_wait);
  }
  agents_.resize(scenario_.agents.size());
  for (size_t a = 0; a < agents_.size(); ++a) {
    const int agent = static_cast<int>(a);
    for (const Membership& membership : scenario_.agents[a].memberships) {
      queues_[membership.queue].members.push_back(agent);
      queues_[membership.queue].joined += membership.joined ? 1 : 0;
      agents_[a].memberships.push_back({membership.queue, membership.joined, 0, {}});
    }
    Plan(0, Kind::kSchedule, agent);
  }
  for (size_t t = 0; t < scenario_.call_types.size(); ++t) {
    arrivals_.emplace_back(scenario_.call_types[t], scenario_.repeat, seed, t);
    Call& call = next_calls_.emplace_back();
    if (arrivals_[t].Next(call)) Plan(call.arrival, Kind::kArrival, static_cast<int>(t));
  }
}

void Engine::AdvanceTo(absl::Time time) {
  const int64_t target = absl::ToInt64Microseconds(time - start_);
  if (time < start_ || target < now_) return;
  while (!plan_.empty() && plan_.top().time <= target) {
    const Event event = plan_.top();
    plan_.pop();
    now_ = event.time;
    ++events_;
    Happen(event);
  }
  now_ = target;
  for (QueueRecord& queue : queues_) Accrue(queue);
}

void Engine::Plan(int64_t time, Kind kind, int a, uint32_t b) {
  plan_.push({time, planned_++, kind, a, b});
}

void Engine::Happen(const Event& event) {
  switch (event.kind) {
    case Kind::kArrival:
      return Arrive(event.a);
    case Kind::kGiveUp:
      if (calls_[event.a].generation == event.b && calls_[event.a].agent < 0) GiveUp(event.a);
      return;
    case Kind::kHangUp:
      return HangUp(event.a);
    case Kind::kWrapUp:
      return WrapUp(event.a);
    case Kind::kSchedule:
      return NextPresence(event.a);
    case Kind::kJoin:
    case Kind::kLeave:
      return ApplyJoined(event.a, agents_[event.a].memberships[event.b], event.kind == Kind::kJoin);
  }
}

// --- Calls

void Engine::Arrive(int type) {
  int place;
  if (free_places_.empty()) {
    place = static_cast<int>(calls_.size());
    calls_.emplace_back();
  } else {
    place = free_places_.back();
    free_places_.pop_back();
  }
  CallInHand& call = calls_[place];
  call.call = next_calls_[type];
  call.type = type;
  call.queue = scenario_.call_types[type].queue;
  call.agent = -1;
  if (arrivals_[type].Next(next_calls_[type])) {
    Plan(next_calls_[type].arrival, Kind::kArrival, type);
  }
  QueueRecord& queue = queues_[call.queue];
  Record(queue, [](Figures& figures) { ++figures.offered; });
  const int agent = HasRoom(queue) ? FirstIdle(queue) : -1;
  ++queue.waiting;
  if (agent >= 0) return Answer(place, agent);
  queue.line.push_back({place, call.generation});
  if (std::isfinite(call.call.patience_seconds)) {
    Plan(now_ + Micros(call.call.patience_seconds), Kind::kGiveUp, place, call.generation);
  }
}

void Engine::GiveUp(int place) {
  QueueRecord& queue = queues_[calls_[place].queue];
  --queue.waiting;
  const double wait = static_cast<double>(now_ - calls_[place].call.arrival) * 1e-6;
  Record(queue, [&](Figures& figures) { figures.abandoned.Add(wait); });
  Free(place);
  FirstInLine(queue);
  // Calls that gave up behind a patient one are dropped too, or the line would grow without end.
  if (queue.line.size() > 2 * static_cast<size_t>(queue.waiting) + 64) {
    std::erase_if(queue.line, [&](const WaitingCall& waiting) {
      return calls_[waiting.place].generation != waiting.generation;
    });
  }
}

void Engine::Answer(int place, int agent_index) {
  CallInHand& call = calls_[place];
  QueueRecord& queue = queues_[call.queue];
  AgentRecord& agent = agents_[agent_index];
  assert(agent.on_queue() && !agent.busy());
  --queue.waiting;
  ++queue.interacting;
  ++queue.working;
  call.agent = agent_index;
  call.answered = now_;
  ChangeAgent(agent, [&] {
    agent.activity = Activity::kInteracting;
    agent.activity_since = now_;
    agent.status_since = now_;
    agent.idle_number = -1;
    agent.call = place;
  });
  const double wait = static_cast<double>(now_ - call.call.arrival) * 1e-6;
  const bool over = wait > queue.target_seconds;
  Record(queue, agent_index, call.queue, [&](Figures& figures) {
    figures.answered.Add(wait);
    figures.over_target += over ? 1 : 0;
  });
  Plan(now_ + Micros(call.call.talk_seconds + call.call.hold_seconds), Kind::kHangUp, place);
}

void Engine::HangUp(int place) {
  CallInHand& call = calls_[place];
  QueueRecord& queue = queues_[call.queue];
  --queue.interacting;
  AgentRecord& agent = agents_[call.agent];
  agent.activity = Activity::kAfterCall;
  agent.activity_since = now_;
  Record(queue, call.agent, call.queue, [&](Figures& figures) {
    figures.talk.Add(call.call.talk_seconds);
    if (call.call.hold_seconds > 0) figures.held.Add(call.call.hold_seconds);
  });
  if (call.call.after_call_seconds > 0) {
    Plan(now_ + Micros(call.call.after_call_seconds), Kind::kWrapUp, place);
  } else {
    WrapUp(place);
  }
}

void Engine::WrapUp(int place) {
  const CallInHand call = calls_[place];
  QueueRecord& queue = queues_[call.queue];
  --queue.working;
  Record(queue, call.agent, call.queue, [&](Figures& figures) {
    if (call.call.after_call_seconds > 0) figures.after_call.Add(call.call.after_call_seconds);
    figures.handle.Add(call.call.talk_seconds + call.call.hold_seconds +
                       call.call.after_call_seconds);
  });
  Free(place);
  AgentRecord& agent = agents_[call.agent];
  ChangeAgent(agent, [&] {
    agent.activity = Activity::kFree;
    agent.activity_since = now_;
    agent.status_since = now_;
    agent.call = -1;
  });
  if (agent.on_queue()) Offer(call.agent);
  if (queue.capacity) Dispatch(call.queue);
}

void Engine::Free(int place) {
  ++calls_[place].generation;
  free_places_.push_back(place);
}

// --- Routing

int Engine::FirstInLine(QueueRecord& queue) {
  while (!queue.line.empty()) {
    const WaitingCall& first = queue.line.front();
    if (calls_[first.place].generation == first.generation) return first.place;
    queue.line.pop_front();
  }
  return -1;
}

int Engine::FirstIdle(QueueRecord& queue) {
  while (!queue.idle.empty()) {
    if (IsIdle(queue.idle.front())) return queue.idle.front().agent;
    queue.idle.pop_front();
  }
  return -1;
}

void Engine::Offer(int agent_index) {
  AgentRecord& agent = agents_[agent_index];
  int best = -1;
  for (const MembershipRecord& membership : agent.memberships) {
    QueueRecord& queue = queues_[membership.queue];
    if (!membership.joined || queue.waiting == 0 || !HasRoom(queue)) continue;
    const int place = FirstInLine(queue);
    if (best < 0 || calls_[place].call.arrival < calls_[best].call.arrival) best = place;
  }
  if (best >= 0) {
    queues_[calls_[best].queue].line.pop_front();
    return Answer(best, agent_index);
  }
  agent.idle_number = idle_numbers_++;
  for (const MembershipRecord& membership : agent.memberships) {
    if (!membership.joined) continue;
    std::deque<IdleAgent>& idle = queues_[membership.queue].idle;
    idle.push_back({agent.idle_number, agent_index});
    if (idle.size() > 2 * queues_[membership.queue].members.size() + 64) {
      std::erase_if(idle, [this](const IdleAgent& entry) { return !IsIdle(entry); });
    }
  }
}

void Engine::Dispatch(int queue_index) {
  QueueRecord& queue = queues_[queue_index];
  while (queue.waiting > 0 && HasRoom(queue)) {
    const int agent = FirstIdle(queue);
    if (agent < 0) return;
    const int place = FirstInLine(queue);
    queue.line.pop_front();
    Answer(place, agent);
  }
}

// --- Agents

template <typename Change>
void Engine::ChangeAgent(AgentRecord& agent, Change change) {
  const bool was_at_work = agent.at_work(), was_busy = agent.busy();
  change();
  if (agent.at_work() == was_at_work && agent.busy() == was_busy) return;
  for (const MembershipRecord& membership : agent.memberships) {
    if (!membership.joined) continue;
    QueueRecord& queue = queues_[membership.queue];
    Accrue(queue);
    queue.staffed += int{agent.at_work()} - int{was_at_work};
    queue.busy += int{agent.busy()} - int{was_busy};
  }
}

void Engine::PlanNextPresence(int agent_index) {
  AgentRecord& agent = agents_[agent_index];
  const std::vector<PresencePeriod>& schedule = scenario_.agents[agent_index].schedule;
  if (schedule.size() == 1) return;  // never changes
  if (++agent.next_period == schedule.size()) {
    agent.next_period = 0;
    ++agent.cycle;
  }
  Plan(agent.cycle * repeat_micros_ + absl::ToInt64Microseconds(schedule[agent.next_period].start),
       Kind::kSchedule, agent_index);
}

void Engine::NextPresence(int agent_index) {
  const AgentRecord& agent = agents_[agent_index];
  ApplyPresence(agent_index, scenario_.agents[agent_index].schedule[agent.next_period].presence);
  PlanNextPresence(agent_index);
}

void Engine::ApplyPresence(int agent_index, Presence presence) {
  AgentRecord& agent = agents_[agent_index];
  if (agent.presence == presence) return;
  const bool was_on_queue = agent.on_queue();
  ChangeAgent(agent, [&] {
    agent.presence = presence;
    agent.presence_since = now_;
  });
  if (agent.busy() || agent.on_queue() == was_on_queue) return;
  agent.status_since = now_;
  agent.activity_since = now_;
  agent.idle_number = -1;
  if (agent.on_queue()) Offer(agent_index);
}

void Engine::ApplyJoined(int agent_index, MembershipRecord& membership, bool joined) {
  if (membership.joined == joined) return;
  AgentRecord& agent = agents_[agent_index];
  QueueRecord& queue = queues_[membership.queue];
  Accrue(queue);
  const int64_t sign = joined ? 1 : -1;
  membership.joined = joined;
  queue.joined += sign;
  queue.staffed += agent.at_work() ? sign : 0;
  queue.busy += agent.busy() ? sign : 0;
  if (agent.idle_number < 0) return;
  const IdleAgent entry = {agent.idle_number, agent_index};
  const auto at = std::lower_bound(queue.idle.begin(), queue.idle.end(), entry);
  if (joined) {
    queue.idle.insert(at, entry);
    Dispatch(membership.queue);
  } else {
    assert(at != queue.idle.end() && at->agent == agent_index);
    queue.idle.erase(at);
  }
}

// --- Commands

Engine::MembershipRecord* Engine::FindMembership(int agent, int queue) {
  for (MembershipRecord& membership : agents_[agent].memberships) {
    if (membership.queue == queue) return &membership;
  }
  return nullptr;
}

const Engine::MembershipRecord* Engine::FindMembership(int agent, int queue) const {
  return const_cast<Engine*>(this)->FindMembership(agent, queue);
}

bool Engine::SetJoined(int agent, int queue, bool joined) {
  MembershipRecord* membership = FindMembership(agent, queue);
  if (membership == nullptr) return false;
  const double least = absl::ToDoubleSeconds(options_.least_join_delay);
  const double most = absl::ToDoubleSeconds(options_.most_join_delay);
  const int64_t effect = now_ + Micros(least + (most - least) * commands_.Uniform());
  membership->last_effect = std::max(membership->last_effect, effect);
  Plan(membership->last_effect, joined ? Kind::kJoin : Kind::kLeave, agent,
       static_cast<uint32_t>(membership - agents_[agent].memberships.data()));
  return true;
}

bool Engine::SetJoinedNow(int agent, int queue, bool joined) {
  MembershipRecord* membership = FindMembership(agent, queue);
  if (membership == nullptr) return false;
  ApplyJoined(agent, *membership, joined);
  return true;
}

void Engine::SetInboundCapacity(int queue, std::optional<int64_t> capacity) {
  queues_[queue].capacity = capacity;
  Dispatch(queue);
}

void Engine::SetPresence(int agent, Presence presence) { ApplyPresence(agent, presence); }

// --- What can be asked

AgentState Engine::GetAgent(int index) const {
  const AgentRecord& agent = agents_[index];
  AgentState state;
  state.presence = agent.presence;
  state.presence_since = At(agent.presence_since);
  state.activity = agent.activity;
  state.status_since = At(agent.status_since);
  state.activity_since = At(agent.activity_since);
  if (agent.call >= 0) state.queue = calls_[agent.call].queue;
  return state;
}

QueueState Engine::GetQueue(int index) const {
  const QueueRecord& queue = queues_[index];
  QueueState state;
  state.waiting = queue.waiting;
  state.interacting = queue.interacting;
  state.working = queue.working;
  if (const std::vector<absl::Time> waiting = WaitingSince(index); !waiting.empty()) {
    state.longest_waiting_since = waiting.front();
  }
  state.inbound_capacity = queue.capacity;
  state.members = static_cast<int64_t>(queue.members.size());
  state.joined = queue.joined;
  return state;
}

std::vector<absl::Time> Engine::WaitingSince(int index) const {
  std::vector<absl::Time> since;
  for (const WaitingCall& waiting : queues_[index].line) {
    const CallInHand& call = calls_[waiting.place];
    if (call.generation == waiting.generation) since.push_back(At(call.call.arrival));
  }
  return since;
}

std::optional<bool> Engine::Joined(int agent, int queue) const {
  const MembershipRecord* membership = FindMembership(agent, queue);
  return membership == nullptr ? std::nullopt : std::optional(membership->joined);
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
    const double seconds = static_cast<double>(until - queue.accrued) * 1e-6;
    const auto add = [&](Figures& figures) {
      figures.staffed_seconds += seconds * static_cast<double>(queue.staffed);
      figures.busy_seconds += seconds * static_cast<double>(queue.busy);
    };
    add(queue.totals);
    if (slice != nullptr) add(*slice);
    queue.accrued = until;
  }
}

template <typename Add>
void Engine::Record(QueueRecord& queue, Add add) {
  add(queue.totals);
  if (!options_.keep_history) return;
  Accrue(queue);  // so that slices are begun in their order
  add(queue.history.At(SliceAt(now_)));
}

template <typename Add>
void Engine::Record(QueueRecord& queue, int agent, int queue_index, Add add) {
  Record(queue, add);
  if (options_.keep_history) add(FindMembership(agent, queue_index)->history.At(SliceAt(now_)));
}

Figures Engine::QueueFigures(int queue, absl::Time from, absl::Time to) const {
  return queues_[queue].history.Sum(SliceOf(from), SliceOf(to));
}

Figures Engine::AgentFigures(int agent, int queue, absl::Time from, absl::Time to) const {
  const MembershipRecord* membership = FindMembership(agent, queue);
  if (membership == nullptr) return {};
  return membership->history.Sum(SliceOf(from), SliceOf(to));
}

}  // namespace evenkeel::sim
