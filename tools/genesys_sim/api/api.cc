#include "tools/genesys_sim/api/api.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>

#include <algorithm>

#include "common/base/string_bridge.h"
#include "tools/genesys_sim/api/answers.h"

namespace evenkeel::sim {
namespace {

Scenario ForDialect(Scenario scenario, Dialect dialect) {
  if (dialect == Dialect::kPlatform) {
    for (Queue& queue : scenario.queues) queue.inbound_capacity.reset();
  } else {
    for (Agent& agent : scenario.agents) {
      for (Membership& membership : agent.memberships) membership.joined = true;
    }
  }
  return scenario;
}

int64_t RateLimit(const ApiOptions& options) {
  if (options.rate_limit > 0) return options.rate_limit;
  return options.dialect == Dialect::kPlatform ? 300 : 100;
}

template <typename Items>
std::map<std::string, int> IndexById(const Items& items) {
  std::map<std::string, int> index;
  for (size_t i = 0; i < items.size(); ++i) index[items[i].id] = static_cast<int>(i);
  return index;
}

absl::StatusOr<int> Find(const std::map<std::string, int>& index, const char* what,
                         const std::string& id) {
  const auto found = index.find(id);
  if (found == index.end()) {
    return absl::NotFoundError(absl::StrCat("there is no ", what, " \"", id, "\""));
  }
  return found->second;
}

// Whether `path` fits `pattern` ("/users/{id}"); fills `values` with what stands for the braces.
bool Fits(std::string_view pattern, std::string_view path, std::vector<std::string>& values) {
  const std::vector<std::string> want = absl::StrSplit(ToAbsl(pattern), '/');
  const std::vector<std::string> have = absl::StrSplit(ToAbsl(path), '/');
  if (want.size() != have.size()) return false;
  values.clear();
  for (size_t i = 0; i < want.size(); ++i) {
    if (!want[i].starts_with("{")) {
      if (want[i] != have[i]) return false;
      continue;
    }
    const auto value = PercentDecode(have[i], false);
    if (!value || value->empty()) return false;
    values.push_back(*value);
  }
  return true;
}

std::string Header(const HttpRequest& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? "" : found->second;
}

}  // namespace

std::string_view DialectName(Dialect dialect) {
  return dialect == Dialect::kPlatform ? "platform" : "guide";
}

Api::Api(Scenario scenario, ApiOptions options, const Clock& clock, IdSource& ids)
    : options_(std::move(options)),
      clock_(clock),
      ids_(ids),
      records_(scenario.agents.size()),
      engine_(ForDialect(std::move(scenario), options_.dialect), options_.seed, options_.epoch,
              {.end = options_.until ? options_.epoch + *options_.until : absl::InfiniteFuture(),
               .observer = &records_}),
      tokens_(options_.clients, options_.token_lifetime, RateLimit(options_),
              options_.dialect == Dialect::kPlatform ? absl::Minutes(1) : absl::Seconds(1), ids),
      faults_(options_.seed),
      queues_(IndexById(engine_.scenario().queues)),
      agents_(IndexById(engine_.scenario().agents)),
      skills_(IndexById(engine_.scenario().skills)),
      campaigns_(IndexById(engine_.scenario().campaigns)),
      guide_(engine_, options_.seed),
      platform_(engine_.scenario()) {
  for (const Fault& fault : options_.faults) faults_.Add(fault);
}

absl::StatusOr<int> Api::FindCampaign(const std::string& id) const {
  return Find(campaigns_, "campaign", id);
}

absl::StatusOr<int> Api::FindQueue(const std::string& id) const {
  return Find(queues_, "queue", id);
}

absl::StatusOr<int> Api::FindAgent(const std::string& id) const {
  return Find(agents_, "user", id);
}

std::optional<int> Api::FindSkill(const std::string& id) const {
  const auto found = skills_.find(id);
  return found == skills_.end() ? std::nullopt : std::optional(found->second);
}

void Api::Advance() {
  std::lock_guard lock(mutex_);
  AdvanceLocked();
}

void Api::AdvanceLocked() {
  const absl::Time now = clock_.Now();
  while (const auto event = faults_.NextEvent(now - options_.epoch)) {
    guide_.AdvanceTo(engine_, options_.epoch + event->first);
    if (event->second == FaultKind::kRevoke) {
      tokens_.RevokeAll();
    } else {
      EditByOther();
    }
  }
  guide_.AdvanceTo(engine_, now);
}

void Api::EditByOther() {
  Stream& choices = faults_.edits();
  const auto queue =
      static_cast<int>(choices.Uniform() * static_cast<double>(scenario().queues.size()));
  if (options_.dialect == Dialect::kGuide) {
    std::optional<int64_t>& capacity = guide_.queues[queue].inbound_capacity;
    const int64_t step = choices.Uniform() < 0.5 ? -1 : 1;
    capacity = std::clamp<int64_t>(capacity.value_or(200) + step, 1, 200);
    return guide_.ApplyCapacity(engine_, queue);
  }
  const std::vector<int>& members = engine_.Members(queue);
  if (members.empty()) return;
  const int agent =
      members[static_cast<size_t>(choices.Uniform() * static_cast<double>(members.size()))];
  engine_.SetJoinedNow(agent, queue, !engine_.Joined(agent, queue).value_or(false));
}

const Operation* Api::FindOperation(std::string_view method, std::string_view path,
                                    std::vector<std::string>& values) const {
  const auto& own =
      options_.dialect == Dialect::kPlatform ? PlatformOperations() : GuideOperations();
  for (const auto* table : {&own, &AdminOperations()}) {
    for (const Operation& operation : *table) {
      if (operation.method == method && Fits(operation.path, path, values)) return &operation;
    }
  }
  return nullptr;
}

HttpAnswer Api::Handle(const HttpRequest& request) {
  std::lock_guard lock(mutex_);
  AdvanceLocked();
  const size_t question = request.target.find('?');
  const std::string_view target = request.target;
  const std::string_view path = target.substr(0, question);
  const std::string_view query =
      question == std::string::npos ? std::string_view() : target.substr(question + 1);
  const std::string context_id = ids_.NewId();
  HttpAnswer answer;
  if (path.starts_with("/admin/")) {
    const Operation* operation = nullptr;
    std::optional<Allowance> allowance;
    answer = Dispatch(request, path, query, context_id, nullptr, operation, allowance);
  } else {
    answer = HandleCounted(request, path, query, context_id);
  }
  if (options_.observer) options_.observer(request, answer);
  return answer;
}

HttpAnswer Api::HandleCounted(const HttpRequest& request, std::string_view path,
                              std::string_view query, const std::string& context_id) {
  const absl::Duration passed = clock_.Now() - options_.epoch;
  std::vector<std::string> parts;
  const Operation* operation = FindOperation(request.method, path, parts);
  const bool is_read = operation != nullptr && operation->access == Access::kRead;
  const std::optional<Fault> fault = faults_.Take(request.method, path, is_read, passed);
  operation = nullptr;
  std::optional<Allowance> allowance;
  HttpAnswer answer;
  if (fault && fault->kind == FaultKind::kStatus) {
    answer = FaultAnswer(*fault, context_id);
  } else if (fault && fault->kind == FaultKind::kSkew) {
    HttpRequest meant = request;  // by the API's clock
    meant.body = ShiftInstants(request.body, -fault->skew);
    std::string shifted(query);
    absl::StrReplaceAll({{"%3A", ":"}, {"%3a", ":"}}, &shifted);
    shifted = ShiftInstants(shifted, -fault->skew);
    meant.target = absl::StrCat(ToAbsl(path), query.empty() ? "" : "?", shifted);
    answer = Dispatch(meant, path, shifted, context_id, nullptr, operation, allowance);
  } else {
    answer =
        Dispatch(request, path, query, context_id, fault ? &*fault : nullptr, operation, allowance);
  }
  if (fault) Spoil(*fault, clock_.Now(), answer);
  answer.headers.emplace_back("ININ-Correlation-Id", context_id);
  if (allowance) {
    answer.headers.emplace_back("inin-ratelimit-count", absl::StrCat(allowance->used));
    answer.headers.emplace_back("inin-ratelimit-allowed", absl::StrCat(allowance->allowed));
    answer.headers.emplace_back(
        "inin-ratelimit-reset",
        absl::StrCat(absl::ToInt64Seconds(absl::Ceil(allowance->reset, absl::Seconds(1)))));
  }

  ++counts_.requests;
  if (allowance && allowance->exceeded) ++counts_.rate_limited;
  const std::string name =
      operation == nullptr ? (fault ? "fault" : "unknown")
                           : absl::StrCat(ToAbsl(operation->method), " ", ToAbsl(operation->path));
  ++counts_.by_operation[name][answer.status];
  if (operation != nullptr && operation->access == Access::kWrite && answer.status < 300) {
    ++counts_.writes;
    ++counts_.writes_by_operation[name];
  }
  return answer;
}

HttpAnswer Api::Dispatch(const HttpRequest& request, std::string_view path, std::string_view query,
                         const std::string& context_id, const Fault* fault,
                         const Operation*& operation, std::optional<Allowance>& allowance) {
  ApiCall call{request, {}, Parameters(query), "", nullptr, context_id};
  operation = FindOperation(request.method, path, call.path);
  call.operation = operation;
  if (operation == nullptr) {
    return ErrorAnswer(
        ErrorText{404, "not.found",
                  absl::StrCat("there is no ", request.method, " ", ToAbsl(path), " in this API")},
        context_id);
  }
  if (operation->access != Access::kOpen) {
    const std::string authorization = Header(request, "authorization");
    if (!absl::StartsWithIgnoreCase(authorization, "bearer ")) {
      return ErrorAnswer(ErrorText{401, "authentication.required",
                                   "No authentication bearer token specified in authorization "
                                   "header."},
                         context_id);
    }
    call.token = authorization.substr(7);
    call.client = tokens_.Find(call.token, clock_.Now());
    if (call.client == nullptr) {
      return ErrorAnswer(ErrorText{401, "bad.credentials", "Invalid login credentials."},
                         context_id);
    }
    allowance = tokens_.Spend(call.token, clock_.Now());
    if (allowance->exceeded) return TooManyRequests(allowance->reset, context_id);
    if (operation->access == Access::kWrite && !call.client->may_write) {
      return ErrorAnswer(ErrorText{403, "missing.any.permissions",
                                   absl::StrCat("Unable to perform the requested action. You are "
                                                "missing the following permission(s): [",
                                                ToAbsl(operation->permission), "]")},
                         context_id);
    }
  }
  if (request.too_large) {
    return ErrorAnswer(ErrorText{413, "response.entity.too.large",
                                 absl::StrCat("the body is larger than ", kMaxBodyBytes, " bytes")},
                       context_id);
  }
  if (const std::string type = Header(request, "content-type");
      !request.body.empty() && path.starts_with("/api/") && !type.starts_with("application/json")) {
    return ErrorAnswer(
        ErrorText{415, "unsupported.media.type", "the body must be application/json"}, context_id);
  }
  const auto fresh = [&] {
    absl::StatusOr<HttpAnswer> answer = operation->handler(*this, call);
    return answer.ok() ? *std::move(answer) : ErrorAnswer(answer.status(), context_id);
  };
  if (fault == nullptr || fault->kind != FaultKind::kStale || operation->access != Access::kRead) {
    return fresh();
  }
  return faults_.Stale(*fault,
                       absl::StrCat(request.method, " ", request.target, "\n", request.body),
                       clock_.Now() - options_.epoch, fresh);
}

}  // namespace evenkeel::sim
