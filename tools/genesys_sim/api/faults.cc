#include "tools/genesys_sim/api/faults.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <iterator>

#include "common/base/string_bridge.h"
#include "tools/genesys_sim/api/answers.h"

namespace evenkeel::sim {

namespace {

constexpr uint64_t kShareChoices = 200, kEditChoices = 201;
constexpr size_t kMostKept = 1000;
constexpr std::string_view kListings[] = {"entities",    "results",   "conversations", "calls",
                                          "userDetails", "intervals", "metrics"};

// The end of the JSON value that begins at `at`, before a comma or `also`; npos: it has none.
size_t EndOfValue(const std::string& json, size_t at, char also = ',') {
  int depth = 0;
  bool quoted = false;
  for (size_t i = at; i < json.size(); ++i) {
    const char c = json[i];
    if (quoted) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        quoted = false;
      }
      continue;
    }
    if (c == '"') quoted = true;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') {
      if (depth == 0) return i;  // of what holds the value
      --depth;
    }
    if ((c == ',' || c == also) && depth == 0) return i;
  }
  return std::string::npos;
}

}  // namespace

void CheckFault(const Fault& fault, const std::function<std::string(const char*)>& name,
                Violations& violations) {
  if (fault.status < 200 || fault.status > 599)
    violations.Add(name("status"), "must be 200 to 599");
  const auto span = [&](absl::Duration value, absl::Duration least, absl::Duration most,
                        const char* field, const char* problem) {
    if (value < least || value > most) violations.Add(name(field), problem);
  };
  span(fault.latency, absl::ZeroDuration(), absl::Minutes(10), "latency",
       "must be 0 to 10 minutes");
  if (fault.retry_after) {
    span(*fault.retry_after, absl::ZeroDuration(), absl::Hours(24), "retry_after",
         "must be 0 to 24 hours");
  }
  span(fault.age, absl::ZeroDuration(), absl::Hours(24), "age", "must be 0 to 24 hours");
  span(fault.skew, -absl::Hours(24), absl::Hours(24), "skew", "must be -24 to 24 hours");
  span(fault.every, absl::Seconds(1), absl::Hours(24), "every", "must be 1 second to 24 hours");
  span(fault.from, absl::ZeroDuration(), absl::Hours(24 * 366), "from", "must be 0 or more");
  if (fault.until <= fault.from) violations.Add(name("until"), "must be after from");
  if (!(fault.share_ratio > 0 && fault.share_ratio <= 1)) {
    violations.Add(name("share_ratio"), "must be above 0, to 1");
  }
  static constexpr std::string_view kMethods[] = {"", "GET", "POST", "PUT", "PATCH", "DELETE"};
  if (std::find(std::begin(kMethods), std::end(kMethods), fault.method) == std::end(kMethods)) {
    violations.Add(name("method"), "must be GET, POST, PUT, PATCH or DELETE");
  }
  if (fault.count < 0) violations.Add(name("count"), "must be 0 (any number) or more");
}

Faults::Faults(uint64_t seed) : shares_(seed, {kShareChoices}), edits_(seed, {kEditChoices}) {}

void Faults::Add(Fault fault, absl::Duration passed) {
  if (fault.kind == FaultKind::kEditor && fault.from < passed) {
    fault.from += absl::Ceil(passed - fault.from, fault.every);
  }
  if (fault.kind == FaultKind::kRevoke) fault.from = std::max(fault.from, passed);
  fault.number = ++added_;
  faults_.push_back(std::move(fault));
}

void Faults::Clear() {
  faults_.clear();
  kept_.clear();
}

std::optional<Fault> Faults::Take(std::string_view method, std::string_view path, bool is_read,
                                  absl::Duration passed) {
  for (const Fault& fault : faults_) {
    if (fault.until <= passed) Forget(fault);
  }
  std::erase_if(faults_, [&](const Fault& fault) { return fault.until <= passed; });
  for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
    if (!IsOfRequests(fault->kind) || passed < fault->from) continue;
    if (!path.starts_with(fault->path_prefix)) continue;
    if (fault->kind == FaultKind::kStale && !is_read) continue;
    if (!fault->method.empty() && fault->method != method) continue;
    if (fault->share_ratio < 1 && shares_.Uniform() >= fault->share_ratio) continue;
    const Fault taken = *fault;
    if (fault->count > 0 && --fault->count == 0) {
      Forget(*fault);
      faults_.erase(fault);
    }
    return taken;
  }
  return std::nullopt;
}

std::optional<std::pair<absl::Duration, FaultKind>> Faults::NextEvent(absl::Duration passed) {
  auto next = faults_.end();
  for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
    if (IsOfRequests(fault->kind) || fault->from > passed || fault->from >= fault->until) continue;
    if (next == faults_.end() || fault->from < next->from) next = fault;
  }
  if (next == faults_.end()) return std::nullopt;
  const std::pair event(next->from, next->kind);
  if (next->kind == FaultKind::kRevoke || (next->count > 0 && --next->count == 0)) {
    faults_.erase(next);
  } else {
    next->from += next->every;
  }
  return event;
}

HttpAnswer Faults::Stale(const Fault& fault, const std::string& question, absl::Duration passed,
                         const std::function<HttpAnswer()>& fresh) {
  const std::pair key(fault.number, question);
  const auto found = kept_.find(key);
  if (found != kept_.end() && passed - found->second.at <= fault.age) return found->second.answer;
  HttpAnswer answer = fresh();
  if (kept_.size() >= kMostKept) {
    std::erase_if(kept_, [&](const auto& entry) {
      return entry.first.first == fault.number && passed - entry.second.at > fault.age;
    });
    if (kept_.size() >= kMostKept) kept_.clear();
  }
  if (answer.status < 300) kept_[key] = {passed, answer};
  return answer;
}

void Faults::Forget(const Fault& fault) {
  std::erase_if(kept_, [&](const auto& entry) { return entry.first.first == fault.number; });
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

// Where the first element is of the root array, or of the first array under a listing's name in the
// root object; npos: there is none.
static size_t BeginOfListing(const std::string& json) {
  if (json.starts_with("[")) return 1;
  if (!json.starts_with("{")) return std::string::npos;
  for (size_t at = 1; at < json.size() && json[at] == '"';) {
    const size_t value = EndOfValue(json, at, ':');
    if (value == std::string::npos) break;
    const std::string key = json.substr(at + 1, value - at - 2);
    if (std::find(std::begin(kListings), std::end(kListings), key) != std::end(kListings) &&
        json.compare(value, 2, ":[") == 0) {
      return value + 2;
    }
    const size_t end = EndOfValue(json, value + 1);
    if (end == std::string::npos || json[end] != ',') break;
    at = end + 1;
  }
  return std::string::npos;
}

std::string HalfOfListing(const std::string& json) {
  const size_t begin = BeginOfListing(json);
  if (begin == std::string::npos || begin >= json.size() || json[begin] == ']') return json;
  std::vector<size_t> ends;
  for (size_t at = begin;;) {
    const size_t end = EndOfValue(json, at);
    if (end == std::string::npos) return json;
    ends.push_back(end);
    if (json[end] != ',') break;
    at = end + 1;
  }
  const size_t kept = ends.size() / 2;
  return json.substr(0, kept == 0 ? begin : ends[kept - 1]) + json.substr(ends.back());
}

std::string ShiftInstants(const std::string& text, absl::Duration by) {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd";
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto starts = [&](size_t at) {
    if (text.size() - at <= kForm.size() || (at > 0 && is_digit(text[at - 1]))) return false;
    return std::equal(kForm.begin(), kForm.end(), text.begin() + static_cast<ptrdiff_t>(at),
                      [&](char form, char c) { return form == 'd' ? is_digit(c) : form == c; });
  };
  std::string shifted;
  for (size_t at = 0; at < text.size();) {
    if (starts(at)) {
      size_t end = at + kForm.size();
      if (text[end] == '.') {
        do ++end;
        while (end < text.size() && is_digit(text[end]));
      }
      // An offset, or as "%2B" in a query, stays: what is shifted is the time before it.
      const bool zoned = end < text.size() && (text[end] == 'Z' || text[end] == '+' ||
                                               text[end] == '-' || text[end] == '%');
      absl::Time time;
      std::string error;
      if (zoned &&
          absl::ParseTime(absl::RFC3339_full, text.substr(at, end - at) + "Z", &time, &error)) {
        const size_t fraction = end - at - kForm.size();  // with its point
        const std::string form = fraction < 2
                                     ? "%Y-%m-%dT%H:%M:%S"
                                     : absl::StrCat("%Y-%m-%dT%H:%M:%E", fraction - 1, "S");
        shifted += absl::FormatTime(form, time + by, absl::UTCTimeZone());
        at = end;
        continue;
      }
    }
    shifted.push_back(text[at++]);
  }
  return shifted;
}

void Spoil(const Fault& fault, absl::Time now, HttpAnswer& answer) {
  switch (fault.kind) {
    case FaultKind::kStatus:
    case FaultKind::kStale:
    case FaultKind::kRevoke:
    case FaultKind::kEditor:
      break;
    case FaultKind::kPartial:
      answer.body = HalfOfListing(answer.body);
      break;
    case FaultKind::kSkew:
      answer.body = ShiftInstants(answer.body, fault.skew);
      answer.headers.emplace_back("Date", absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT",
                                                           now + fault.skew, absl::UTCTimeZone()));
      break;
    case FaultKind::kMalformed:
      if (answer.status == 204) answer.status = 200;  // one that may have a body
      answer.body = answer.body.size() < 2 ? "{" : answer.body.substr(0, answer.body.size() / 2);
      break;
    case FaultKind::kTruncate:
      answer.delivery = answer.body.empty() ? Delivery::kDropped : Delivery::kTruncated;
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
