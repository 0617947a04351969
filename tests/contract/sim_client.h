// Test helper: a simulator in this process and a client of it over real HTTP, on a clock that moves
// when told to.
#pragma once

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>

#include "common/base/clock.h"
#include "common/http/transport.h"
#include "tests/contract/json_tree.h"
#include "tools/genesys_sim/api/server.h"

namespace evenkeel::sim {

// So that the names of tests tell the dialect.
inline void PrintTo(Dialect dialect, std::ostream* out) { *out << DialectName(dialect); }

inline const absl::Time kEpoch = absl::FromUnixSeconds(1'715'760'000);  // 2024-05-15T08:00:00Z

inline Distribution Spread(Shape shape, double mean_seconds, double cv_ratio = 1) {
  return {shape, absl::Seconds(mean_seconds), cv_ratio};
}

// Three queues; 130 agents who serve q1 and q2, of whom 60 are joined to q1 and 70 to q2; nobody
// serves q3. Agent k is "a000" to "a129".
inline Scenario ContractScenario() {
  Scenario scenario;
  scenario.name = "contract";
  scenario.divisions = {{"d1", "Home"}};
  scenario.skills = {{"s1", "english"}, {"s2", "french"}};
  for (int q = 0; q < 3; ++q) {
    Queue& queue = scenario.queues.emplace_back();
    queue.id = absl::StrCat("q", q + 1);
    queue.name = absl::StrCat("Queue ", q + 1);
    if (q < 2) queue.skill = q;
    queue.inbound_capacity = q == 0 ? 60 : 70;
    CallType& type = scenario.call_types.emplace_back();
    type.name = queue.name;
    type.queue = q;
    type.rates = {{absl::ZeroDuration(), q < 2 ? 900.0 : 0.0}};
    type.dispersion_ratio = 3;
    type.talk = Spread(Shape::kLogNormal, 180, 0.8);
    type.hold_share_ratio = 0.2;
    type.hold = Spread(Shape::kExponential, 30);
    type.after_call = Spread(Shape::kGamma, 40, 0.7);
    type.patience = Spread(Shape::kExponential, 120);
  }
  for (int a = 0; a < 130; ++a) {
    Agent& agent = scenario.agents.emplace_back();
    agent.id = absl::StrCat("a", a / 100, a / 10 % 10, a % 10);
    agent.name = absl::StrCat("Agent ", agent.id);
    agent.skills = {{0, 4}, {1, 2.5}};
    agent.memberships = {{0, a < 60}, {1, a >= 60}};
    agent.schedule = {{absl::ZeroDuration(), Presence::kOnQueue}};
    if (a % 10 == 0) agent.schedule.push_back({absl::Minutes(20), Presence::kBreak});
  }
  return scenario;
}

class SimClient {
 public:
  explicit SimClient(ApiOptions options, Scenario scenario = ContractScenario()) : clock_(kEpoch) {
    options.epoch = kEpoch;
    dialect_ = options.dialect;
    auto server = SimulatorServer::Start(std::move(scenario), options, clock_);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    Reconnect();
    LogIn("evenkeel-demo");
  }

  // From here on a new connection. libcurl itself repeats a request on which a used connection
  // broke before a byte came back; on a new one it does not.
  void Reconnect() {
    http::CurlOptions curl;
    curl.hosts = {"127.0.0.1"};
    transport_ = *http::MakeCurlTransport(curl);
  }

  void Advance(absl::Duration span) { clock_.Advance(span); }
  SimulatedClock& clock() { return clock_; }
  absl::Time now() const { return clock_.Now(); }
  SimulatorServer& server() { return *server_; }
  std::string url() const { return absl::StrCat("http://127.0.0.1:", server_->port()); }

  // Uses the token of `client` from now on.
  void LogIn(const std::string& client) { token_ = Token(client, client)["access_token"].text(); }
  void UseToken(std::string token) { token_ = std::move(token); }

  JsonTree Token(const std::string& id, const std::string& secret) {
    http::Request request{"POST",
                          url() + "/oauth/token",
                          {{"Content-Type", "application/x-www-form-urlencoded"}},
                          "grant_type=client_credentials"};
    if (dialect_ == Dialect::kGuide) {
      absl::StrAppend(&request.body, "&client_id=", id, "&client_secret=", secret);
    } else {
      request.headers.emplace_back("Authorization",
                                   "Basic " + absl::Base64Escape(id + ":" + secret));
    }
    return JsonTree::Parse(Send(request).body);
  }

  http::Response Send(const http::Request& request) {
    const auto response = transport_->Send(request, absl::Seconds(30));
    EXPECT_TRUE(response.ok()) << request.method << " " << request.url << ": " << response.status();
    return response.ok() ? *response : http::Response();
  }
  absl::StatusOr<http::Response> TrySend(const http::Request& request,
                                         absl::Duration timeout = absl::Seconds(30)) {
    return transport_->Send(request, timeout);
  }
  // With the token, and the type that a body has.
  http::Request Request(const std::string& method, const std::string& path,
                        const std::string& body = "") const {
    http::Request request{method, url() + path, {{"Authorization", "Bearer " + token_}}, body};
    if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    return request;
  }
  http::Response Ask(const std::string& method, const std::string& path,
                     const std::string& body = "") {
    return Send(Request(method, path, body));
  }
  // The answer's JSON; fails the test unless the status is 200.
  JsonTree Get(const std::string& path) { return Good(Ask("GET", path), path); }
  JsonTree Post(const std::string& path, const std::string& body) {
    return Good(Ask("POST", path, body), path);
  }
  JsonTree Report() { return Get("/admin/v1/report"); }

 private:
  JsonTree Good(const http::Response& response, const std::string& path) {
    EXPECT_EQ(response.status, 200) << path << ": " << response.body;
    return JsonTree::Parse(response.body);
  }

  SimulatedClock clock_;
  Dialect dialect_;
  std::unique_ptr<SimulatorServer> server_;
  std::unique_ptr<http::Transport> transport_;
  std::string token_;
};

}  // namespace evenkeel::sim
