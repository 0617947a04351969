#include "tools/genesys_sim/api/faults.h"

#include <absl/strings/str_cat.h>

#include "tools/genesys_sim/api/answers.h"

namespace evenkeel::sim {

std::optional<Fault> Faults::Take(std::string_view method, std::string_view path) {
  for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
    if (!path.starts_with(fault->path_prefix)) continue;
    if (!fault->method.empty() && fault->method != method) continue;
    const Fault taken = *fault;
    if (--fault->count == 0) faults_.erase(fault);
    return taken;
  }
  return std::nullopt;
}

HttpAnswer FaultAnswer(const Fault& fault, std::string_view context_id) {
  HttpAnswer answer;
  if (fault.status == 502 || fault.status == 504) {  // a gateway's, not the API's
    answer.status = fault.status;
    answer.headers.emplace_back("Content-Type", "text/html");
    answer.body = absl::StrCat("<html><body><h1>", fault.status, "</h1></body></html>");
  } else {
    answer =
        ErrorAnswer(ErrorText{fault.status, "fault.injected", "asked for by a test"}, context_id);
  }
  if (fault.retry_after) {
    answer.headers.emplace_back("Retry-After",
                                absl::StrCat(absl::ToInt64Seconds(*fault.retry_after)));
  }
  return answer;
}

void Spoil(const Fault& fault, HttpAnswer& answer) {
  switch (fault.kind) {
    case FaultKind::kStatus:
      break;
    case FaultKind::kMalformed:
      answer.body = answer.body.size() < 2 ? "{" : answer.body.substr(0, answer.body.size() / 2);
      break;
    case FaultKind::kTruncate:
      answer.delivery = Delivery::kTruncated;
      break;
    case FaultKind::kDrop:
      answer.delivery = Delivery::kDropped;
      break;
    case FaultKind::kLatency:
      answer.delay = fault.latency;
      break;
  }
}

}  // namespace evenkeel::sim
