// The frames that many answers of the published Platform API share, for its parsers: listings and
// the results of analytics.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "common/genesys/parse.h"

namespace evenkeel::genesys::platform {

// The frame of every listing.
template <typename ReadEntity>
absl::StatusOr<PageInfo> ParseListing(std::string_view body, ReadEntity read) {
  PageInfo info;
  const absl::Status status = json::Reader().Parse(body, [&](json::Value root) {
    static constexpr std::array<std::string_view, 4> kKeys = {"entities", "total", "pageCount",
                                                              "nextUri"};
    return ReadMembers(root, kKeys, {0}, [&](int field, json::Value value) -> absl::Status {
      switch (field) {
        case 0:
          return ReadEach(value, [&](json::Value entity) -> absl::Status {
            ++info.entries;
            return read(entity);
          });
        case 1:
          if (value.IsNull()) return absl::OkStatus();
          return ReadCount(value, info.total.emplace());
        case 2:
          if (value.IsNull()) return absl::OkStatus();
          return ReadCount(value, info.page_count.emplace());
        default: {
          std::optional<std::string> uri;
          EVENKEEL_RETURN_IF_ERROR(value.Read(uri));
          info.next_uri = uri.value_or("");
          return absl::OkStatus();
        }
      }
    });
  });
  if (!status.ok()) return status;
  return info;
}

// What a result is about; empty: not grouped by it. Valid while the answer is being read.
struct Group {
  std::string_view queue, user, media;
};

inline absl::Status ReadGroup(json::Value value, Group& group) {
  static constexpr std::array<std::string_view, 3> kKeys = {"queueId", "userId", "mediaType"};
  return ReadMembers(value, kKeys, {}, [&](int field, json::Value id) {
    return ReadId(id, field == 0 ? group.queue : field == 1 ? group.user : group.media);
  });
}

struct Stats {
  int64_t count = 0;
  absl::Duration sum;
  std::optional<double> calculated;
};

inline absl::Status ReadStats(json::Value value, Stats& stats) {
  static constexpr std::array<std::string_view, 3> kKeys = {"count", "sum",
                                                            "calculatedMetricValue"};
  return ReadMembers(value, kKeys, {}, [&](int field, json::Value member) -> absl::Status {
    if (field == 0) return ReadCount(member, stats.count);
    if (field == 2) {
      EVENKEEL_RETURN_IF_ERROR(member.Read(stats.calculated));
      if (std::abs(stats.calculated.value_or(0)) > 1e15) return member.Error("must be within 1e15");
      return absl::OkStatus();
    }
    // Sums of times of many agents: in milliseconds, to 2 * 10^15 a whole number.
    double milliseconds = 0;
    EVENKEEL_RETURN_IF_ERROR(member.Read(milliseconds));
    if (milliseconds < 0 || milliseconds > 1e15) return member.Error("must be 0 to 1e15");
    stats.sum = absl::Milliseconds(milliseconds);
    return absl::OkStatus();
  });
}

// One {"metric", "qualifier", "stats"}.
inline absl::Status ReadMetric(json::Value value, std::string_view& metric,
                               std::string_view& qualifier, Stats& stats) {
  static constexpr std::array<std::string_view, 3> kKeys = {"metric", "qualifier", "stats"};
  return ReadMembers(value, kKeys, {0}, [&](int field, json::Value member) -> absl::Status {
    if (field == 0) return member.Read(metric);
    if (member.IsNull()) return absl::OkStatus();
    return field == 1 ? member.Read(qualifier) : ReadStats(member, stats);
  });
}

// The frame of every analytics answer: {"results": [{"group", "data": [...]}]}; an answer without
// results is one with nothing to report. The group may come after the data, so `read(datum)` must
// put things aside and `end(result, group)` files them.
template <typename ReadDatum, typename EndResult>
absl::Status ParseResults(std::string_view body, ReadDatum read, EndResult end) {
  return json::Reader().Parse(body, [&](json::Value root) {
    static constexpr std::array<std::string_view, 1> kKeys = {"results"};
    return ReadMembers(root, kKeys, {}, [&](int, json::Value results) -> absl::Status {
      if (results.IsNull()) return absl::OkStatus();
      return ReadEach(results, [&](json::Value result) -> absl::Status {
        static constexpr std::array<std::string_view, 2> kResult = {"group", "data"};
        Group group;
        EVENKEEL_RETURN_IF_ERROR(
            ReadMembers(result, kResult, {0}, [&](int field, json::Value value) -> absl::Status {
              if (field == 0) return ReadGroup(value, group);
              if (value.IsNull()) return absl::OkStatus();
              return ReadEach(value, read);
            }));
        return end(result, group);
      });
    });
  });
}

}  // namespace evenkeel::genesys::platform
