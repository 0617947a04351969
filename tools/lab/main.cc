// evenkeel-lab: what the simulated centre is worth, and what a policy would do in it.
#include <cstdio>
#include <cstring>

#include "tools/lab/compare_command.h"
#include "tools/lab/judge_command.h"
#include "tools/lab/replay_command.h"
#include "tools/lab/validate.h"

namespace {

struct Command {
  const char* name;
  const char* summary;
  int (*run)(int argc, const char* const* argv);
};

constexpr Command kCommands[] = {
    {"compare", "what policies would have done, on the same calls", evenkeel::lab::RunCompare},
    {"judge", "the capacity or fairness loop against the bars of its specification",
     evenkeel::lab::RunJudge},
    {"replay", "recorded snapshots planned again", evenkeel::lab::RunReplay},
    {"validate", "the engine against published models and formulas", evenkeel::lab::RunValidate},
};

}  // namespace

int main(int argc, char** argv) {
  for (const Command& command : kCommands) {
    if (argc > 1 && std::strcmp(argv[1], command.name) == 0) {
      return command.run(argc - 1, argv + 1);
    }
  }
  const bool help = argc > 1 && std::strcmp(argv[1], "--help") == 0;
  std::FILE* out = help ? stdout : stderr;
  std::fprintf(out, "usage: evenkeel-lab COMMAND [flags]; each has --help\n");
  for (const Command& command : kCommands) {
    std::fprintf(out, "  %-10s %s\n", command.name, command.summary);
  }
  return help ? 0 : 2;
}
