// The program itself: its first line, its end, and what it says of a wrong command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace evenkeel::sim {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Process {
  pid_t id;
  FILE* output;  // stdout and stderr

  std::string Line() {
    char line[4096];
    return fgets(line, sizeof line, output) == nullptr ? "" : line;
  }
  std::string Rest() {
    std::string rest;
    for (std::string line = Line(); !line.empty(); line = Line()) rest += line;
    return rest;
  }
  int Exit() {
    int status = 0;
    waitpid(id, &status, 0);
    fclose(output);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
};

Process Launch(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), SIMULATOR);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t id = fork();
  if (id == 0) {
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(ends[1]);
  return {id, fdopen(ends[0], "r")};
}

TEST(ProgramTest, SaysWhereItListensAndStopsWhenAsked) {
  for (const char* dialect : {"platform", "guide"}) {
    Process simulator = Launch({"--dialect", dialect, "--listen", "127.0.0.1:0", "--clock-factor",
                                "120", "--until=4h", "--seed=7"});
    const std::string line = simulator.Line();
    EXPECT_THAT(line, StartsWith("listening on http://127.0.0.1:"));
    EXPECT_THAT(line, testing::Not(HasSubstr(":0\n")));
    kill(simulator.id, SIGTERM);
    EXPECT_EQ(simulator.Rest(), "");
    EXPECT_EQ(simulator.Exit(), 0);
  }
}

TEST(ProgramTest, AWrongCommandLineEndsInOneLineAndExit2) {
  const std::string missing = "/no/such/scenario.yaml";
  for (const auto& [arguments, problem] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--dialct", "guide"}, "--dialect"},
           {{"--dialect", "french"}, "--dialect"},
           {{"--listen", "8088"}, "--listen"},
           {{"--listen", "nowhere:0"}, "nowhere"},
           {{"--listen", "127.0.0.1:99999"}, "99999"},
           {{"--seed", "-1"}, "--seed"},
           {{"--clock-factor", "121"}, "--clock-factor"},
           {{"--clock-factor", "0"}, "--clock-factor"},
           {{"--clock-epoch", "yesterday"}, "--clock-epoch"},
           {{"--clock-epoch", "2001-01-01T00:00:00Z", "--clock-factor", "60"}, "days to catch up"},
           {{"--until", "-4h"}, "--until"},
           {{"--rate-limit", "many"}, "--rate-limit"},
           {{"--token-lifetime", "0s"}, "--token-lifetime"},
           {{"--guide-behaviours", "stalls=off"}, "stalls=off"},
           {{"--scenario", missing}, missing},
           {{"--scenario", SCENARIO_README}, "README.md: "},
           {{"stray"}, "stray"},
           {{"--seed", "x", "--until", "y"}, "--until"},
       }) {
    Process simulator = Launch(arguments);
    const std::string output = simulator.Rest();
    EXPECT_EQ(simulator.Exit(), 2) << output;
    EXPECT_THAT(output, StartsWith("evenkeel-genesys-sim: "));
    EXPECT_THAT(output, HasSubstr(problem));
    EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 1) << output;
  }
}

TEST(ProgramTest, PrintsTheScopeOfAConfiguration) {
  Process simulator = Launch({"--print-scope"});
  const std::string scope = simulator.Rest();
  EXPECT_EQ(simulator.Exit(), 0);
  EXPECT_EQ(std::count(scope.begin(), scope.end(), '\n'), 7);
  EXPECT_THAT(scope, StartsWith("    - {id: \"5a1e0000-0000-4000-8000-000000000401\", skill_id: "));
  EXPECT_THAT(scope, HasSubstr("    # - {id: \"5a1e0000-0000-4000-8000-000000000406\""));
  EXPECT_THAT(scope, HasSubstr("  # Renewals: rings, a campaign or no calls\n"));
}

}  // namespace
}  // namespace evenkeel::sim
