// Delivers alerts to one URL as JSON (FAIR-4): in their order, each at least once, from the store,
// where they wait as long as the receiver is away.
#pragma once

#include <absl/status/status.h>

#include <memory>
#include <stop_token>
#include <string>

#include "common/http/transport.h"
#include "services/fairness_scorer/ports/fairness_store.h"

namespace evenkeel::fairness {

class WebhookSink {
 public:
  // INVALID_ARGUMENT for a URL without a host.
  static absl::StatusOr<std::unique_ptr<WebhookSink>> Make(const std::string& url,
                                                           FairnessStore& store);
  WebhookSink(std::string url, std::unique_ptr<http::Transport> transport, FairnessStore& store)
      : url_(std::move(url)), transport_(std::move(transport)), store_(store) {}

  // Delivers what there is; stops at the first alert that the receiver does not take (no 2xx),
  // which the next run begins with. How many it took.
  absl::StatusOr<int64_t> Run(std::stop_token stop);

 private:
  const std::string url_;
  const std::unique_ptr<http::Transport> transport_;
  FairnessStore& store_;
};

}  // namespace evenkeel::fairness
