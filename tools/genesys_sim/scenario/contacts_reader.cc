#include "tools/genesys_sim/scenario/contacts_reader.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace evenkeel::sim {
namespace {

void ReadNamed(YamlMap& map, const char* key, Distribution& distribution) {
  if (!map.Has(key)) return;
  map.Map(key, [&](YamlMap& read) { ReadDistribution(read, distribution); });
}

std::vector<DistributionPeriod> ReadByPeriod(YamlMap& map, const char* key) {
  std::vector<DistributionPeriod> periods;
  map.Maps(key, [&](YamlMap& read) {
    DistributionPeriod& period = periods.emplace_back();
    period.start = read.Duration("from");
    ReadDistribution(read, period.distribution);
  });
  return periods;
}

void ReadHandling(YamlMap& map, const ContactNames& names, Handling& handling) {
  handling.talk_by_period = ReadByPeriod(map, "talk_by_period");
  if (handling.talk_by_period.empty()) {
    map.Map("talk", [&](YamlMap& talk) { ReadDistribution(talk, handling.talk); });
  } else if (map.Has("talk")) {
    map.Fail("talk", "cannot stand beside talk_by_period");
  }
  if (map.Has("hold")) {
    map.Map("hold", [&](YamlMap& hold) {
      handling.hold_share_ratio = hold.Number("share_ratio");
      ReadDistribution(hold, handling.hold);
    });
  }
  ReadNamed(map, "after_call", handling.after_call);
  map.Maps("wrap_up_codes", [&](YamlMap& code) {
    handling.wrap_up_codes.push_back(
        {names.wrap_up_codes.Read(code, "code"), code.Number("weight", 1)});
  });
}

}  // namespace

void ReadDistribution(YamlMap& map, Distribution& distribution) {
  const std::string name = map.Text("shape");
  const auto shape = std::find_if(std::begin(kShapes), std::end(kShapes),
                                  [&](Shape known) { return ShapeName(known) == name; });
  if (shape == std::end(kShapes)) {
    map.Fail("shape", "must be constant, exponential, lognormal, gamma, uniform or empirical");
    return;
  }
  distribution.shape = *shape;
  if (*shape == Shape::kUniform) {
    distribution.least = map.Duration("least");
    distribution.most = map.Duration("most");
    return;
  }
  if (*shape == Shape::kEmpirical) {
    distribution.observed = map.Durations("observed");
    return;
  }
  distribution.mean = map.Duration("mean");
  if (*shape == Shape::kLogNormal || *shape == Shape::kGamma) {
    distribution.cv_ratio = map.Number("cv_ratio");
  }
}

CallType ReadCalls(YamlMap& map, const ContactNames& names, const Scenario& scenario) {
  CallType type;
  type.queue = names.queues.Read(map, "queue");
  type.name = map.Text("name", scenario.queues.empty() ? "" : scenario.queues[type.queue].name);
  const std::vector<std::string> skills = map.Texts("skills");
  for (size_t i = 0; i < skills.size(); ++i) {
    type.skills.push_back(names.skills.Find(skills[i], map, absl::StrCat("skills[", i, "]")));
  }
  type.priority = map.SmallInteger("priority", 0);
  if (map.Has("counts")) {
    map.Map("counts", [&](YamlMap& counts) {
      type.count_period = counts.Duration("step");
      type.counts = counts.Integers("calls");
    });
    if (map.Has("rates")) map.Fail("rates", "cannot stand beside counts");
  } else {
    map.Map("rates", [&](YamlMap& rates) {
      const std::vector<double> per_hour = rates.Numbers("per_hour");
      const absl::Duration step =
          per_hour.size() == 1 ? rates.Duration("step", scenario.repeat) : rates.Duration("step");
      for (size_t i = 0; i < per_hour.size(); ++i) {
        type.rates.push_back({static_cast<int64_t>(i) * step, per_hour[i]});
      }
    });
  }
  type.dispersion_ratio = map.Number("dispersion_ratio", 1);
  type.busyness_period = map.Duration("busyness_period", type.busyness_period);
  ReadHandling(map, names, type);
  type.patience_by_period = ReadByPeriod(map, "patience_by_period");
  if (!type.patience_by_period.empty()) {
    type.patience = type.patience_by_period.front().distribution;
    if (map.Has("patience")) map.Fail("patience", "cannot stand beside patience_by_period");
  } else if (map.Has("patience")) {
    ReadNamed(map, "patience", type.patience.emplace());
  }
  type.balk_ratio = map.Number("balk_ratio", 0);
  if (map.Has("retrial")) {
    map.Map("retrial", [&](YamlMap& retrial) {
      type.retrial.after_abandon_ratio = retrial.Number("after_abandon_ratio", 0);
      type.retrial.after_block_ratio = retrial.Number("after_block_ratio", 0);
      retrial.Map("delay", [&](YamlMap& delay) { ReadDistribution(delay, type.retrial.delay); });
    });
  }
  return type;
}

Campaign ReadCampaign(YamlMap& map, const ContactNames& names) {
  static constexpr std::string_view kModes[] = {"predictive", "power", "progressive", "preview"};
  static constexpr std::string_view kTriggers[] = {"always", "agent_free"};
  Campaign campaign;
  campaign.name = map.Text("name");
  campaign.id = map.Text("id", campaign.name);
  campaign.queue = names.queues.Read(map, "queue");
  campaign.mode = map.Choice("mode", kModes, campaign.mode);
  campaign.running = map.Flag("running", true);
  campaign.calls_per_agent = map.Number("calls_per_agent", campaign.calls_per_agent);
  campaign.calls_besides = map.Integer("calls_besides").value_or(0);
  campaign.least_free = map.Integer("least_free").value_or(campaign.least_free);
  if (map.Has("test")) {
    map.Map("test", [&](YamlMap& test) {
      campaign.test_queue = names.queues.Read(test, "queue");
      campaign.least_free_test = test.Integer("least_free").value_or(0);
    });
  }
  campaign.trigger = map.Choice("trigger", kTriggers, campaign.trigger);
  campaign.from = map.Duration("from", campaign.from);
  if (map.Has("until")) campaign.until = map.Duration("until");
  campaign.contacts = map.Integer("contacts");
  campaign.lines = map.Integer("lines");
  map.Maps("outcomes", [&](YamlMap& outcome) {
    campaign.outcomes.push_back({outcome.Duration("from", absl::ZeroDuration()),
                                 outcome.Number("answer_ratio"), outcome.Number("busy_ratio", 0),
                                 outcome.Number("machine_ratio", 0)});
  });
  ReadNamed(map, "answer_after", campaign.answer_after);
  ReadNamed(map, "busy_after", campaign.busy_after);
  ReadNamed(map, "machine_after", campaign.machine_after);
  ReadNamed(map, "no_answer_after", campaign.no_answer_after);
  map.Map("patience", [&](YamlMap& grace) { ReadDistribution(grace, campaign.patience); });
  campaign.priority = map.SmallInteger("priority", 0);
  ReadHandling(map, names, campaign);
  return campaign;
}

}  // namespace evenkeel::sim
