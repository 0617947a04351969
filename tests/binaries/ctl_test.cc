// evenkeelctl as a program: exit codes, what goes where, wrong command lines; API-10's doctor.
#include "tests/binaries/rig.h"

namespace evenkeel::binaries {
namespace {

using testing::AllOf;
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
  EXPECT_THAT(well.out, AllOf(HasSubstr("organisation   a moving mix ("),
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

}  // namespace
}  // namespace evenkeel::binaries
