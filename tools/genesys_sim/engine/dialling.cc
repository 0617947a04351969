// Calls out.
#include <algorithm>
#include <cmath>

#include "tools/genesys_sim/engine/engine_inl.h"

namespace evenkeel::sim {

void Engine::PlanDialWindow(int index, int64_t cycle) {
  const Campaign& campaign = scenario_->campaigns[index];
  Plan(cycle * repeat_micros_ + absl::ToInt64Microseconds(campaign.from), Kind::kDialWindow, index,
       static_cast<uint32_t>(cycle));
}

bool Engine::InDialWindow(const Campaign& campaign) const {
  const absl::Duration in_repeat = absl::Microseconds(now_ % repeat_micros_);
  return now_ < closes_ && in_repeat >= campaign.from &&
         (!campaign.until || in_repeat < *campaign.until);
}

void Engine::DialFor(const QueueRecord& queue, DialTrigger trigger) {
  for (const int campaign : queue.campaigns) Dial(campaign, trigger);
}

void Engine::Dial(int index, DialTrigger trigger) {
  const Campaign& campaign = scenario_->campaigns[index];
  CampaignRecord& record = campaigns_[index];
  if (ended_ || stalled_ || !record.running || !InDialWindow(campaign)) return;
  if (campaign.trigger == DialTrigger::kAgentFree && trigger != DialTrigger::kAgentFree) return;
  const int64_t free = CountFree(campaign.queue);
  if (free < std::max<int64_t>(1, campaign.least_free)) return;
  if (campaign.test_queue && CountFree(*campaign.test_queue) < campaign.least_free_test) return;
  const double wanted = record.calls_per_agent * static_cast<double>(free) + 1e-9;
  int64_t more = static_cast<int64_t>(wanted) + campaign.calls_besides - record.dialling;
  if (campaign.lines) more = std::min(more, *campaign.lines - record.dialling);
  if (record.contacts) more = std::min(more, *record.contacts);
  for (; more > 0; --more) Attempt(index);
}

void Engine::Attempt(int index) {
  const Campaign& campaign = scenario_->campaigns[index];
  CampaignRecord& record = campaigns_[index];
  const int place = NewPlace();
  CallInHand& call = calls_[place];
  call.source = static_cast<int>(scenario_->call_types.size()) + index;
  call.queue = campaign.queue;
  call.begun = now_;
  call.call.number = record.attempts++;
  ++record.dialling;
  if (record.contacts) --*record.contacts;
  Stream stream(seed_, {kDials, static_cast<uint64_t>(index), call.call.number});
  const absl::Duration in_repeat = absl::Microseconds(now_ % repeat_micros_);
  size_t period = campaign.outcomes.size() - 1;
  while (period > 0 && campaign.outcomes[period].start > in_repeat) --period;
  const DialPeriod& ratios = campaign.outcomes[period];
  const double u = stream.Uniform();
  const Distribution* after = &campaign.no_answer_after;
  call.dialled = Outcome::kNoAnswer;
  if (u < ratios.answer_ratio) {
    call.dialled = Outcome::kHandled;
    after = &campaign.answer_after;
  } else if (u < ratios.answer_ratio + ratios.busy_ratio) {
    call.dialled = Outcome::kBusy;
    after = &campaign.busy_after;
  } else if (u < ratios.answer_ratio + ratios.busy_ratio + ratios.machine_ratio) {
    call.dialled = Outcome::kMachine;
    after = &campaign.machine_after;
  }
  const double rings = Sampler(*after).DrawSeconds(stream);
  sources_[call.source].handling.Draw(absl::ToDoubleSeconds(in_repeat), stream, call.call);
  call.call.patience_seconds = Sampler(campaign.patience).DrawSeconds(stream);
  Plan(now_ + Micros(rings), Kind::kDialled, place);
}

void Engine::Dialled(int place) {
  CallInHand& call = calls_[place];
  const int index = call.source - static_cast<int>(scenario_->call_types.size());
  --campaigns_[index].dialling;
  const Outcome outcome = call.dialled;
  RecordDial(index, [&](DialFigures& figures) {
    ++figures.attempts;
    figures.answered += outcome == Outcome::kHandled ? 1 : 0;
    figures.busy += outcome == Outcome::kBusy ? 1 : 0;
    figures.machine += outcome == Outcome::kMachine ? 1 : 0;
    figures.no_answer += outcome == Outcome::kNoAnswer ? 1 : 0;
  });
  call.call.arrival = now_;
  if (outcome == Outcome::kHandled) {
    Enter(place);
  } else {
    Report(call, outcome);
    Free(place);
  }
  Dial(index, DialTrigger::kAlways);
}

// --- Commands

void Engine::SetRunning(int campaign, bool running) {
  campaigns_[campaign].running = running;
  Dial(campaign, DialTrigger::kAgentFree);
}

void Engine::SetCallsPerAgent(int campaign, double calls_per_agent) {
  campaigns_[campaign].calls_per_agent = calls_per_agent;
  Dial(campaign, DialTrigger::kAgentFree);
}

CampaignState Engine::GetCampaign(int campaign) const {
  const CampaignRecord& record = campaigns_[campaign];
  return {record.running, record.calls_per_agent, record.dialling, record.contacts};
}

}  // namespace evenkeel::sim
