// What is tried before the loops run, and by `evenkeelctl doctor` (API-10): does the client belong
// to the organisation that the configuration means, does the clock agree, may it do all that the
// loops need, and does the centre move agents on its own?
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/genesys/centre_reader.h"
#include "common/genesys/client.h"
#include "common/genesys/platform_parse.h"

namespace evenkeel::genesys {

// The organisation that the configuration means; empty: not pinned.
struct Pins {
  std::string organisation_id;
  std::string organisation_name;

  bool empty() const { return organisation_id.empty() && organisation_name.empty(); }
};

// What the API tells about itself and us.
struct Identity {
  std::optional<platform::Organisation> organisation;  // absent: the guide dialect does not tell
  std::optional<absl::Duration> clock_ahead;  // our clock minus the API's; absent: not comparable
};

// Fetches a token and asks who we are. INVALID_ARGUMENT that IsPinRefusal when the organisation is
// not the pinned one, or a pin is set and the dialect does not tell the organisation. Else the
// codes of ApiClient::Call, and DATA_LOSS.
absl::StatusOr<Identity> CheckIdentity(Client& client, const Pins& pins, const Clock& clock,
                                       const CallLimits& limits);

// Whether the credentials are wrong for good; an answer with the same code may come from a gateway.
bool IsPinRefusal(const absl::Status& status);

struct ProbeResult {
  const Operation* operation;
  std::vector<std::string> loops;  // that need it
  absl::Status status;
};

struct PreflightReport {
  absl::Status identity_status;  // of CheckIdentity
  Identity identity;
  absl::Status queues_status;               // of reading the configured queues with their members
  absl::Status campaigns_status;            // of reading the configured campaigns
  std::vector<ProbeResult> probes;          // not tried when there is no token
  std::vector<std::string> gone;            // configured queues that are not there
  std::vector<std::string> gone_campaigns;  // configured campaigns that are not there
  std::vector<std::string> automated;       // queues where native automation moves agents too
  double requests_per_minute = 0;           // our share of the limit that the API told
  std::vector<std::string> warnings;        // what may be so, but is worth knowing; one line each

  bool ok() const;
  // Permissions whose lack was named for `loop`, sorted.
  std::vector<std::string> MissingPermissions(const std::string& loop) const;
};

// Tries everything once; what fails is in the report.
PreflightReport RunPreflight(Client& client, CentreReader& reader, const Pins& pins,
                             std::span<const std::string> queue_ids, const Clock& clock,
                             const CallLimits& limits, OptionalReads optional = {});

}  // namespace evenkeel::genesys
