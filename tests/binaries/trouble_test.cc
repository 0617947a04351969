// The real programs while the API cannot be used: they run, say once what is wrong, are not
// healthy, count the errors, try again, and work as soon as it can be used.
#include "tests/binaries/rig.h"

namespace evenkeel::binaries {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kCalls[] = "evenkeel_ingest_genesys_calls_total";
constexpr char kReadings[] = "evenkeel_ingest_section_readings_total";

// What calls the API on its own account.
class TroubleTest : public testing::TestWithParam<std::string> {
 protected:
  void Launch(const std::string& url) {
    const std::string config = rig_.Write("evenkeel.yaml", rig_.Config(url));
    process_ = rig_.Start(GetParam(), {"--config", config}, environment_);
    metrics_port_ = PortIn(process_->WaitForLine("\"serving metrics\""));
    const int port = PortIn(process_->WaitForLine("\"service_name\":\"evenkeel-ingest\""));
    running_ = rig_.Write("running.yaml", rig_.Config(url, absl::StrCat("127.0.0.1:", port)));
  }
  // The exit code of --health-check, and what it says.
  std::pair<int, std::string> Health() {
    const auto check = rig_.Start(GetParam(), {"--config", running_, "--health-check"}, {});
    const auto code = check->WaitForExit();
    EXPECT_TRUE(code.ok()) << code.status();
    return {code.value_or(-1), check->err()};
  }
  void ExpectNotServing() {
    EXPECT_THAT(Health(), testing::Pair(1, GetParam() + ": not serving\n"));
  }
  // Waits for what the log says first of a trouble.
  void ExpectWarning(const std::string& message, const std::string& error) {
    const auto line = process_->WaitForLine(message);
    ASSERT_TRUE(line.ok()) << line.status();
    EXPECT_THAT(*line, AllOf(HasSubstr("\"severity\":\"warning\""), HasSubstr(error)));
  }
  void ExpectReady() {
    const auto line =
        process_->WaitForLine("\"message\":\"ready\",\"service_name\":\"evenkeel-ingest\"");
    ASSERT_TRUE(line.ok()) << line.status();
  }
  void AwaitCalls(const std::string& operation, const std::string& status, double least) {
    EXPECT_TRUE(rig_.AwaitMetric(
        metrics_port_, kCalls,
        absl::StrCat("operation=\"", operation, "\",status=\"", status, "\""), least));
  }
  // How often the log has a message.
  int Said(const std::string& message) {
    int count = 0;
    for (const std::string& line : Lines(process_->err())) {
      count += line.find("\"message\":\"" + message + "\"") != std::string::npos ? 1 : 0;
    }
    return count;
  }
  // No stack trace, nothing of a library's.
  void ExpectOnlyTheLog() {
    EXPECT_THAT(Complaints(process_->err()), IsEmpty());
    EXPECT_EQ(process_->out(), "");
  }
  // Ends in good order. Takes 2 s: the metrics' HTTP server looks that often whether to end.
  void ExpectEnd() {
    process_->Kill(SIGTERM);
    const auto code = process_->WaitForExit();
    ASSERT_TRUE(code.ok()) << code.status();
    EXPECT_EQ(*code, 0);
    ExpectOnlyTheLog();
  }

  Rig rig_;
  std::vector<std::string> environment_ = Rig::kDemoClient;
  std::unique_ptr<Process> process_;
  std::string running_;
  int metrics_port_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Programs, TroubleTest,
                         testing::Values("evenkeel-ingest", "evenkeel-suite"), ShortName);

TEST_P(TroubleTest, Api9AnApiThatDoesNotAnswerIsTriedAgainAndSaidOnce) {
  Launch("http://127.0.0.1:1");
  ExpectWarning("the centre cannot be read yet", "Failed to connect to 127.0.0.1 port 1");
  AwaitCalls("oauth.token", "none", 4);
  ExpectNotServing();
  EXPECT_EQ(Said("the centre cannot be read yet"), 1);
  ExpectEnd();
}

TEST_P(TroubleTest, Api1WrongCredentialsAreSaidOnceAndReadAgain) {
  rig_.StartSimulator();
  const std::string secret = rig_.Write("secret", "guessed\n");
  rig_.centre_extra = ", read_client: {client_secret_file: " + secret + "}";
  environment_ = {"GENESYS_CLIENT_ID=evenkeel-demo"};
  Launch(rig_.url());
  ExpectWarning("the centre cannot be read yet",
                "the login answered 401 (invalid_client, unknown client or wrong secret): check "
                "the client's id and secret, and the region");
  AwaitCalls("oauth.token", "4xx", 3);
  ExpectNotServing();
  EXPECT_EQ(Said("the centre cannot be read yet"), 1);
  rig_.Write("secret", "evenkeel-demo\n");
  ExpectReady();
  EXPECT_EQ(Health().first, 0);
  ExpectOnlyTheLog();
  EXPECT_THAT(process_->err(), testing::Not(HasSubstr("guessed")));
}

// An API that answers, but not as it should, from the first call on.
class BadAnswerTest : public TroubleTest {
 protected:
  // `warning` is said of a fault on paths below `path`; `operation` and `status` are counted.
  void ExpectOutlived(const std::string& path, const std::string& fault, const std::string& warning,
                      const std::string& operation, const std::string& status) {
    rig_.StartSimulator();
    rig_.Fault(path, fault);
    Launch(rig_.url());
    ExpectWarning("the centre cannot be read yet", warning);
    AwaitCalls(operation, status, 3);
    ExpectNotServing();
    rig_.EndFaults();
    ExpectReady();
    EXPECT_EQ(Health().first, 0);
    // Once as it happens, once as the reason for not being ready.
    EXPECT_EQ(Said("the centre cannot be read yet"), 1);
    int lines = 0;
    for (const std::string& line : Lines(process_->err())) {
      lines += line.find(warning) != std::string::npos ? 1 : 0;
    }
    EXPECT_LE(lines, 2);
    ExpectOnlyTheLog();
  }
};
INSTANTIATE_TEST_SUITE_P(Programs, BadAnswerTest,
                         testing::Values("evenkeel-ingest", "evenkeel-suite"), ShortName);

TEST_P(BadAnswerTest, Api9AMalformedLoginIsOutlived) {
  ExpectOutlived("/oauth", R"("kind":"malformed")", "the login's answer cannot be understood",
                 "oauth.token", "2xx");
}
TEST_P(BadAnswerTest, Api9MalformedJsonIsOutlived) {
  ExpectOutlived("/api", R"("kind":"malformed")",
                 "tokens.me: the answer cannot be understood: $: malformed JSON", "tokens.me",
                 "2xx");
}
TEST_P(BadAnswerTest, Api9A403IsOutlived) {
  ExpectOutlived("/api", R"("kind":"status","status":403)", "tokens.me: answered 403", "tokens.me",
                 "4xx");
}
TEST_P(BadAnswerTest, Api9A401IsOutlived) {
  ExpectOutlived("/api", R"("kind":"status","status":401)", "also with a new token", "tokens.me",
                 "4xx");
}
TEST_P(BadAnswerTest, Api9A500IsOutlived) {
  ExpectOutlived("/api", R"("kind":"status","status":500)", "tokens.me: answered 500", "tokens.me",
                 "5xx");
}

TEST_P(TroubleTest, Api9ASectionThatFailsIsSaidOnceAndReadAgain) {
  rig_.StartSimulator();
  Launch(rig_.url());
  ExpectReady();
  for (const auto& [fault, warning] : std::vector<std::pair<std::string, std::string>>{
           {R"("kind":"malformed")", "routing.activity: the answer cannot be understood"},
           {R"("kind":"status","status":403)",
            "the OAuth client needs analytics:queueObservation:view"}}) {
    SCOPED_TRACE(warning);
    const double before = rig_.Metric(metrics_port_, kReadings, R"("failed",section="states")");
    const int said = Said("a section cannot be read");
    rig_.Fault("/api/v2/analytics/routing/activity", fault);
    ExpectWarning("a section cannot be read", warning);
    EXPECT_TRUE(
        rig_.AwaitMetric(metrics_port_, kReadings, R"("failed",section="states")", before + 2));
    EXPECT_EQ(Said("a section cannot be read"), said + 1);
    rig_.EndFaults();
    const auto again = process_->WaitForLine("the section is read again");
    ASSERT_TRUE(again.ok()) << again.status();
  }
  ExpectOnlyTheLog();
}

TEST_P(TroubleTest, Api1ARevokedTokenIsReplacedWithoutAWord) {
  rig_.StartSimulator();
  Launch(rig_.url());
  ExpectReady();
  const double readings = rig_.Metric(metrics_port_, kReadings, R"("good",section="states")");
  rig_.Send("POST", rig_.url() + "/admin/v1/tokens/revoke");
  AwaitCalls("oauth.token", "2xx", 2);
  EXPECT_TRUE(
      rig_.AwaitMetric(metrics_port_, kReadings, R"("good",section="states")", readings + 2));
  EXPECT_EQ(Said("a section cannot be read"), 0);
  EXPECT_EQ(Health().first, 0);
  ExpectOnlyTheLog();
}

// What calls ingest: without it, it waits.
class AloneTest : public TroubleTest {};
INSTANTIATE_TEST_SUITE_P(Programs, AloneTest,
                         testing::Values("evenkeel-optimizer", "evenkeel-fairness-scorer"),
                         ShortName);

TEST_P(AloneTest, WithoutIngestItWaitsAndSaysSo) {
  const std::string config = rig_.Write("evenkeel.yaml", rig_.Config("http://127.0.0.1:1"));
  process_ = rig_.Start(GetParam(), {"--config", config}, {});  // needs no credentials
  const int port = PortIn(process_->WaitForLine("\"message\":\"listening\""));
  running_ = rig_.Write("running.yaml",
                        rig_.Config("http://127.0.0.1:1", absl::StrCat("127.0.0.1:", port)));
  const auto line = process_->WaitForLine("\"reason\":\"ingest: failed to connect");
  ASSERT_TRUE(line.ok()) << line.status();
  ExpectNotServing();
  ExpectOnlyTheLog();
}

// API-10: nothing may be read from, let alone written to, another organisation than the one meant.
class PinTest : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Programs, PinTest,
                         testing::Values("evenkeel-ingest", "evenkeel-actuator", "evenkeel-suite"),
                         ShortName);

TEST_P(PinTest, Api10CredentialsOfAnotherOrganisationEndTheProcess) {
  Rig rig;
  rig.StartSimulator();
  rig.centre_extra = ", organisation_id: another";
  const auto process =
      rig.Start(GetParam(), {"--config", rig.Write("evenkeel.yaml", rig.Config(rig.url()))});
  EXPECT_EQ(*process->WaitForExit(), 2);
  EXPECT_THAT(Complaints(process->err()),
              testing::ElementsAre(HasSubstr("centre.organisation_id is \"another\"")));
}

TEST(ActuatorPinTest, Api10NothingIsDoneBeforeTheOrganisationIsKnown) {
  Rig rig;
  rig.centre_extra = ", organisation_id: another";
  const auto process =
      rig.Start("evenkeel-actuator",
                {"--config", rig.Write("evenkeel.yaml", rig.Config("http://127.0.0.1:1"))});
  const auto line = process->WaitForLine("the organisation is not checked yet: ");
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_THAT(*line, HasSubstr("\"not ready\""));
}

}  // namespace
}  // namespace evenkeel::binaries
