// Who wants to know of every call to the API: metrics and logs. Called from any thread, inside the
// call; must be quick.
#pragma once

#include <absl/time/time.h>

#include <string_view>

namespace evenkeel::genesys {

class CallObserver {
 public:
  virtual ~CallObserver() = default;

  // One attempt of `operation` (a name of operations.h) ended after `duration`, real time.
  // `http_status` is 0 when no answer came. `attempt` counts from 1.
  virtual void OnAttempt(std::string_view operation, int http_status, absl::Duration duration,
                         int attempt) = 0;
  // After each answer: what the rate budget now is.
  virtual void OnBudget(double per_minute, double left) = 0;
};

}  // namespace evenkeel::genesys
