#include "common/genesys/regions.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/strip.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "common/base/flags.h"
#include "common/base/string_bridge.h"

namespace evenkeel::genesys {
namespace {

// From the official SDK's table of hosts.
constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kRegions = {{
    {"us_east_1", "mypurecloud.com"},
    {"eu_west_1", "mypurecloud.ie"},
    {"ap_southeast_2", "mypurecloud.com.au"},
    {"ap_northeast_1", "mypurecloud.jp"},
    {"eu_central_1", "mypurecloud.de"},
    {"us_west_2", "usw2.pure.cloud"},
    {"ca_central_1", "cac1.pure.cloud"},
    {"ap_northeast_2", "apne2.pure.cloud"},
    {"eu_west_2", "euw2.pure.cloud"},
    {"ap_south_1", "aps1.pure.cloud"},
    {"us_east_2", "use2.us-gov-pure.cloud"},
    {"sa_east_1", "sae1.pure.cloud"},
    {"me_central_1", "mec1.pure.cloud"},
    {"ap_northeast_3", "apne3.pure.cloud"},
    {"eu_central_2", "euc2.pure.cloud"},
    {"mx_central_1", "mxc1.pure.cloud"},
    {"ap_southeast_1", "apse1.pure.cloud"},
    {"eusc_de_east_1", "edee1.eusc-pure.cloud"},
}};

bool IsHostName(std::string_view text) {
  return !text.empty() && text.size() <= 200 && text.front() != '.' && text.back() != '.' &&
         text.find("..") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '.'; });
}

absl::Status Unknown(std::string_view region) {
  std::vector<std::string> names;
  for (const auto& [name, domain] : kRegions) names.emplace_back(name);
  const std::string nearest = NearestName(absl::StrReplaceAll(ToAbsl(region), {{"-", "_"}}), names);
  return absl::InvalidArgumentError(
      absl::StrCat("region \"", ToAbsl(region), "\" is not known",
                   nearest.empty() ? "" : absl::StrCat(" (did you mean ", nearest, "?)"),
                   ": name a region such as eu_west_1, or the domain such as mypurecloud.ie"));
}

}  // namespace

absl::StatusOr<BaseUrls> ResolveRegion(std::string_view region, Dialect dialect) {
  std::string text = absl::AsciiStrToLower(absl::StripAsciiWhitespace(ToAbsl(region)));
  if (dialect == Dialect::kGuide) {
    if (!IsHostName(text)) return Unknown(region);
    const std::string url =
        absl::StrCat("https://", absl::StripSuffix(text, ".mygenesys.com"), ".mygenesys.com");
    return BaseUrls{url, url};
  }
  const std::string name = absl::StrReplaceAll(text, {{"-", "_"}});
  for (const auto& [known, domain] : kRegions) {
    if (name == known) text = domain;
  }
  absl::string_view domain = absl::StripSuffix(absl::StripPrefix(text, "https://"), "/");
  for (const char* prefix : {"api.", "login.", "apps."}) domain = absl::StripPrefix(domain, prefix);
  if (!IsHostName(ToStd(domain)) || domain.find('.') == absl::string_view::npos) {
    return Unknown(region);
  }
  return BaseUrls{absl::StrCat("https://api.", domain), absl::StrCat("https://login.", domain)};
}

}  // namespace evenkeel::genesys
