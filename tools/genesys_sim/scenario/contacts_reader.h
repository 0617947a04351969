// Reads what arrives in a scenario and what is dialled: `calls` and `campaigns`.
#pragma once

#include "tools/genesys_sim/engine/scenario.h"
#include "tools/genesys_sim/scenario/references.h"
#include "tools/genesys_sim/scenario/yaml_reader.h"

namespace evenkeel::sim {

struct ContactNames {
  const References& queues;
  const References& skills;
  const References& wrap_up_codes;
};

void ReadDistribution(YamlMap& map, Distribution& distribution);
// `scenario` holds what was read before: `repeat` and the queues.
CallType ReadCalls(YamlMap& map, const ContactNames& names, const Scenario& scenario);
Campaign ReadCampaign(YamlMap& map, const ContactNames& names);

}  // namespace evenkeel::sim
