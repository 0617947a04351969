// Counts the calls to the Genesys API of one OAuth client, and shows its rate budget.
#pragma once

#include <string>
#include <vector>

#include "common/genesys/call_observer.h"
#include "common/obs/metrics.h"

namespace evenkeel::runtime {

// Thread-safe.
class CallMetrics final : public genesys::CallObserver {
 public:
  // `client` is "read" or "write". Several clients of one process share the metrics.
  CallMetrics(obs::Metrics& metrics, std::string client);

  void OnAttempt(std::string_view operation, int http_status, absl::Duration duration,
                 int attempt) override;
  void OnBudget(double per_minute, double left) override;

 private:
  obs::Metrics& metrics_;
  const std::string client_;
};

}  // namespace evenkeel::runtime
