// What the platform dialect keeps besides the centre: settings that it stores and gives back. Those
// that the work depends on are also told to the engine.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/genesys_sim/api/platform_body.h"
#include "tools/genesys_sim/engine/scenario.h"

namespace evenkeel::sim {

struct MediaNames {
  std::string_view settings;   // "call"
  std::string_view analytics;  // "voice"
};
const MediaNames& NamesOf(Media media);

struct PlatformState {
  explicit PlatformState(const Scenario& scenario);

  struct User {
    int64_t version = 1;
    Json properties = Json::Object();  // name, email, and what PATCH may set
    std::string presence_message;
    Json utilization;  // media of his own, as "call": {...}; null: he has the organization's
    std::optional<int64_t> most_inbound_calls;
  };
  std::vector<User> users;
  struct Queue {
    std::string name;
    Json settings = Json::Object();  // all that a PUT replaces, but for the name
    absl::Time modified = absl::InfinitePast();
    std::string modified_by;
  };
  std::vector<Queue> queues;
  struct Campaign {
    int64_t version = 1;
    Json properties = Json::Object();  // all that a PUT replaces, but for status and pace
    absl::Time modified = absl::InfinitePast();
  };
  std::vector<Campaign> campaigns;
  Json utilization = Json::Object();  // the organization's own, likewise
  std::optional<int64_t> most_inbound_calls;

  struct ExternalMetric {
    std::string id;
    Json properties = Json::Object();  // name, unit, precision ...
    absl::Time refreshed = absl::InfinitePast();
  };
  struct Datum {
    double value = 0;
    int64_t count = 0;
  };
  std::vector<ExternalMetric> external_metrics;
  // By metric, day ("2024-05-15") and user.
  std::map<std::string, std::map<std::string, std::map<int, Datum>>> external_data;
};

}  // namespace evenkeel::sim
