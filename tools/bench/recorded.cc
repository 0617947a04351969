#include "tools/bench/recorded.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/genesys/client.h"
#include "common/genesys/platform_reader.h"
#include "tools/genesys_sim/api/server.h"
#include "tools/genesys_sim/scenario/loader.h"

namespace evenkeel::bench {
namespace {

// `id` with another second group of digits, so that copies of a UUID differ.
std::string CopyId(std::string id, int copy) {
  return id.replace(9, 4, absl::StrFormat("%04x", copy));
}

}  // namespace

sim::Scenario Copies(int copies) {
  const sim::Scenario one = sim::MovingMix();
  sim::Scenario all = one;
  for (int copy = 1; copy < copies; ++copy) {
    const int first_queue = static_cast<int>(all.queues.size());
    for (sim::Queue queue : one.queues) {
      queue.id = CopyId(queue.id, copy);
      absl::StrAppend(&queue.name, " ", copy + 1);
      all.queues.push_back(std::move(queue));
    }
    for (sim::CallType type : one.call_types) {
      absl::StrAppend(&type.name, " ", copy + 1);
      type.queue += first_queue;
      all.call_types.push_back(std::move(type));
    }
    for (sim::Agent agent : one.agents) {
      agent.id = CopyId(agent.id, copy);
      for (sim::Membership& membership : agent.memberships) membership.queue += first_queue;
      all.agents.push_back(std::move(agent));
    }
  }
  return all;
}

absl::StatusOr<std::map<std::string, std::string>> RecordAnswers(const sim::Scenario& scenario) {
  std::map<std::string, std::string> answers;
  std::vector<std::string> queues;
  for (const sim::Queue& queue : scenario.queues) queues.push_back(queue.id);
  SimulatedClock clock(kEpoch);
  sim::ApiOptions options;
  options.epoch = kEpoch;
  options.observer = [&answers](const sim::HttpRequest& request, const sim::HttpAnswer& answer) {
    answers.emplace(request.target.substr(0, request.target.find('?')), answer.body);
  };
  EVENKEEL_ASSIGN_OR_RETURN(const auto server,
                            sim::SimulatorServer::Start(scenario, options, clock));
  clock.Advance(kAsked - kEpoch);

  genesys::ClientOptions client_options;
  client_options.api_base_url = client_options.login_base_url =
      absl::StrCat("http://127.0.0.1:", server->port());
  client_options.credentials = [] {
    return absl::StatusOr<genesys::Credentials>({"evenkeel-demo", Secret("evenkeel-demo")});
  };
  EVENKEEL_ASSIGN_OR_RETURN(const auto client,
                            genesys::Client::Make(client_options, clock, nullptr));
  genesys::PlatformReader reader(client->api(), clock);
  EVENKEEL_RETURN_IF_ERROR(reader.ReadRoster({}).status());
  EVENKEEL_RETURN_IF_ERROR(reader.ReadStates(queues, {}).status());
  EVENKEEL_RETURN_IF_ERROR(reader.ReadLive(queues, {}).status());
  EVENKEEL_RETURN_IF_ERROR(reader.ReadAgentWork(queues, {}).status());
  return answers;
}

}  // namespace evenkeel::bench
