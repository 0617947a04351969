#include "tools/bench/bench.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdio>

#include "common/base/flags.h"
#include "common/json/writer.h"
#include "tools/ctl/table.h"

namespace evenkeel::bench {
namespace {

int Fail(int code, const std::string& program, const absl::Status& status) {
  std::fprintf(stderr, "%s: %s\n", program.c_str(), std::string(status.message()).c_str());
  return code;
}

std::string TableText(const std::vector<Row>& rows) {
  ctl::Table table({"what", ">ours", ">peer", "unit", ">ratio", "peer is"});
  for (const Row& row : rows) {
    table.Add({row.name, absl::StrFormat("%.4g", row.ours), absl::StrFormat("%.4g", row.peer),
               row.unit, absl::StrFormat("%.3g", Ratio(row)), row.peer_name});
  }
  return table.Text();
}

}  // namespace

double Ratio(const Row& row) {
  return row.kind == Kind::kTime ? row.peer / row.ours : row.ours / row.peer;
}

std::string JsonText(const Row& row) {
  return json::Writer()
      .BeginObject()
      .Field("name", row.name)
      .Field("ours", row.ours)
      .Field("peer", row.peer)
      .Field("peer_name", row.peer_name)
      .Field("unit", row.unit)
      .Field("ratio", Ratio(row))
      .EndObject()
      .Take();
}

double Percentile(std::vector<double> samples, double share_ratio) {
  assert(!samples.empty() && share_ratio > 0 && share_ratio <= 1);
  const double rank = std::ceil(share_ratio * static_cast<double>(samples.size()));
  const auto at = samples.begin() + static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
  std::nth_element(samples.begin(), at, samples.end());
  return *at;
}

int BenchMain(int argc, char** argv, const std::string& program, const std::string& summary,
              const std::function<absl::StatusOr<Report>(bool quick)>& measure) {
  bool json = false, quick = false;
  Flags flags(program, summary);
  flags.AddSwitch("json", "print one JSON object a row", &json)
      .AddSwitch("quick", "so few repetitions that the figures mean nothing: for tests", &quick);
  const auto rest = flags.Parse(argc, argv);
  if (!rest.ok()) return Fail(2, program, rest.status());
  if (flags.help_asked()) {
    std::printf("%s", flags.Help().c_str());
    return 0;
  }
  if (!rest->empty()) {
    return Fail(2, program,
                absl::InvalidArgumentError("unexpected argument \"" + (*rest)[0] + "\""));
  }
  const auto report = measure(quick);
  if (!report.ok()) return Fail(1, program, report.status());
  if (json) {
    for (const Row& row : report->rows) std::printf("%s\n", JsonText(row).c_str());
  } else {
    std::printf("%s%s", TableText(report->rows).c_str(), report->method.c_str());
  }
  return 0;
}

}  // namespace evenkeel::bench
