// The token operations of the two dialects: the client credentials grant, with the client's id and
// secret in the header (platform) or in the form (guide).
#pragma once

#include "tools/genesys_sim/api/api.h"

namespace evenkeel::sim {

absl::StatusOr<HttpAnswer> PlatformToken(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuideToken(Api& api, ApiCall& call);

}  // namespace evenkeel::sim
