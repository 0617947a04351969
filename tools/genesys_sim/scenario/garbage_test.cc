// SIM-3: whatever is asked, nothing crashes, every answer is well formed, and the centre goes on.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/contract/sim_client.h"
#include "tools/genesys_sim/engine/random.h"

namespace evenkeel::sim {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kRequests = 3'000;  // a dialect
constexpr int kSocketRequests = 200;
#else
constexpr int kRequests = 50'000;
constexpr int kSocketRequests = 2'000;
#endif

class Garbage {
 public:
  explicit Garbage(uint64_t seed) : stream_(seed, {7}) {}

  size_t Below(size_t n) { return static_cast<size_t>(stream_.Next() % n); }
  template <size_t kCount>
  std::string Any(const char* const (&of)[kCount]) {
    return of[Below(kCount)];
  }

  std::string Bytes(size_t most) {
    std::string bytes(Below(most + 1), ' ');
    for (char& c : bytes) c = static_cast<char>(Below(256));
    return bytes;
  }

  std::string Json(int depth = 0) {
    switch (Below(depth > 6 ? 6 : 9)) {
      case 0:
        return Any({"null", "true", "false", "NaN", "Infinity", "undefined"});
      case 1:
        return Any({"0", "-1", "1e400", "-0", "00", "9223372036854775808", "1.5", "1e-400", "200"});
      case 2:
        return "\"" +
               Any({"q1", "a000", "", "\\ud800", "\xff\xfe", "PT15S", "oWaiting", "*",
                    "2024-05-15T08:00:00Z/2024-05-15T09:00:00Z", "\\u0000"}) +
               "\"";
      case 3:
        return Bytes(20);
      case 4:
        return std::string(1 + Below(3000), Below(2) == 0 ? '[' : '{');
      case 5:
        return "\"" + std::string(Below(5000), 'x') + "\"";
      case 6: {
        std::string array = "[";
        for (size_t i = Below(4); i > 0; --i) array += Json(depth + 1) + (i > 1 ? "," : "");
        return array + "]";
      }
      default: {
        std::string object = "{";
        for (size_t i = Below(5); i > 0; --i) {
          object += "\"" +
                    Any({"id",
                         "joined",
                         "interval",
                         "granularity",
                         "groupBy",
                         "filter",
                         "type",
                         "predicates",
                         "metrics",
                         "metric",
                         "version",
                         "rings",
                         "bullseye",
                         "name",
                         "inbound_capacity",
                         "routingStrategy",
                         "expansionRules",
                         "skills",
                         "state",
                         "customFields",
                         "predictive_dial_ratio",
                         "rules",
                         "queueSettings",
                         "x"}) +
                    "\":" + Json(depth + 1) + (i > 1 ? "," : "");
        }
        return object + "}";
      }
    }
  }

  std::string Target() {
    std::string target;
    if (Below(8) == 0) {
      target = "/" + Bytes(60);
    } else {
      target = "/api/v2/" + Any({"users",
                                 "users/a000",
                                 "users/state",
                                 "routing/queues",
                                 "routing/queues/q1",
                                 "routing/queues/q1/members",
                                 "routing/users",
                                 "routing/users/state",
                                 "routing/rules",
                                 "routing/skills",
                                 "routing/utilization",
                                 "users/a000/queues",
                                 "users/a000/availability",
                                 "users/a000/routingskills/bulk",
                                 "analytics/queues/observations/query",
                                 "analytics/queues/realtime",
                                 "analytics/users/realtime",
                                 "analytics/routing/activity/query",
                                 "analytics/conversations/aggregates/query",
                                 "analytics/interactions/metrics",
                                 "analytics/conversations/details/query",
                                 "outbound/campaigns",
                                 "outbound/campaigns/c",
                                 "outbound/campaigns/c/calls",
                                 "tokens/me",
                                 "routing/queues/q1/metrics",
                                 "presencedefinitions",
                                 "..",
                                 "%00",
                                 "%zz"});
    }
    for (size_t i = Below(4); i > 0; --i) {
      target += (i == 1 ? "?" : "&") +
                Any({"pageSize", "pageNumber", "expand", "page_size", "continuation_token", "limit",
                     "sort_by", "queueId", "interval", "groupBy", "id", "delete", "x"}) +
                "=" +
                (Below(3) == 0 ? Bytes(30)
                               : Any({"100", "-1", "0", "skills,presence", "%", "%00", "1e9", "",
                                      "99999999999999999999", "true", "PT15S"}));
    }
    return target;
  }

  HttpRequest Request(const std::string& token) {
    HttpRequest request;
    request.method = Below(20) == 0
                         ? Bytes(8)
                         : Any({"GET", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"});
    request.target = Target();
    if (Below(10) != 0) request.headers["authorization"] = "Bearer " + token;
    if (Below(20) == 0) request.headers["authorization"] = Bytes(40);
    if (Below(10) != 0) request.headers["content-type"] = "application/json";
    if (Below(3) != 0) request.body = Below(10) == 0 ? Bytes(200) : Json();
    return request;
  }

 private:
  Stream stream_;
};

class GarbageTest : public testing::TestWithParam<Dialect> {};
INSTANTIATE_TEST_SUITE_P(Dialects, GarbageTest,
                         testing::Values(Dialect::kPlatform, Dialect::kGuide),
                         [](const auto& info) { return std::string(DialectName(info.param)); });

TEST_P(GarbageTest, Sim3AHundredThousandRequestsOfGarbageCrashNothing) {
  SimulatedClock clock(kEpoch);
  SequentialIdSource ids("id");
  ApiOptions options{.dialect = GetParam()};
  options.epoch = kEpoch;
  options.rate_limit = 1'000'000'000;
  Api api(ContractScenario(), options, clock, ids);
  HttpRequest log_in;
  log_in.method = "POST";
  log_in.target = "/oauth/token";
  log_in.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  log_in.body = "grant_type=client_credentials";
  if (GetParam() == Dialect::kGuide) {
    log_in.body += "&client_id=evenkeel-demo&client_secret=evenkeel-demo";
  } else {
    log_in.headers["authorization"] = "Basic ZXZlbmtlZWwtZGVtbzpldmVua2VlbC1kZW1v";
  }
  const std::string token = JsonTree::Parse(api.Handle(log_in).body)["access_token"].text();
  ASSERT_FALSE(token.empty());
  Garbage garbage(GetParam() == Dialect::kGuide ? 1 : 2);
  std::map<int, int> statuses;
  for (int i = 0; i < kRequests; ++i) {
    if (i % 100 == 0) clock.Advance(absl::Milliseconds(500));
    const HttpRequest request = garbage.Request(token);
    const HttpAnswer answer = api.Handle(request);
    ++statuses[answer.status];
    ASSERT_GE(answer.status, 200);
    ASSERT_LT(answer.status, 500) << request.method << " " << request.target << "\n"
                                  << request.body.substr(0, 500) << "\n"
                                  << answer.body;
    ASSERT_LT(answer.body.size(), 3'000'000u) << request.target;
  }
  // Some of it was meant, most was refused.
  EXPECT_GT(statuses[200], kRequests / 200);
  EXPECT_GT(statuses[400] + statuses[404], kRequests / 4);
  // The centre goes on.
  int64_t before = 0, after = 0;
  for (int q = 0; q < 2; ++q) before += api.engine().Totals(q).offered;
  clock.Advance(absl::Minutes(10));
  api.Advance();
  for (int q = 0; q < 2; ++q) after += api.engine().Totals(q).offered;
  EXPECT_GT(after, before + 100);
}

// Sends bytes over a connection of its own and closes it half-way through, or reads the answer.
void SendBytes(int port, const std::string& bytes, bool read) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_GE(fd, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  (void)send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (read) {
    shutdown(fd, SHUT_WR);
    char buffer[4096];
    while (recv(fd, buffer, sizeof(buffer), 0) > 0) {
    }
  }
  close(fd);
}

TEST(GarbageSocketTest, Sim3BytesOverSocketsAndHalfClosedConnectionsCrashNothing) {
  SimClient client({.dialect = Dialect::kPlatform});
  Garbage garbage(3);
  for (int i = 0; i < kSocketRequests; ++i) {
    std::string bytes;
    if (garbage.Below(3) == 0) {
      bytes = garbage.Bytes(400);
    } else {
      const std::string body = garbage.Json();
      bytes = garbage.Any({"GET ", "POST ", "PUT ", "get ", "G"}) + garbage.Target() +
              garbage.Any({" HTTP/1.1\r\n", " HTTP/9.9\r\n", "\r\n", " HTTP/1.1\n"}) +
              "Host: x\r\nContent-Length: " + garbage.Any({"0", "5", "-1", "99999999999", "x"}) +
              "\r\n\r\n" + body;
      bytes.resize(garbage.Below(bytes.size() + 1));
    }
    SendBytes(client.server().port(), bytes, garbage.Below(2) == 0);
  }
  EXPECT_EQ(client.Ask("GET", "/api/v2/users").status, 200);
}

}  // namespace
}  // namespace evenkeel::sim
