// SIM-3: what every operation of the platform dialect refuses, asked of each one in the table.
#include <absl/strings/str_replace.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/platform_centre.h"

namespace evenkeel::sim {
namespace {

class StrictTest : public testing::TestWithParam<Operation> {
 protected:
  StrictTest()
      : client_({.dialect = Dialect::kPlatform, .rate_limit = 100'000}, PlatformScenario()) {}

  std::string method() const { return std::string(GetParam().method); }
  // With things that exist in place of the braces, or with one that does not.
  std::string Path(bool exists = true) const {
    const std::string path(GetParam().path);
    if (!exists) {
      return absl::StrReplaceAll(path, {{"{userId}", "nobody"},
                                        {"{queueId}", "nobody"},
                                        {"{memberId}", "nobody"},
                                        {"{skillId}", "nobody"},
                                        {"{sourceId}", "nobody"},
                                        {"{metricId}", "nobody"},
                                        {"{campaignId}", "nobody"},
                                        {"{namespaceName}", "nobody"},
                                        {"{managementUnitId}", "nobody"}});
    }
    return absl::StrReplaceAll(path,
                               {{"{userId}", "a010"},
                                {"{queueId}", "q1"},
                                {"{memberId}", "a010"},
                                {"{skillId}", "s1"},
                                {"{sourceId}", "purecloud"},
                                {"{metricId}", "m1"},
                                {"{campaignId}", "c1"},
                                {"{namespaceName}", "platform.api"},
                                {"{managementUnitId}", "5a1e0000-0000-4000-8000-000000000b02"}});
  }
  // Bodies begin with what the operation's model is: an array, or an object.
  std::string Body(const std::string& object) const {
    const std::string path(GetParam().path);
    const bool is_array = path.ends_with("/members") || path.ends_with("/bulk") ||
                          path.ends_with("/queues") || path.ends_with("/campaigns/progress");
    return is_array ? "[" + object + "]" : object;
  }
  bool HasBody() const {
    const std::string path(GetParam().path);
    return method() != "GET" && method() != "DELETE" && !path.ends_with("/start") &&
           !path.ends_with("/stop");
  }
  bool IsLogin() const { return GetParam().access == Access::kOpen; }
  JsonTree Error(const http::Response& response, int status) {
    EXPECT_EQ(response.status, status) << method() << " " << Path() << ": " << response.body;
    return JsonTree::Parse(response.body);
  }

  // An external metric must be made before it can be asked for.
  std::string NewMetric() {
    return client_
        .Post("/api/v2/employeeperformance/externalmetrics/definitions",
              R"({"name":"score","unit":"Number","precision":2,
                            "defaultObjectiveType":"HigherIsBetter","enabled":true})")["id"]
        .text();
  }

  SimClient client_;
};

TEST_P(StrictTest, Sim3AnUnknownParameterIsNamed) {
  if (IsLogin()) return;
  const std::string body = HasBody() ? Body("{}") : "";
  const JsonTree error = Error(client_.Ask(method(), Path() + "?shoe=4", body), 400);
  EXPECT_TRUE(error["details"].Where("fieldName", "shoe").present()) << error["message"].text();
}

TEST_P(StrictTest, Sim3AnUnknownPropertyIsNamed) {
  if (IsLogin() || !HasBody()) return;
  const std::string path = absl::StrReplaceAll(Path(), {{"/m1", "/" + NewMetric()}});
  const http::Response response = client_.Ask(method(), path, Body(R"({"shoe":4})"));
  const JsonTree error = Error(response, 400);
  // A body of plain ids has no properties.
  const std::string wanted = path.ends_with("/campaigns/progress") ? "$[0]" : "shoe";
  EXPECT_THAT(error["message"].text(), testing::HasSubstr(wanted));
  for (const char* garbage : {"", "7", "null", "{", "[[[[", "\"x\"", "{\"a\":1,\"a\":1}", "\xff"}) {
    EXPECT_EQ(client_.Ask(method(), path, garbage).status, 400) << path << " " << garbage;
  }
}

TEST_P(StrictTest, Sim3WithoutATokenNothingIsServed) {
  if (IsLogin()) return;
  client_.UseToken("nonsense");
  const JsonTree error = Error(client_.Ask(method(), Path()), 401);
  EXPECT_EQ(error["code"].text(), "bad.credentials");
}

TEST_P(StrictTest, Sim3AWriteWithoutItsPermissionIsRefusedWithItsName) {
  if (GetParam().access != Access::kWrite) return;
  client_.LogIn("evenkeel-readonly");
  const JsonTree error = Error(client_.Ask(method(), Path(), HasBody() ? Body("{}") : ""), 403);
  EXPECT_EQ(error["code"].text(), "missing.any.permissions");
  ASSERT_NE(GetParam().permission, "");
  EXPECT_THAT(error["message"].text(), testing::HasSubstr(std::string(GetParam().permission)));
}

TEST_P(StrictTest, Sim3WhatDoesNotExistIsNotFound) {
  if (Path(false) == std::string(GetParam().path)) return;
  const JsonTree error =
      Error(client_.Ask(method(), Path(false), HasBody() ? Body("{}") : ""), 404);
  EXPECT_EQ(error["code"].text(), "not.found");
  EXPECT_THAT(error["message"].text(), testing::HasSubstr("nobody"));
}

std::string Name(const testing::TestParamInfo<Operation>& info) {
  std::string name = absl::StrCat(std::string(info.param.method), std::string(info.param.path));
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Platform, StrictTest, testing::ValuesIn(PlatformOperations()), Name);

}  // namespace
}  // namespace evenkeel::sim
