// Metrics as tables: each service lists its metrics in metrics.h with name, kind, labels with their
// closed value sets, and help. A label value outside its set is counted as "other", so the number
// of time series is bounded by the table. Ids are never label values.
#pragma once

#include <absl/status/statusor.h>
#include <prometheus/registry.h>

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::obs {

enum class MetricKind { kCounter, kGauge, kHistogram };

struct LabelSpec {
  std::string name;
  std::vector<std::string> values;  // empty: set by code from a set that is closed elsewhere (RPC
                                    // methods, configured queues)
};

struct MetricSpec {
  std::string name;  // with its unit: "_seconds", "_ratio", "_total" ...
  MetricKind kind;
  std::vector<LabelSpec> labels;
  std::string help;
  std::vector<double> buckets = {};  // histograms
};

// Thread-safe.
class Metrics {
 public:
  Metrics();

  // Makes the metrics of a table known; those with closed label sets (or none) exist at once, at 0.
  // A table may be registered again (two clients of one process share theirs); a name with another
  // meaning may not.
  void Register(std::span<const MetricSpec> table);

  // The metric must be registered; `labels` are the values in the table's order.
  void Add(const std::string& name, const std::vector<std::string>& labels = {}, double by = 1);
  void Set(const std::string& name, const std::vector<std::string>& labels, double value);
  void Observe(const std::string& name, const std::vector<std::string>& labels, double value);

  // The present value of a counter or gauge, or the count of a histogram; 0 when not yet used.
  double Value(const std::string& name, const std::vector<std::string>& labels = {});

  // "name kind labels", one line for each registered metric, by name.
  std::vector<std::string> Describe();

  const std::shared_ptr<prometheus::Registry>& registry() const { return registry_; }

 private:
  struct Metric {
    MetricSpec spec;
    prometheus::Family<prometheus::Counter>* counters = nullptr;
    prometheus::Family<prometheus::Gauge>* gauges = nullptr;
    prometheus::Family<prometheus::Histogram>* histograms = nullptr;
    struct Series {
      prometheus::Counter* counter = nullptr;
      prometheus::Gauge* gauge = nullptr;
      prometheus::Histogram* histogram = nullptr;
    };
    std::map<std::vector<std::string>, Series> series;
  };
  Metric::Series& Find(const std::string& name, const std::vector<std::string>& labels);

  std::shared_ptr<prometheus::Registry> registry_;
  std::mutex mutex_;
  std::map<std::string, Metric> metrics_;
};

// Serves a registry over HTTP at /metrics. Not movable.
class MetricsServer {
 public:
  // `listen` is "host:port", port 0 for any. UNAVAILABLE when it cannot listen.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(
      const std::string& listen, const std::shared_ptr<prometheus::Registry>& registry);
  virtual ~MetricsServer() = default;
  virtual int port() const = 0;
};

}  // namespace evenkeel::obs
