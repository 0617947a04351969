// Where an organisation's API is: from the name of its region or its domain (API-1).
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "common/genesys/operations.h"

namespace evenkeel::genesys {

struct BaseUrls {
  std::string api;    // "https://api.mypurecloud.ie"
  std::string login;  // "https://login.mypurecloud.ie"

  friend bool operator==(const BaseUrls&, const BaseUrls&) = default;
};

// platform: a region's name ("eu_west_1", also "eu-west-1") or any domain ("mypurecloud.ie", with
// or without "https://", "api.", "apps.", "login." and a slash at the end). guide:
// https://{region}.mygenesys.com for both, as guide 1 has it. INVALID_ARGUMENT for anything else,
// with the nearest known name: there is no default.
absl::StatusOr<BaseUrls> ResolveRegion(std::string_view region, Dialect dialect);

}  // namespace evenkeel::genesys
