// The life of a contact: arrival, waiting, answer, end.
#include <algorithm>
#include <cassert>
#include <cmath>

#include "tools/genesys_sim/engine/engine_inl.h"

namespace evenkeel::sim {

int Engine::NewPlace() {
  ++places_used_;
  if (free_places_.empty()) {
    calls_.emplace_back();
    return static_cast<int>(calls_.size()) - 1;
  }
  const int place = free_places_.back();
  free_places_.pop_back();
  const uint32_t generation = calls_[place].generation;
  calls_[place] = CallInHand();
  calls_[place].generation = generation;
  return place;
}

void Engine::Free(int place) {
  --places_used_;
  ++calls_[place].generation;
  free_places_.push_back(place);
}

void Engine::Arrive(int type) {
  const int place = NewPlace();
  CallInHand& call = calls_[place];
  call.call = next_calls_[type];
  call.begun = now_;
  call.source = type;
  call.queue = sources_[type].queue;
  if (arrivals_[type].Next(next_calls_[type])) {
    Plan(next_calls_[type].arrival, Kind::kArrival, type);
  }
  Enter(place);
}

void Engine::Enter(int place) {
  CallInHand& call = calls_[place];
  QueueRecord& queue = queues_[call.queue];
  call.rings = static_cast<int>(queue.rings.size()) - 1;
  if (scenario_->lines && lines_busy_ >= *scenario_->lines) {
    return TurnAway(place, Outcome::kBlocked);
  }
  const IdleAgent free = HasRoom(queue) && !ended_ ? FreeAgent(queue, call) : IdleAgent{0, -1, 0};
  if (free.agent < 0) {
    const std::optional<int64_t>& limit = scenario_->queues[call.queue].waiting_limit;
    if ((limit && queue.waiting >= *limit) ||
        (scenario_->waiting_limit && waiting_ >= *scenario_->waiting_limit)) {
      return TurnAway(place, Outcome::kBlocked);
    }
  }
  ++lines_busy_;
  Record(queue, [](Figures& figures) { ++figures.offered; });
  if (free.agent >= 0) return Answer(place, free.agent, free.membership);
  ++queue.waiting;
  ++waiting_;
  call.waiting = true;
  const auto before = [this](int priority, const WaitingCall& waiting) {
    return priority > sources_[calls_[waiting.place].source].priority;
  };
  // Most often at the end.
  auto at = queue.line.end();
  if (queue.by_priority) {
    const int priority = sources_[call.source].priority;
    while (at != queue.line.begin() && before(priority, *std::prev(at))) --at;
  }
  queue.line.insert(at, {place, call.generation});
  PlanExpansion(place, now_);
  if (std::isfinite(call.call.patience_seconds)) {
    Plan(now_ + Micros(call.call.patience_seconds), Kind::kGiveUp, place, call.generation);
  }
}

void Engine::TurnAway(int place, Outcome outcome) {
  const CallInHand& call = calls_[place];
  Report(call, outcome);
  const CallType* type = sources_[call.source].type;
  if (outcome == Outcome::kBlocked && type != nullptr) {
    MayComeBack(call, type->retrial.after_block_ratio);
  }
  Free(place);
}

void Engine::GiveUp(int place) {
  const CallInHand& call = calls_[place];
  QueueRecord& queue = queues_[call.queue];
  --queue.waiting;
  --waiting_;
  --lines_busy_;
  const double wait = static_cast<double>(now_ - call.call.arrival) * 1e-6;
  Record(queue, [&](Figures& figures) { figures.abandoned.Add(wait); });
  Report(call, Outcome::kAbandoned);
  if (const CallType* type = sources_[call.source].type) {
    MayComeBack(call, type->retrial.after_abandon_ratio);
  } else {
    RecordDial(call.source - static_cast<int>(scenario_->call_types.size()),
               [](DialFigures& figures) { ++figures.abandoned; });
  }
  Free(place);
  FirstInLine(queue);
  // Contacts that gave up behind a patient one are dropped too, or the line would grow without end.
  if (queue.line.size() > 2 * static_cast<size_t>(queue.waiting) + 64) {
    std::erase_if(queue.line, [&](const WaitingCall& waiting) {
      return calls_[waiting.place].generation != waiting.generation;
    });
  }
}

void Engine::MayComeBack(const CallInHand& call, double ratio) {
  if (ratio <= 0) return;
  const CallType& type = *sources_[call.source].type;
  Stream stream(seed_, {kRetries, static_cast<uint64_t>(call.source), call.call.number,
                        static_cast<uint64_t>(call.attempt)});
  if (stream.Uniform() > ratio) return;
  CallInHand again;
  again.call = call.call;
  again.source = call.source;
  again.queue = call.queue;
  again.attempt = call.attempt + 1;
  again.waited = call.waited + now_ - call.call.arrival;
  const int place = NewPlace();
  again.generation = calls_[place].generation;
  calls_[place] = again;
  Plan(now_ + Micros(Sampler(type.retrial.delay).DrawSeconds(stream)), Kind::kRetry, place);
}

void Engine::PlanExpansion(int place, int64_t since) {
  CallInHand& call = calls_[place];
  const std::vector<absl::Duration>& rings = queues_[call.queue].rings[call.rings];
  const auto ring = static_cast<size_t>(call.ring - 1);
  call.expands = ring < rings.size() ? since + absl::ToInt64Microseconds(rings[ring]) : -1;
  if (call.expands >= 0) Plan(call.expands, Kind::kExpand, place, call.generation);
}

void Engine::Expand(int place) {
  CallInHand& call = calls_[place];
  QueueRecord& queue = queues_[call.queue];
  ++call.ring;
  PlanExpansion(place, now_);
  if (!HasRoom(queue)) return;
  const IdleAgent free = FreeAgent(queue, call);
  if (free.agent < 0) return;
  RemoveFromLine(queue, place);
  Answer(place, free.agent, free.membership);
}

void Engine::Answer(int place, int agent_index, int membership) {
  CallInHand& call = calls_[place];
  QueueRecord& queue = queues_[call.queue];
  AgentRecord& agent = agents_[agent_index];
  assert(agent.on_queue() && CanTake(agent, queue.media));
  if (call.waiting) {
    --queue.waiting;
    --waiting_;
    call.waiting = false;
  }
  ++queue.interacting;
  ++queue.working;
  call.agent = agent_index;
  call.answered = now_;
  call.talking = true;
  if (const double factor = agent.memberships[membership].handle_factor; factor != 1) {
    call.call.talk_seconds *= factor;
    call.call.hold_seconds *= factor;
    call.call.after_call_seconds *= factor;
  }
  ChangeAgent(agent_index, [&] {
    agent.calls.push_back(place);
    ++agent.talking;
    ++agent.in_hand[static_cast<size_t>(queue.media)];
  });
  if (std::none_of(std::begin(kMedia), std::end(kMedia),
                   [&](Media media) { return CanTake(agent, media); })) {
    agent.idle_number = -1;
  }
  const double wait = static_cast<double>(now_ - call.call.arrival) * 1e-6;
  const bool over = wait > queue.target_seconds;
  const auto add = [&](Figures& figures) {
    figures.answered.Add(wait);
    figures.over_target += over ? 1 : 0;
  };
  Record(queue, add);
  if (options_.keep_history) add(agent.memberships[membership].history.At(SliceAt(now_)));
  if (sources_[call.source].type == nullptr) {
    RecordDial(call.source - static_cast<int>(scenario_->call_types.size()),
               [](DialFigures& figures) { ++figures.connected; });
  }
  if (options_.observer != nullptr) options_.observer->Answered(ContactOf(call, Outcome::kHandled));
  Plan(now_ + Micros(call.call.talk_seconds + call.call.hold_seconds), Kind::kHangUp, place);
}

void Engine::HangUp(int place) {
  CallInHand& call = calls_[place];
  QueueRecord& queue = queues_[call.queue];
  --lines_busy_;
  --queue.interacting;
  call.hung_up = now_;
  Record(queue, call.agent, call.queue, [&](Figures& figures) {
    figures.talk.Add(call.call.talk_seconds);
    if (call.call.hold_seconds > 0) figures.held.Add(call.call.hold_seconds);
  });
  if (call.call.after_call_seconds <= 0) return WrapUp(place);
  AgentRecord& agent = agents_[call.agent];
  ChangeAgent(call.agent, [&] {
    call.talking = false;
    --agent.talking;
  });
  Plan(now_ + Micros(call.call.after_call_seconds), Kind::kWrapUp, place);
}

void Engine::WrapUp(int place) {
  const CallInHand& call = calls_[place];
  const int agent_index = call.agent, queue_index = call.queue;
  QueueRecord& queue = queues_[queue_index];
  --queue.working;
  const double handle =
      call.call.talk_seconds + call.call.hold_seconds + call.call.after_call_seconds;
  Record(queue, agent_index, queue_index, [&](Figures& figures) {
    if (call.call.after_call_seconds > 0) figures.after_call.Add(call.call.after_call_seconds);
    figures.handle.Add(handle);
  });
  Report(call, Outcome::kHandled);
  AgentRecord& agent = agents_[agent_index];
  ++agent.handled;
  agent.handled_seconds += handle;
  ChangeAgent(agent_index, [&] {
    agent.calls.erase(std::find(agent.calls.begin(), agent.calls.end(), place));
    --agent.in_hand[static_cast<size_t>(queue.media)];
    if (call.talking) --agent.talking;
  });
  Free(place);
  if (agent.group >= 0) Shrink(agent.group);
  if (agent.on_queue()) Offer(agent_index);
  if (queue.capacity) Dispatch(queue_index);
}

Contact Engine::ContactOf(const CallInHand& call, Outcome outcome) const {
  const Source& source = sources_[call.source];
  Contact contact;
  if (source.type != nullptr) {
    contact.call_type = call.source;
  } else {
    contact.campaign = call.source - static_cast<int>(scenario_->call_types.size());
  }
  contact.number = call.call.number;
  contact.attempt = call.attempt;
  contact.queue = call.queue;
  contact.agent = call.agent;
  contact.ring = call.ring;
  contact.outcome = outcome;
  if (outcome == Outcome::kHandled && call.hung_up >= 0) {
    Stream stream(seed_, {kCodes, static_cast<uint64_t>(call.source), call.call.number});
    contact.wrap_up_code = source.handling.DrawCode(stream);
  }
  contact.begun = call.begun;
  contact.arrived = call.call.arrival;
  contact.answered = call.answered;
  contact.hung_up = call.hung_up;
  contact.ended = now_;
  contact.waited = call.waited + (call.answered >= 0 ? call.answered : now_) - call.call.arrival;
  contact.talk_seconds = call.call.talk_seconds;
  contact.hold_seconds = call.call.hold_seconds;
  contact.after_call_seconds = call.call.after_call_seconds;
  return contact;
}

void Engine::Report(const CallInHand& call, Outcome outcome) {
  if (options_.observer != nullptr) options_.observer->Ended(ContactOf(call, outcome));
}

}  // namespace evenkeel::sim
