// Reads a listing to its end in each style of the API (API-4): bounded, and safe against pages that
// repeat or move while they are read.
#pragma once

#include <absl/status/statusor.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/status_macros.h"
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

// How often a listing that moves is read.
inline constexpr int kMostReadings = 3;

struct Listing {
  int requests = 0;
  int64_t missing = 0;  // entries that the API counts, and that did not come
};

// Reads a listing into `entries` with `read`, and again when it moved (API-4): somebody came or
// left between two pages, so some entries came twice and others not at all. One that falls short by
// as much a second time holds still. `count` is its length where its own pages do not tell.
template <typename Entry>
absl::StatusOr<Listing> ReadWhole(std::map<std::string, Entry>& entries,
                                  std::optional<int64_t> count,
                                  const std::function<absl::StatusOr<Paged>()>& read) {
  Listing listing;
  for (int round = 1;; ++round) {
    entries.clear();
    EVENKEEL_ASSIGN_OR_RETURN(const Paged paged, read());
    listing.requests += paged.requests;
    // Without any count, whatever came twice came instead of another.
    const int64_t expected = paged.total.value_or(count.value_or(paged.entries));
    const int64_t missing = std::max<int64_t>(0, expected - static_cast<int64_t>(entries.size()));
    const bool still = missing == 0 || (round > 1 && missing == listing.missing);
    listing.missing = missing;
    if ((still && !paged.moved) || round == kMostReadings) return listing;
  }
}

}  // namespace evenkeel::genesys
