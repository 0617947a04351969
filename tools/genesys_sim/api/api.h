// The simulator's API without its transport: takes a whole request, lets the centre come to the
// clock's time, checks token, rate, permission and form, and answers. A table of operations for
// each dialect says what there is; a path of the other dialect is not found.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "tools/genesys_sim/api/faults.h"
#include "tools/genesys_sim/api/guide_state.h"
#include "tools/genesys_sim/api/http_server.h"
#include "tools/genesys_sim/api/platform_state.h"
#include "tools/genesys_sim/api/records.h"
#include "tools/genesys_sim/api/request.h"
#include "tools/genesys_sim/api/tokens.h"
#include "tools/genesys_sim/engine/engine.h"

namespace evenkeel::sim {

enum class Dialect { kPlatform, kGuide };
std::string_view DialectName(Dialect dialect);  // "platform", "guide"

struct ApiOptions {
  Dialect dialect = Dialect::kPlatform;
  uint64_t seed = 1;
  // The centre's first instant.
  absl::Time epoch = {};
  // The centre and its figures stand still from epoch + until on; empty: never.
  std::optional<absl::Duration> until = {};
  absl::Duration token_lifetime = absl::Hours(24);
  // Requests a token may make: a clock minute (platform), a clock second (guide). 0: the dialect's
  // published limit, 300 or 100.
  int64_t rate_limit = 0;
  std::vector<OAuthClient> clients = DefaultClients();
  std::vector<Fault> faults = {};
  GuideBehaviours guide_behaviours = {};
  // Told of every answered request, with the lock held; empty: nobody is.
  std::function<void(const HttpRequest&, const HttpAnswer&)> observer = {};
};

inline constexpr size_t kMaxBodyBytes = 512'000;

class Api;
struct Operation;

// A request on its way to the handler of its operation.
struct ApiCall {
  const HttpRequest& request;
  std::vector<std::string> path;  // what stands in place of the template's {...}
  Parameters parameters;
  std::string token;
  const OAuthClient* client = nullptr;  // null: an operation that needs no token
  std::string context_id;
  const Operation* operation = nullptr;
};

// Must call parameters.Finish() before it changes anything.
using Handler = absl::StatusOr<HttpAnswer> (*)(Api&, ApiCall&);

enum class Access {
  kOpen,   // no token
  kRead,   // any token
  kWrite,  // a token of a client that may write
};

struct Operation {
  std::string_view method;
  std::string_view path;  // "/api/v2/users/{userId}"
  Access access;
  std::string_view permission;  // that the error names; several with commas: any of them
  Handler handler;
};

const std::vector<Operation>& AdminOperations();
const std::vector<Operation>& PlatformOperations();
const std::vector<Operation>& GuideOperations();

class Api {
 public:
  // `scenario` must pass Validate. In the guide dialect all members are joined, because there is no
  // way to join, and queues are limited by inbound_capacity; in the platform dialect they are not.
  // `clock` and `ids` must outlive this.
  Api(Scenario scenario, ApiOptions options, const Clock& clock, IdSource& ids);

  // Thread-safe.
  HttpAnswer Handle(const HttpRequest& request);
  // Lets the centre come to the clock's time, so that a request after a long pause is not slow.
  // Thread-safe.
  void Advance();

  // For handlers, which are called with the lock held.
  Engine& engine() { return engine_; }
  const Scenario& scenario() const { return engine_.scenario(); }
  const Records& records() const { return records_; }
  const ApiOptions& options() const { return options_; }
  const Clock& clock() const { return clock_; }
  Tokens& tokens() { return tokens_; }
  Faults& faults() { return faults_; }
  bool finished() const { return engine_.ended(); }
  // By identifier; NOT_FOUND names it.
  absl::StatusOr<int> FindQueue(const std::string& id) const;
  absl::StatusOr<int> FindAgent(const std::string& id) const;
  absl::StatusOr<int> FindCampaign(const std::string& id) const;
  std::optional<int> FindSkill(const std::string& id) const;
  // What only the guide dialect keeps.
  GuideState& guide() { return guide_; }
  // What only the platform dialect keeps.
  PlatformState& platform() { return platform_; }
  std::string NewId() { return ids_.NewId(); }

  // What was asked so far, for the report. Requests to /admin/ are not counted.
  struct Counts {
    int64_t requests = 0;
    int64_t rate_limited = 0;
    int64_t writes = 0;
    std::map<std::string, std::map<int, int64_t>> by_operation;  // by status
    std::map<std::string, int64_t> writes_by_operation;
  };
  const Counts& counts() const { return counts_; }

 private:
  void AdvanceLocked();
  // SIM-4: a change of a membership (platform) or a capacity (guide) that nobody asked the API for.
  void EditByOther();
  // Answers anything but /admin/, with faults, headers and counts.
  HttpAnswer HandleCounted(const HttpRequest& request, std::string_view path,
                           std::string_view query, const std::string& context_id);
  // `operation` names what was asked, for the counts; `allowance` is set once a token was seen. A
  // stale fault is heeded for what may be read; other faults, and null, are not.
  HttpAnswer Dispatch(const HttpRequest& request, std::string_view path, std::string_view query,
                      const std::string& context_id, const Fault* fault,
                      const Operation*& operation, std::optional<Allowance>& allowance);
  const Operation* FindOperation(std::string_view method, std::string_view path,
                                 std::vector<std::string>& values) const;

  const ApiOptions options_;
  const Clock& clock_;
  IdSource& ids_;
  std::mutex mutex_;
  Records records_;
  Engine engine_;
  Tokens tokens_;
  Faults faults_;
  Counts counts_;
  std::map<std::string, int> queues_, agents_, skills_, campaigns_;
  GuideState guide_;
  PlatformState platform_;
};

}  // namespace evenkeel::sim
