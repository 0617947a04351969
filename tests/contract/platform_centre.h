// Test helper: the contract's centre with what only the platform dialect serves: wrap-up codes, a
// queue with bullseye rings, a chat queue, a campaign that dials.
#pragma once

#include "tests/contract/sim_client.h"

namespace evenkeel::sim {

inline constexpr int kChatQueue = 3, kDialQueue = 4;

inline Scenario PlatformScenario() {
  Scenario scenario = ContractScenario();
  scenario.wrap_up_codes = {{"w1", "sold"}, {"w2", "not interested"}};
  scenario.queues[1].rings = {absl::Seconds(15), absl::Seconds(10)};
  scenario.queues[1].ring_timers = RingTimers::kLive;
  scenario.call_types[0].wrap_up_codes = {{0, 1}, {1, 3}};
  Queue chat;
  chat.id = "q4";
  chat.name = "Queue 4";
  chat.media = Media::kChat;
  Queue dial;
  dial.id = "q5";
  dial.name = "Queue 5";
  scenario.queues.push_back(chat);
  scenario.queues.push_back(dial);
  CallType chats;
  chats.name = "chats";
  chats.queue = kChatQueue;
  chats.rates = {{absl::ZeroDuration(), 300.0}};
  chats.talk = Spread(Shape::kExponential, 240);
  scenario.call_types.push_back(chats);
  Campaign campaign;
  campaign.id = "c1";
  campaign.name = "Renewals";
  campaign.queue = kDialQueue;
  campaign.calls_per_agent = 2;
  campaign.contacts = 5000;
  campaign.outcomes = {{absl::ZeroDuration(), 0.4, 0.1, 0.2}};
  campaign.answer_after = Spread(Shape::kConstant, 8);
  campaign.busy_after = Spread(Shape::kConstant, 4);
  campaign.machine_after = Spread(Shape::kConstant, 10);
  campaign.no_answer_after = Spread(Shape::kConstant, 25);
  campaign.patience = Spread(Shape::kConstant, 2);
  campaign.talk = Spread(Shape::kExponential, 90);
  campaign.after_call = Spread(Shape::kConstant, 25);
  campaign.wrap_up_codes = {{0, 1}, {1, 3}};
  scenario.campaigns.push_back(campaign);
  for (int a = 0; a < 130; ++a) {
    if (a >= 120) scenario.agents[a].memberships = {{kDialQueue, true}};
    if (a >= 110 && a < 120) scenario.agents[a].memberships = {{kChatQueue, true}};
  }
  return scenario;
}

}  // namespace evenkeel::sim
