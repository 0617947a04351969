// What the programs of scripts/bench share: a row that sets one of our figures beside a peer's of
// the same run, how rows are printed, and the command line.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>
#include <vector>

namespace evenkeel::bench {

enum class Kind {
  kTime,  // less is better
  kRate,  // more is better
};

struct Row {
  std::string name;
  Kind kind = Kind::kTime;
  double ours = 0;  // above 0, in `unit`, as is `peer`
  double peer = 0;
  std::string peer_name;
  std::string unit;
};

// Above 1: we are ahead. peer / ours for times, ours / peer for rates.
double Ratio(const Row& row);

// One JSON object with the keys name, ours, peer, peer_name, unit, ratio; without a newline.
std::string JsonText(const Row& row);

// The least sample that at least `share_ratio` (above 0 to 1) of the samples do not exceed.
// Requires samples.
double Percentile(std::vector<double> samples, double share_ratio);

struct Report {
  std::vector<Row> rows;
  std::string method;  // how it was measured; a line or two, each ending with a newline
};

// A program's main(): reads --json and --quick, calls `measure` and prints its report. `quick`: so
// few repetitions that the figures mean nothing, for tests. Returns the exit code.
int BenchMain(int argc, char** argv, const std::string& program, const std::string& summary,
              const std::function<absl::StatusOr<Report>(bool quick)>& measure);

}  // namespace evenkeel::bench
