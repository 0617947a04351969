#include "common/obs/metrics.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <algorithm>
#include <cassert>
#include <exception>

namespace evenkeel::obs {
namespace {

// Calls `use` with every combination of the labels' closed values.
template <typename Use>
void ForEachCombination(const std::vector<LabelSpec>& labels, std::vector<std::string>& values,
                        const Use& use) {
  if (values.size() == labels.size()) return use(values);
  for (const std::string& value : labels[values.size()].values) {
    values.push_back(value);
    ForEachCombination(labels, values, use);
    values.pop_back();
  }
}

class ExposerServer final : public MetricsServer {
 public:
  ExposerServer(const std::string& listen, const std::shared_ptr<prometheus::Registry>& registry)
      : exposer_(listen, /*num_threads=*/1) {
    exposer_.RegisterCollectable(registry);
  }
  int port() const override { return exposer_.GetListeningPorts().front(); }

 private:
  prometheus::Exposer exposer_;
};

}  // namespace

Metrics::Metrics() : registry_(std::make_shared<prometheus::Registry>()) {}

void Metrics::Register(std::span<const MetricSpec> table) {
  for (const MetricSpec& spec : table) {
    {
      std::lock_guard lock(mutex_);
      Metric& metric = metrics_[spec.name];
      assert((metric.spec.name.empty() || metric.spec.help == spec.help) && "two meanings");
      if (!metric.spec.name.empty()) continue;
      metric.spec = spec;
      switch (spec.kind) {
        case MetricKind::kCounter:
          metric.counters =
              &prometheus::BuildCounter().Name(spec.name).Help(spec.help).Register(*registry_);
          break;
        case MetricKind::kGauge:
          metric.gauges =
              &prometheus::BuildGauge().Name(spec.name).Help(spec.help).Register(*registry_);
          break;
        case MetricKind::kHistogram:
          metric.histograms =
              &prometheus::BuildHistogram().Name(spec.name).Help(spec.help).Register(*registry_);
          break;
      }
    }
    std::vector<std::string> values;
    ForEachCombination(spec.labels, values, [&](const std::vector<std::string>& combination) {
      std::lock_guard lock(mutex_);
      Find(spec.name, combination);
    });
  }
}

Metrics::Metric::Series& Metrics::Find(const std::string& name,
                                       const std::vector<std::string>& labels) {
  const auto it = metrics_.find(name);
  assert(it != metrics_.end() && "metric is in no table");
  Metric& metric = it->second;
  assert(labels.size() == metric.spec.labels.size());
  std::vector<std::string> values = labels;
  for (size_t i = 0; i < values.size(); ++i) {
    const std::vector<std::string>& known = metric.spec.labels[i].values;
    if (!known.empty() && std::find(known.begin(), known.end(), values[i]) == known.end()) {
      values[i] = "other";
    }
  }
  const auto [entry, added] = metric.series.try_emplace(values);
  Metric::Series& series = entry->second;
  if (added) {
    std::map<std::string, std::string> pairs;
    for (size_t i = 0; i < values.size(); ++i) pairs[metric.spec.labels[i].name] = values[i];
    if (metric.counters != nullptr) series.counter = &metric.counters->Add(pairs);
    if (metric.gauges != nullptr) series.gauge = &metric.gauges->Add(pairs);
    if (metric.histograms != nullptr) {
      series.histogram = &metric.histograms->Add(pairs, metric.spec.buckets);
    }
  }
  return series;
}

void Metrics::Add(const std::string& name, const std::vector<std::string>& labels, double by) {
  std::lock_guard lock(mutex_);
  Find(name, labels).counter->Increment(by);
}

void Metrics::Set(const std::string& name, const std::vector<std::string>& labels, double value) {
  std::lock_guard lock(mutex_);
  Find(name, labels).gauge->Set(value);
}

void Metrics::Observe(const std::string& name, const std::vector<std::string>& labels,
                      double value) {
  std::lock_guard lock(mutex_);
  Find(name, labels).histogram->Observe(value);
}

double Metrics::Value(const std::string& name, const std::vector<std::string>& labels) {
  std::lock_guard lock(mutex_);
  const Metric::Series& series = Find(name, labels);
  if (series.counter != nullptr) return series.counter->Value();
  if (series.gauge != nullptr) return series.gauge->Value();
  return static_cast<double>(series.histogram->Collect().histogram.sample_count);
}

std::vector<std::string> Metrics::Describe() {
  static constexpr const char* kKinds[] = {"counter", "gauge", "histogram"};
  std::lock_guard lock(mutex_);
  std::vector<std::string> lines;
  for (const auto& [name, metric] : metrics_) {
    std::vector<std::string> labels;
    for (const LabelSpec& label : metric.spec.labels) labels.push_back(label.name);
    lines.push_back(absl::StrCat(name, " ", kKinds[static_cast<int>(metric.spec.kind)], " {",
                                 absl::StrJoin(labels, ","), "}"));
  }
  return lines;
}

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(
    const std::string& listen, const std::shared_ptr<prometheus::Registry>& registry) {
  try {
    return std::make_unique<ExposerServer>(listen, registry);
  } catch (const std::exception&) {  // whose words tell nothing of the address
    return absl::UnavailableError(absl::StrCat("cannot serve metrics on ", listen,
                                               ": the address is in use or not this machine's"));
  }
}

}  // namespace evenkeel::obs
