// API-1: regions by name or domain, no default. API-9: what may be shown of a request.
#include "common/genesys/regions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "common/genesys/redact.h"

namespace evenkeel::genesys {
namespace {

using ::testing::HasSubstr;

TEST(RegionsTest, API1_ByNameOrDomain) {
  const BaseUrls ireland = {"https://api.mypurecloud.ie", "https://login.mypurecloud.ie"};
  for (const char* text : {"eu_west_1", "eu-west-1", "EU_WEST_1", " mypurecloud.ie ",
                           "https://api.mypurecloud.ie/", "login.mypurecloud.ie"}) {
    EXPECT_EQ(*ResolveRegion(text, Dialect::kPlatform), ireland) << text;
  }
  EXPECT_EQ(ResolveRegion("us_west_2", Dialect::kPlatform)->api, "https://api.usw2.pure.cloud");
  EXPECT_EQ(ResolveRegion("new1.pure.cloud", Dialect::kPlatform)->login,
            "https://login.new1.pure.cloud");
}

TEST(RegionsTest, API1_GuideRegions) {
  for (const char* text : {"mypurecloud.ie", "us-east-1", "acme.mygenesys.com"}) {
    EXPECT_THAT(ResolveRegion(text, Dialect::kGuide)->api, ::testing::EndsWith(".mygenesys.com"));
  }
  EXPECT_EQ(ResolveRegion("us-east-1", Dialect::kGuide)->login, "https://us-east-1.mygenesys.com");
}

TEST(RegionsTest, API1_AnythingElseIsRefusedWithAHint) {
  for (const char* text : {"", "foo", "https://", "my cloud.ie", "a..b", ".ie", "x.ie/path",
                           "user@mypurecloud.ie", "mypurecloud.ie:8080"}) {
    EXPECT_EQ(ResolveRegion(text, Dialect::kPlatform).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
  EXPECT_THAT(std::string(ResolveRegion("eu_west1", Dialect::kPlatform).status().message()),
              HasSubstr("did you mean eu_west_1?"));
  EXPECT_FALSE(ResolveRegion("a/b", Dialect::kGuide).ok());
}

TEST(OperationsTest, API11_RowsAreReadsWithDistinctNames) {
  for (const Dialect dialect : {Dialect::kPlatform, Dialect::kGuide}) {
    std::set<std::string> names;
    for (const Operation* row : ReadOperations(dialect)) {
      EXPECT_TRUE(names.insert(row->name).second) << row->name;
      EXPECT_TRUE(row->repeat_safe) << row->name;
      const std::string method = row->method, path = row->path;
      EXPECT_TRUE(path.starts_with("/api/v2/"));
      // A POST that reads is a query.
      EXPECT_TRUE(method == "GET" || (method == "POST" && path.ends_with("/query"))) << row->name;
    }
  }
}

TEST(RedactTest, API9_NamesAndSecretsAreNotShown) {
  const std::string shown = Redact(
      R"({"message":"no such queue","entityName" : "Ann Smith","x":{"client_secret":"abc\"d",)"
      R"("id":"u1","email":"a@b.c"}, "fieldName":"joined"})");
  EXPECT_EQ(shown, R"({"message":"no such queue","entityName": "***","x":{"client_secret": "***",)"
                   R"("id":"u1","email": "***"}, "fieldName":"joined"})");
}

TEST(RedactTest, WorksOnAnyBytes) {
  EXPECT_EQ(Redact("<html>\r\n502\t\x01\xff</html>"), "<html>  502 ?\?</html>");
  EXPECT_EQ(Redact(std::string(5000, 'x')).size(), 1003u);
  std::mt19937 random(5);
  const std::string alphabet = "\"\\:,{}name \x80\xff\n";
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (size_t i = random() % 40; i > 0; --i) text.push_back(alphabet[random() % alphabet.size()]);
    for (const char c : Redact(text, 30)) EXPECT_TRUE(c >= 0x20 && c < 0x7f);
  }
}

}  // namespace
}  // namespace evenkeel::genesys
