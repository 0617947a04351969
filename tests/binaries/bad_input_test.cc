// The real programs with wrong flags and configurations: each says in one line a problem what to
// fix, and ends with exit code 2 (1 where the machine and not the input is to blame).
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/binaries/rig.h"

namespace evenkeel::binaries {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kNowhere[] = "http://127.0.0.1:1";

class BadInputTest : public testing::TestWithParam<std::string> {
 protected:
  struct Outcome {
    int code = -1;
    std::vector<std::string> complaints;  // without the program's name
    std::string out;
  };
  Outcome Run(const std::vector<std::string>& arguments,
              const std::vector<std::string>& environment = Rig::kDemoClient) {
    auto process = rig_.Start(GetParam(), arguments, environment);
    const auto code = process->WaitForExit();
    EXPECT_TRUE(code.ok()) << code.status();
    Outcome outcome{code.value_or(-1), {}, process->out()};
    for (const std::string& line : Complaints(process->err())) {
      EXPECT_TRUE(line.starts_with(GetParam() + ": ")) << line;
      outcome.complaints.push_back(line.substr(std::min(line.size(), GetParam().size() + 2)));
    }
    return outcome;
  }
  Outcome RunConfig(const std::string& text) {
    return Run({"--config", file_ = rig_.Write("evenkeel.yaml", text)});
  }

  Rig rig_;
  std::string file_;
};

INSTANTIATE_TEST_SUITE_P(Programs, BadInputTest, testing::ValuesIn(kServices), ShortName);

TEST_P(BadInputTest, AWrongCommandLineIsOneLine) {
  for (const auto& [arguments, complaint] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--cofnig", "x.yaml"}, "unknown flag --cofnig; did you mean --config?"},
           {{"--frobnicate"}, "unknown flag --frobnicate; --help lists the flags"},
           {{"--config"}, "flag --config needs a value: --config FILE"},
           {{}, "--config FILE is needed"},
           {{"stray"}, "unexpected argument \"stray\"; --help lists the flags"},
           {{"--config", "/no/such.yaml"}, "configuration file \"/no/such.yaml\" cannot be read"},
           {{"--config", "/"}, "configuration file \"/\" is a folder"},
       }) {
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.code, 2) << complaint;
    EXPECT_THAT(outcome.complaints, ElementsAre(complaint));
    EXPECT_EQ(outcome.out, "");
  }
}

TEST_P(BadInputTest, EveryUnknownKeyIsNamedWithWhatMayBeMeant) {
  const Outcome outcome =
      RunConfig(rig_.Config(kNowhere) + "scop: {}\nfrobnicate: 1\n" + "actuator: {mdoe: live}\n");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.complaints,
              ElementsAre(file_ + ":11: scop is an unknown key; did you mean \"scope\"?",
                          HasSubstr(":12: frobnicate is an unknown key; known: clock, centre"),
                          file_ + ":13: actuator.mdoe is an unknown key; did you mean \"mode\"?"));
}

TEST_P(BadInputTest, EveryInvalidValueIsNamed) {
  const Outcome outcome = RunConfig(
      "centre: {region: mypurecloud.ie, dialect: french, rate_share: 2, connect_timeout: soon}\n"
      "scope: {queues: [{id: q1, min_agents: 9, max_agents: 3}, {id: q1}, {weight: heavy}]}\n"
      "services: {ingest: {listen: nowhere}}\n"
      "actuator: {mode: live}\n"
      "log: [loud]\n");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(
      outcome.complaints,
      ElementsAre(file_ + ":1: centre.dialect must be one of platform, guide",
                  HasSubstr(":1: centre.connect_timeout must be a duration such as"),
                  file_ + ":2: scope.queues[2].weight must be a number",
                  file_ + ":5: log must be a mapping", "centre.rate_share must be 0 to 1, is 2",
                  "scope.queues[0].min_agents must be at most max_agents (3), is 9",
                  "scope.queues[1].id \"q1\" is listed twice", "scope.queues[2].id is missing",
                  "services.ingest.listen must be host:port, is \"nowhere\"",
                  HasSubstr("actuator.database is missing: ")));
}

TEST_P(BadInputTest, WhatIsNoYamlIsOneLineWithItsPlace) {
  for (const auto& [text, complaint] : std::vector<std::pair<std::string, std::string>>{
           {"centre:\n  dialect: guide\n bad\n", ":3 is not YAML: "},
           {"log: {level: info\nscope: [\n", ":2 is not YAML: "},
           {"- a\n- b\n", ":1 must be a mapping"},
           {"log: {}\n---\nlog: {}\n", " holds more than one YAML document"},
           {std::string(100'000, '['), ":1 is not YAML: "},
       }) {
    const Outcome outcome = RunConfig(text);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.complaints, ElementsAre(testing::StartsWith(file_ + complaint)));
  }
}

TEST_P(BadInputTest, AnAddressThatIsTakenIsOneLine) {
  const int holder = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(holder, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(holder, 1), 0);
  socklen_t length = sizeof address;
  getsockname(holder, reinterpret_cast<sockaddr*>(&address), &length);
  const std::string taken = absl::StrCat("127.0.0.1:", ntohs(address.sin_port));

  const Outcome listen = RunConfig(rig_.Config(kNowhere, taken, ""));
  EXPECT_EQ(listen.code, 1);
  EXPECT_THAT(listen.complaints, ElementsAre("cannot listen on " + taken +
                                             ": the address is in use or not this machine's"));
  const Outcome metrics = RunConfig(rig_.Config(kNowhere, "127.0.0.1:0", taken));
  EXPECT_EQ(metrics.code, 1);
  EXPECT_THAT(metrics.complaints, ElementsAre("cannot serve metrics on " + taken +
                                              ": the address is in use or not this machine's"));
  close(holder);
}

TEST_P(BadInputTest, CheckConfigSaysThatAConfigurationIsValid) {
  const std::string file = rig_.Write("good.yaml", rig_.Config(kNowhere));
  const Outcome outcome = Run({"--config", file, "--check-config"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.complaints, testing::IsEmpty());
  EXPECT_EQ(outcome.out, GetParam() + ": " + file + " is valid\n");
}

// Programs that call the API.
class CredentialsTest : public BadInputTest {};
INSTANTIATE_TEST_SUITE_P(Programs, CredentialsTest,
                         testing::Values("evenkeel-ingest", "evenkeel-actuator", "evenkeel-suite"),
                         ShortName);

TEST_P(CredentialsTest, MissingCredentialsAreOneLineThatSaysWhereToPutThem) {
  const std::string plain = rig_.Write("plain.yaml", rig_.Config(kNowhere));
  const Outcome none = Run({"--config", plain}, {});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.complaints, ElementsAre("no client id: set GENESYS_CLIENT_ID, or name a file in "
                                           "centre.read_client.client_id_file"));
  const Outcome half = Run({"--config", plain}, {"GENESYS_CLIENT_ID=evenkeel-demo"});
  EXPECT_EQ(half.code, 2);
  EXPECT_THAT(half.complaints,
              ElementsAre("no client secret: set GENESYS_CLIENT_SECRET, or name a file in "
                          "centre.read_client.client_secret_file"));
  rig_.centre_extra = ", read_client: {client_secret_file: /no/such/secret}";
  const Outcome file = RunConfig(rig_.Config(kNowhere));
  EXPECT_EQ(file.code, 2);
  EXPECT_THAT(file.complaints,
              ElementsAre("no client secret: file /no/such/secret cannot be read"));
}

}  // namespace
}  // namespace evenkeel::binaries
