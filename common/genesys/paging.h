// Reads a listing to its end in each style of the API (API-4): bounded, and safe against pages that
// repeat or move while they are read.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>
#include <string_view>

#include "common/genesys/api_client.h"
#include "common/genesys/parse.h"

namespace evenkeel::genesys {

enum class PagingStyle {
  kPageNumber,         // pageNumber 1, 2, ... up to pageCount; without one while there is a nextUri
  kNextUri,            // nextUri names the next page; its host is never followed
  kContinuationToken,  // continuation_token of an answer asks for the next
  kUntilEmpty,         // pageNumber 1, 2, ... until a page holds nothing
};

// More pages than any centre has: an API that goes on for ever must not keep us for ever.
inline constexpr int kMaxPages = 5000;

// Parses one page's body, keeps what it holds, and tells about it.
using TakePage = std::function<absl::StatusOr<PageInfo>(std::string_view body)>;

struct Paged {
  int requests = 0;
  int64_t entries = 0;           // on all pages, also those that came twice
  std::optional<int64_t> total;  // as the last page said
  bool moved = false;            // the total changed while the pages were read
};

// Sends `operation` until the listing ends. DATA_LOSS when a page cannot be understood, when the
// API leads in a circle or to another path, or after kMaxPages.
absl::StatusOr<Paged> ReadPages(ApiClient& api, const Operation& operation,
                                const ApiRequest& request, PagingStyle style,
                                const CallLimits& limits, const TakePage& take);

}  // namespace evenkeel::genesys
