// API-10: what `evenkeelctl doctor` says of a simulated centre, in both dialects.
#include "tools/ctl/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "common/config/defaults.h"
#include "tests/contract/sim_client.h"

namespace evenkeel::sim {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class DoctorTest : public testing::TestWithParam<Dialect> {
 protected:
  DoctorTest() : sim_({.dialect = GetParam()}) {
    config_.mutable_centre()->set_dialect(platform() ? config::v1::DIALECT_PLATFORM
                                                     : config::v1::DIALECT_GUIDE);
    UseAddress(sim_.url());
    AddQueue("q1");
    AddQueue("q2");
    UseReader("evenkeel-readonly", "evenkeel-readonly");
  }

  bool platform() const { return GetParam() == Dialect::kPlatform; }
  void UseAddress(const std::string& url) {
    config_.mutable_centre()->set_api_base_url(url);
    config_.mutable_centre()->set_login_base_url(url);
  }
  void UseReader(const std::string& id, const std::string& secret) {
    environment_["GENESYS_CLIENT_ID"] = id;
    environment_["GENESYS_CLIENT_SECRET"] = secret;
  }
  void UseWriter(const std::string& id, const std::string& secret) {
    environment_["GENESYS_WRITE_CLIENT_ID"] = id;
    environment_["GENESYS_WRITE_CLIENT_SECRET"] = secret;
  }
  void AddQueue(const std::string& id) {
    *config_.mutable_scope()->add_queues() = config::DefaultQueue();
    config_.mutable_scope()->mutable_queues()->rbegin()->set_id(id);
  }
  ctl::DoctorReport Examine() {
    return ctl::Examine(
        config_,
        [this](const char* name) -> std::optional<std::string> {
          const auto it = environment_.find(name);
          return it == environment_.end() ? std::nullopt : std::optional(it->second);
        },
        sim_.clock());
  }
  // What every report has to hold: both forms say the same as Problems().
  static void ExpectTold(const ctl::DoctorReport& report) {
    const std::string text = ctl::DoctorText(report);
    const JsonTree json = JsonTree::Parse(ctl::DoctorJson(report));
    const std::vector<std::string> problems = report.Problems();
    EXPECT_EQ(json["problems"].size(), problems.size());
    EXPECT_EQ(json["ok"].truth(), problems.empty());
    for (size_t i = 0; i < problems.size(); ++i) {
      EXPECT_THAT(text, HasSubstr(problems[i]));
      EXPECT_EQ(json["problems"][i].text(), problems[i]);
      EXPECT_THAT(problems[i], Not(HasSubstr("\n")));
    }
  }

  SimClient sim_;
  config::v1::Config config_ = config::DefaultConfig();
  std::map<std::string, std::string> environment_;
};

INSTANTIATE_TEST_SUITE_P(Dialects, DoctorTest, testing::Values(Dialect::kPlatform, Dialect::kGuide),
                         [](const auto& info) { return std::string(DialectName(info.param)); });

TEST_P(DoctorTest, Api10AllIsWellAndNothingIsWritten) {
  UseWriter("evenkeel-write", "evenkeel-write");
  const ctl::DoctorReport report = Examine();
  EXPECT_THAT(report.Problems(), IsEmpty());
  EXPECT_TRUE(report.write_client.has_value());
  EXPECT_EQ(report.preflight.probes.size(), 6u);
  EXPECT_EQ(ctl::Verdict(report), "all is well");
  const std::string text = ctl::DoctorText(report);
  EXPECT_THAT(text, HasSubstr("write client   ok\n"));
  EXPECT_THAT(text, HasSubstr(platform() ? "queues.members" : "queues.realtime"));
  ExpectTold(report);
  EXPECT_EQ(sim_.Report()["writes"]["total"].number(), 0);
}

TEST_P(DoctorTest, Api10TheWriteClientIsNeededWhenSomeModeWrites) {
  EXPECT_THAT(ctl::DoctorText(Examine()), HasSubstr("dry run does not need it"));
  (*config_.mutable_actuator()->mutable_mode_by_queue())["q1"] = config::v1::MODE_APPROVE;
  const ctl::DoctorReport report = Examine();
  EXPECT_THAT(report.Problems(), ElementsAre(AllOf(StartsWith("write client: "),
                                                   HasSubstr("GENESYS_WRITE_CLIENT_ID"))));
  ExpectTold(report);
}

TEST_P(DoctorTest, Api10AWrongSecretOfTheWriteClientIsFoundInDryRunToo) {
  UseWriter("evenkeel-write", "guessed");
  const ctl::DoctorReport report = Examine();
  EXPECT_THAT(report.Problems(),
              ElementsAre(AllOf(StartsWith("write client: "), HasSubstr("the login answered 401"),
                                Not(HasSubstr("guessed")))));
  ExpectTold(report);
}

TEST_P(DoctorTest, Api10QueuesThatDoNotExistAreNamedAndTheOthersTried) {
  config_.mutable_scope()->clear_queues();
  for (const char* id : {"nowhere", "q1", "gone"}) AddQueue(id);
  const ctl::DoctorReport report = Examine();
  EXPECT_THAT(report.Problems(),
              ElementsAre("scope.queues names queues that do not exist: gone, nowhere"));
  EXPECT_EQ(report.preflight.probes.size(), 6u);
  ExpectTold(report);
}

TEST_P(DoctorTest, Api10CampaignsThatDoNotExistAreNamed) {
  config_.mutable_scope()->add_campaigns()->set_id("nowhere");
  const ctl::DoctorReport report = Examine();
  EXPECT_THAT(report.Problems(),
              ElementsAre("scope.campaigns names campaigns that do not exist: nowhere"));
  EXPECT_EQ(report.preflight.probes.size(), 6u);
  ExpectTold(report);
}

TEST_P(DoctorTest, Api10WrongCredentialsEndIt) {
  UseReader("evenkeel-demo", "guessed");
  const ctl::DoctorReport report = Examine();
  EXPECT_THAT(report.Problems(), ElementsAre(AllOf(HasSubstr("the login answered 401"),
                                                   HasSubstr("check the client's id and secret"))));
  EXPECT_THAT(report.preflight.probes, IsEmpty());
  EXPECT_EQ(ctl::Verdict(report), "1 problem");
  ExpectTold(report);
}

TEST_P(DoctorTest, Api10MissingCredentialsAreNamed) {
  environment_.clear();
  const ctl::DoctorReport report = Examine();
  EXPECT_THAT(report.Problems(), ElementsAre(HasSubstr("GENESYS_CLIENT_ID")));
  ExpectTold(report);
}

TEST_P(DoctorTest, Api10ACentreThatDoesNotAnswerIsNamed) {
  UseAddress("http://127.0.0.1:1");  // nobody may listen there
  const ctl::DoctorReport report = Examine();
  EXPECT_THAT(report.Problems(),
              ElementsAre(AllOf(StartsWith("read client: "), HasSubstr("127.0.0.1 port 1"))));
  ExpectTold(report);
}

TEST_P(DoctorTest, Api10MissingPermissionsAreNamedByLoop) {
  const std::string path =
      platform() ? "/api/v2/analytics/conversations" : "/api/v2/analytics/users";
  sim_.Ask(
      "POST", "/admin/v1/faults",
      absl::StrCat(R"([{"pathPrefix":")", path, R"(","kind":"status","status":403,"count":9}])"));
  const ctl::DoctorReport report = Examine();
  const std::string missing =
      platform() ? "analytics:conversationAggregate:view" : "analytics:reports:read";
  EXPECT_THAT(report.Problems(),
              Contains("loop fairness: the read client needs the permission " + missing));
  EXPECT_EQ(report.Problems().size(), platform() ? 2u : 1u);
  EXPECT_THAT(ctl::DoctorText(report), HasSubstr("PERMISSION_DENIED"));
  ExpectTold(report);
}

TEST_P(DoctorTest, Api10AnswersThatCannotBeReadAreProblems) {
  for (const char* path : {"/api/v2/routing/queues", "/api/v2/analytics"}) {
    sim_.Ask("POST", "/admin/v1/faults",
             absl::StrCat(R"([{"pathPrefix":")", path, R"(","kind":"malformed","count":1}])"));
    const ctl::DoctorReport report = Examine();
    EXPECT_THAT(report.Problems(), ElementsAre(HasSubstr("the answer cannot be understood")));
    ExpectTold(report);
  }
}

TEST_P(DoctorTest, Api10APinThatDoesNotFitEndsIt) {
  config_.mutable_centre()->set_organisation_id("another");
  const ctl::DoctorReport report = Examine();
  EXPECT_THAT(report.Problems(), ElementsAre(HasSubstr("centre.organisation_id")));
  EXPECT_THAT(report.preflight.probes, IsEmpty());
  ExpectTold(report);
}

TEST(DoctorReportTest, ServicesThatDoNotRunAreAWarning) {
  ctl::DoctorReport report;
  report.services = {{"evenkeel-ingest", "127.0.0.1:7101", true, true, "snapshot 7"},
                     {"evenkeel-optimizer", "127.0.0.1:7102", true, false, "no plan"},
                     {"evenkeel-actuator", "127.0.0.1:7104"}};
  EXPECT_THAT(report.Problems(), IsEmpty());
  EXPECT_THAT(report.Warnings(), ElementsAre("not running: evenkeel-actuator"));
  EXPECT_EQ(ctl::Verdict(report), "all is well, 1 warning");
  EXPECT_THAT(ctl::DoctorText(report),
              AllOf(HasSubstr("not ready    no plan"), HasSubstr("not running")));
}

}  // namespace
}  // namespace evenkeel::sim
