// evenkeelctl as a program: exit codes, what goes where, wrong command lines; API-10's doctor.
#include "tests/binaries/rig.h"

namespace evenkeel::binaries {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class CtlTest : public testing::Test {
 protected:
  struct Outcome {
    int code;
    std::string out, err;
  };
  Outcome Run(const std::vector<std::string>& arguments,
              const std::vector<std::string>& environment = Rig::kDemoClient) {
    const auto process = rig_.Start("evenkeelctl", arguments, environment);
    const auto code = process->WaitForExit();
    EXPECT_TRUE(code.ok()) << code.status();
    return {code.value_or(-1), process->out(), process->err()};
  }

  Rig rig_;
};

TEST_F(CtlTest, AWrongCommandLineIsOneLine) {
  const std::string config = rig_.Write("a.yaml", rig_.Config("http://127.0.0.1:1"));
  for (const auto& [arguments, complaint] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"docter"}, "unknown command \"docter\"; did you mean doctor?"},
           {{"doctor", "--jsn"}, "unknown flag --jsn; did you mean --json?"},
           {{"doctor", "now"}, "usage: evenkeelctl doctor"},
           {{"doctor"}, "--config FILE (or EVENKEEL_CONFIG) is needed"},
           {{"doctor", "--config", "/no/such.yaml"}, "\"/no/such.yaml\" cannot be read"},
           {{"plan", "dial", "--config", config}, "plan knows \"capacity\" alone, not \"dial\""},
           {{"snapshot", "seven", "--config", config}, "the snapshot must be a number"},
       }) {
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.code, 2) << complaint;
    EXPECT_THAT(Complaints(outcome.err),
                ElementsAre(AllOf(StartsWith("evenkeelctl: "), HasSubstr(complaint))));
  }
}

TEST_F(CtlTest, EveryWrongKeyHasItsLine) {
  const std::string file = rig_.Write("a.yaml", "scop: {}\nlgo: {}\n");
  const Outcome outcome = Run({"doctor", "--config", file});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(Complaints(outcome.err),
              ElementsAre(HasSubstr(":1: scop is an unknown key; did you mean \"scope\"?"),
                          HasSubstr(":2: lgo is an unknown key; did you mean \"log\"?"),
                          HasSubstr("centre.region is missing")));
}

TEST_F(CtlTest, Api10DoctorEndsWithAVerdictAndItsExitCode) {
  rig_.StartSimulator();
  const std::string good = rig_.Write("good.yaml", rig_.Config(rig_.url()));
  const Outcome well = Run({"doctor", "--config", good});
  EXPECT_EQ(well.code, 0);
  EXPECT_EQ(well.err, "");
  EXPECT_THAT(well.out,
              AllOf(HasSubstr("organisation   a moving mix, a ring queue and a campaign ("),
                    HasSubstr("evenkeel-actuator         127.0.0.1:0  not running"),
                    EndsWith("\nall is well, 1 warning\n")));
  EXPECT_THAT(Run({"doctor", "--json", "--config", good}).out,
              AllOf(StartsWith("{\"ok\":true,"), EndsWith("}\n")));

  const Outcome wrong = Run({"doctor", "--config", good},
                            {"GENESYS_CLIENT_ID=evenkeel-demo", "GENESYS_CLIENT_SECRET=guessed"});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_EQ(wrong.err, "evenkeelctl: 1 problem, 1 warning\n");
  EXPECT_THAT(wrong.out,
              HasSubstr("problem        read client: tokens.me: the login answered 401"));
}

TEST_F(CtlTest, Api10DoctorShowsServicesThatRun) {
  rig_.StartSimulator();
  const std::string config = rig_.Write("a.yaml", rig_.Config(rig_.url()));
  const auto actuator = rig_.Start("evenkeel-actuator", {"--config", config});
  const int port = PortIn(actuator->WaitForLine("\"listening\""));
  ASSERT_TRUE(actuator->WaitForLine("\"ready\"").ok());
  const std::string running =
      rig_.Write("b.yaml", rig_.Config(rig_.url(), absl::StrCat("127.0.0.1:", port)));
  const Outcome outcome = Run({"doctor", "--config", running});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("all dry_run; 0 writes in the last hour"));
}

// FAIR-7, FAIR-9: tables for people, JSON and CSV for programs.
TEST_F(CtlTest, FAIR9_HoldsAndAuditOfAnActuatorThatRuns) {
  rig_.StartSimulator();
  const std::string config = rig_.Write("a.yaml", rig_.Config(rig_.url()));
  const auto actuator = rig_.Start("evenkeel-actuator", {"--config", config});
  const int port = PortIn(actuator->WaitForLine("\"listening\""));
  ASSERT_TRUE(actuator->WaitForLine("\"ready\"").ok());
  const std::string running =
      rig_.Write("b.yaml", rig_.Config(rig_.url(), absl::StrCat("127.0.0.1:", port)));
  EXPECT_EQ(Run({"holds", "--config", running}).out, "nobody is held, and nobody was\n");
  EXPECT_THAT(Run({"holds", "--json", "--config", running}).out, HasSubstr("\"holds\": []"));
  EXPECT_EQ(Run({"holds", "restore", "--config", running}).out, "0 end now\n");
  const Outcome unknown = Run({"holds", "release", "abc", "--config", running});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("there is no change abc"));
  EXPECT_EQ(Run({"holds", "let go", "--config", running}).code, 2);

  EXPECT_EQ(Run({"pause", "--kind", "throttle", "--actor", "ann", "--reason",
                 "a \"storm\", they say", "--config", running})
                .code,
            0);
  EXPECT_THAT(
      Run({"audit", "--csv", "--config", running}).out,
      AllOf(StartsWith("\"sequence\",\"at\",\"actor\",\"action\""),
            HasSubstr("\"ann\",\"pause\",\"\",\"\",\"\",\"throttle\",\"\",\"0\",\"a \"\"storm\"\", "
                      "they say\"\r\n")));
}

TEST_F(CtlTest, FAIR4_FairnessAndAlertsOfAScorerThatRuns) {
  rig_.StartSimulator();
  const std::string config = rig_.Write("a.yaml", rig_.Config(rig_.url()));
  const auto scorer = rig_.Start("evenkeel-fairness-scorer", {"--config", config});
  const int port = PortIn(scorer->WaitForLine("\"listening\""));
  const std::string running =
      rig_.Write("b.yaml", rig_.Config(rig_.url(), absl::StrCat("127.0.0.1:", port)));
  EXPECT_EQ(Run({"alerts", "--config", running}).out, "no alerts\n");
  EXPECT_EQ(Run({"alerts", "--json", "--config", running}).out, "");
  EXPECT_EQ(Run({"alerts", "--limit", "few", "--config", running}).code, 2);
  const Outcome fairness = Run({"fairness", "--config", running});  // nothing was scored yet
  EXPECT_EQ(fairness.code, 1);
  EXPECT_THAT(fairness.err, HasSubstr("no snapshot has been scored yet"));
}

TEST_F(CtlTest, CAP6_AProblemThatCannotBeIsExplainedAndPlannedAllTheSame) {
  rig_.StartSimulator();
  std::string config = rig_.Config(rig_.url());
  const auto optimizer =
      rig_.Start("evenkeel-optimizer", {"--config", rig_.Write("a.yaml", config)});
  const std::string any = "optimizer: {listen: \"127.0.0.1:0\"";
  ASSERT_NE(config.find(any), std::string::npos);
  config.replace(config.find(any), any.size(),
                 absl::StrCat("optimizer: {listen: \"127.0.0.1:",
                              PortIn(optimizer->WaitForLine("\"listening\"")), "\""));
  const std::string running = rig_.Write("b.yaml", config);
  const auto plan = [&](const std::string& min) {
    return Run({"plan", "capacity", "--config", running, "--problem",
                rig_.Write("problem.json",
                           R"({"balance":{"queues":[{"id":"sales","calls_per_hour":60,
          "handle_seconds":300,"patience_seconds":120,"weight":1,"max":20,"min":)" +
                               min + R"(}],
          "groups":[{"id":"a","agents":5,"queues":[{"queue_id":"sales"}]}]}})")});
  };
  const Outcome good = plan("2");
  EXPECT_EQ(good.code, 0) << good.err;
  // 25.5 s of 120 s patience: 21.3 % give up; at a call a minute 0.425 wait.
  EXPECT_THAT(Lines(good.out),
              ElementsAre("queue  agents    wait  give up  in target    one more saves",
                          "-----  ------  ------  -------  ---------  ----------------",
                          StartsWith("sales       5  25.5 s   21.3 %"),
                          AllOf(StartsWith("objective 0.425"), HasSubstr("certified to"))));
  const Outcome bad = plan("7");
  EXPECT_EQ(bad.code, 0) << bad.err;
  EXPECT_THAT(bad.out, AllOf(StartsWith("cannot hold together: group:a, min:sales\n"),
                             HasSubstr("cure: Lower the minimum of queue sales from 7 to 5."),
                             HasSubstr("misses the minima least; it needs approval")));
}

// What evenkeelctl records of the running services, the lab plans again, and finds the same.
TEST_F(CtlTest, Sim7WhatIsRecordedIsReplayed) {
  rig_.StartSimulator();
  std::string config = rig_.Config(rig_.url());
  const std::string file = rig_.Write("a.yaml", config);
  const auto suite = rig_.Start("evenkeel-suite", {"--config", file});
  for (const std::string name : {"ingest", "optimizer"}) {
    const auto line = suite->WaitForLine("\"service_name\":\"evenkeel-" + name + "\"");
    const std::string any = name + ": {listen: \"127.0.0.1:0\"";
    ASSERT_NE(config.find(any), std::string::npos);
    config.replace(config.find(any), any.size(),
                   absl::StrCat(name, ": {listen: \"127.0.0.1:", PortIn(line), "\""));
  }
  const std::string running = rig_.Write("b.yaml", config);
  const std::string folder = rig_.Write("records", "");
  const std::vector<std::string> record = {"snapshot", "--config", running, "--record"};
  const auto into = [&](const std::string& where) {
    std::vector<std::string> arguments = record;
    arguments.push_back(where);
    return Run(arguments);
  };
  // Until there is something to plan from.
  RealClock clock;
  const SteadyTime end = clock.SteadyNow() + kPatience;
  Outcome recorded = into(folder + ".d/new");
  while (recorded.code != 0 && clock.SteadyNow() < end) recorded = into(folder + ".d/new");
  ASSERT_EQ(recorded.code, 0) << recorded.err;
  const std::string snapshot = Lines(recorded.out).at(0);
  // CAP-5: the plan as people read it; queues by name.
  const Outcome plan = Run({"plan", "capacity", "--config", running});
  EXPECT_EQ(plan.code, 0) << plan.err;
  EXPECT_THAT(plan.out, AllOf(ContainsRegex("queue +now  proposed  wait now  expected +one more "
                                            "saves  done"),
                              HasSubstr("\nBilling "), HasSubstr("in target now")));
  EXPECT_THAT(snapshot, AllOf(StartsWith(folder + ".d/new/snapshot-"), EndsWith(".json")));

  const auto replay = [&](const std::vector<std::string>& arguments) {
    const auto process = rig_.Start("evenkeel-lab", arguments, {});
    const auto code = process->WaitForExit();
    EXPECT_TRUE(code.ok()) << code.status();
    return std::pair(code.value_or(-1), process->out() + process->err());
  };
  const auto [code, text] = replay({"replay", "--config", file, snapshot});
  EXPECT_EQ(code, 0) << text;
  EXPECT_THAT(text, HasSubstr("is planned the same"));
  // Without the first queue.
  const size_t queue = config.find("    - {id: ");
  ASSERT_NE(queue, std::string::npos);
  config.erase(queue, config.find('\n', queue) + 1 - queue);
  const std::string other = rig_.Write("c.yaml", config);
  const auto [differs, difference] = replay({"replay", "--config", other, snapshot});
  EXPECT_EQ(differs, 1) << difference;

  const Outcome unwritable = into(folder);  // a file
  EXPECT_EQ(unwritable.code, 1);
  EXPECT_THAT(unwritable.err, HasSubstr("cannot be written"));
}

}  // namespace
}  // namespace evenkeel::binaries
