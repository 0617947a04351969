// evenkeel-sim-bench: how fast the simulator is: events of the engine, requests of the API.
#include <absl/time/clock.h>

#include <cstdio>

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "tools/genesys_sim/api/api.h"
#include "tools/genesys_sim/scenario/loader.h"

namespace evenkeel::sim {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'715'760'000);

double SecondsSince(absl::Time begun) { return absl::ToDoubleSeconds(absl::Now() - begun); }

void MeasureEngine(bool keep_history) {
  EngineOptions options;
  options.keep_history = keep_history;
  Engine engine(DefaultScenario(), 1, kStart, options);
  const absl::Time begun = absl::Now();
  engine.AdvanceTo(kStart + absl::Hours(2000));
  std::printf("engine, %s: %.2f million events a second\n",
              keep_history ? "with history" : "totals only",
              static_cast<double>(engine.events()) / SecondsSince(begun) * 1e-6);
}

// Without the transport: what a request costs once it is read.
void MeasureApi(const char* name, Dialect dialect, HttpRequest request) {
  SimulatedClock clock(kStart);
  SequentialIdSource ids("id");
  ApiOptions options;
  options.dialect = dialect;
  options.epoch = kStart;
  options.rate_limit = 1'000'000'000;
  Api api(DefaultScenario(), options, clock, ids);
  clock.Advance(absl::Hours(1));
  HttpRequest token;
  token.method = "POST";
  token.target = "/oauth/token";
  token.headers = {{"content-type", "application/x-www-form-urlencoded"},
                   {"authorization", "Basic ZXZlbmtlZWwtZGVtbzpldmVua2VlbC1kZW1v"}};
  token.body = "grant_type=client_credentials";
  if (dialect == Dialect::kGuide) {
    token.body += "&client_id=evenkeel-demo&client_secret=evenkeel-demo";
  }
  const std::string answer = api.Handle(token).body;
  const size_t from = answer.find("token\":\"") + 8;
  request.headers = {
      {"authorization", "Bearer " + answer.substr(from, answer.find('"', from) - from)},
      {"content-type", "application/json"}};
  constexpr int kRequests = 3000;
  size_t bytes = 0;
  const absl::Time begun = absl::Now();
  for (int i = 0; i < kRequests; ++i) {
    const HttpAnswer response = api.Handle(request);
    if (response.status != 200) std::printf("%s: %s\n", name, response.body.c_str());
    bytes += response.body.size();
  }
  const double seconds = SecondsSince(begun);
  std::printf("%s: %.0f requests a second, %.0f MB a second\n", name, kRequests / seconds,
              static_cast<double>(bytes) / seconds * 1e-6);
}

HttpRequest Get(std::string target) {
  HttpRequest request;
  request.method = "GET";
  request.target = std::move(target);
  return request;
}

HttpRequest Post(std::string target, std::string body) {
  HttpRequest request;
  request.method = "POST";
  request.target = std::move(target);
  request.body = std::move(body);
  return request;
}

}  // namespace
}  // namespace evenkeel::sim

int main() {
  using namespace evenkeel::sim;
  MeasureEngine(false);
  MeasureEngine(true);
  MeasureApi("platform users", Dialect::kPlatform,
             Get("/api/v2/users?pageSize=100&expand=skills&expand=presence"));
  MeasureApi("platform routing activity", Dialect::kPlatform,
             Post("/api/v2/analytics/routing/activity/query?pageSize=100",
                  R"({"metrics":[{"metric":"oUserPresences","details":true}],
                      "groupBy":["queueId"]})"));
  MeasureApi("platform aggregates by user", Dialect::kPlatform,
             Post("/api/v2/analytics/conversations/aggregates/query",
                  R"({"interval":"2024-05-15T08:30:00Z/2024-05-15T09:00:00Z","granularity":"PT5M",
                      "groupBy":["userId","queueId"],
                      "metrics":["tTalk","tHeld","tAcw","tHandle"]})"));
  MeasureApi("guide states", Dialect::kGuide, Get("/api/v2/routing/users/state"));
  return 0;
}
