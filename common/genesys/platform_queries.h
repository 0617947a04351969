// Pieces of the requests that the platform dialect's readers send.
#pragma once

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>
#include <absl/time/time.h>

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/writer.h"

namespace evenkeel::genesys {

// Ids in one request: keeps a URL under 4 kB, and a filter as small as other clients send.
inline constexpr size_t kBatch = 100;
inline constexpr char kPageSize[] = "100";
inline std::vector<std::span<const std::string>> Batches(std::span<const std::string> ids) {
  std::vector<std::span<const std::string>> batches;
  for (size_t at = 0; at < ids.size(); at += kBatch) {
    batches.push_back(ids.subspan(at, std::min(kBatch, ids.size() - at)));
  }
  return batches;
}

// "filter": any of these queues.
inline void WriteQueueFilter(json::Writer& writer, std::span<const std::string> queue_ids) {
  writer.Key("filter").BeginObject().Field("type", "or").Key("predicates").BeginArray();
  for (const std::string& id : queue_ids) {
    writer.BeginObject()
        .Field("type", "dimension")
        .Field("dimension", "queueId")
        .Field("operator", "matches")
        .Field("value", id)
        .EndObject();
  }
  writer.EndArray().EndObject();
}

inline void WriteStrings(json::Writer& writer, std::string_view key,
                         std::initializer_list<std::string_view> texts) {
  writer.Key(key).BeginArray();
  for (const std::string_view text : texts) writer.String(text);
  writer.EndArray();
}

inline std::string Interval(absl::Time from, absl::Time to) {
  const auto text = [](absl::Time time) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
  };
  return absl::StrCat(text(from), "/", text(to));
}

// Tries `parse` on an answer.
template <typename Out, typename Parse>
std::function<absl::Status(std::string_view)> Into(Parse parse) {
  return [parse](std::string_view body) {
    Out out;
    return parse(body, out).status();
  };
}

}  // namespace evenkeel::genesys
