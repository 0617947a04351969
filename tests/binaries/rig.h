// What tests of the real programs share: a folder of their own, configurations, the programs as
// children, the simulator among them.
#pragma once

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/http/transport.h"
#include "tests/binaries/process.h"

namespace evenkeel::binaries {

// The programs that run services; EVENKEEL_BIN comes from CMake.
inline const std::vector<std::string> kServices = {"evenkeel-ingest", "evenkeel-optimizer",
                                                   "evenkeel-fairness-scorer", "evenkeel-actuator",
                                                   "evenkeel-suite"};

// "evenkeel-ingest" -> "ingest", for the names of tests.
inline std::string ShortName(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param.substr(info.param.find('-') + 1);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// The clock of programs and simulator: waits of the programs are a sixtieth as long.
inline constexpr double kFactor = 60;

inline std::vector<std::string> Lines(const std::string& text) {
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

class Rig {
 public:
  Rig() : clock_epoch_(absl::FormatTime(RealClock().Now(), absl::UTCTimeZone())) {
    std::string name = testing::TempDir() + "evenkeel-XXXXXX";
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  ~Rig() { std::filesystem::remove_all(folder_); }

  // Writes a file of this test and returns its path.
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = absl::StrCat(folder_, "/", name);
    std::ofstream(path) << text;
    return path;
  }

  // More keys of the section `centre`: ", read_client: {...}".
  std::string centre_extra;

  // A configuration with the API at `url`, `listen` and `metrics` as the addresses of all four.
  std::string Config(const std::string& url, const std::string& listen = "127.0.0.1:0",
                     const std::string& metrics = "127.0.0.1:0") {
    std::string text =
        absl::StrCat("clock: {factor: ", kFactor, ", epoch: \"", clock_epoch_,
                     "\"}\ncentre: {api_base_url: \"", url, "\", login_base_url: \"", url, "\"",
                     centre_extra, "}\nscope:\n  queues:\n", scope_, "services:\n");
    for (const char* name : {"ingest", "optimizer", "fairness_scorer", "actuator"}) {
      absl::StrAppend(&text, "  ", name, ": {listen: \"", listen, "\", metrics_listen: \"", metrics,
                      "\"}\n");
    }
    return text;
  }

  std::unique_ptr<Process> Start(const std::string& program,
                                 const std::vector<std::string>& arguments,
                                 const std::vector<std::string>& environment = kDemoClient) {
    std::vector<std::string> argv = {absl::StrCat(EVENKEEL_BIN, "/", program)};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    auto process = Process::Start(std::move(argv), environment);
    EXPECT_TRUE(process.ok()) << process.status();
    return *std::move(process);
  }

  // Starts the simulator; its URL is url(), its queues are what Config manages.
  void StartSimulator() {
    auto scope = Start("evenkeel-genesys-sim", {"--print-scope"}, {});
    EXPECT_EQ(*scope->WaitForExit(), 0);
    scope_ = scope->out();
    simulator_ = Start("evenkeel-genesys-sim",
                       {"--listen", "127.0.0.1:0", "--clock-factor", absl::StrCat(kFactor),
                        "--clock-epoch", clock_epoch_},
                       {});
    const auto line = simulator_->WaitForLine("listening on ");
    ASSERT_TRUE(line.ok()) << line.status();
    url_ = line->substr(line->find("http"));
  }
  const std::string& url() const { return url_; }

  // Sends to a program on this machine; fails the test when there is no 2xx answer.
  std::string Send(const std::string& method, const std::string& url,
                   const std::string& body = "") {
    http::Request request{method, url, {}, body};
    if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    const auto response = transport_->Send(request, kPatience);
    EXPECT_TRUE(response.ok()) << response.status();
    if (!response.ok()) return "";
    EXPECT_EQ(response->status / 100, 2) << url << ": " << response->body;
    return response->body;
  }
  // The simulator answers wrongly from now on: `kind` is a fault's "kind" and what belongs to it.
  void Fault(const std::string& path_prefix, const std::string& kind) {
    Send("POST", url_ + "/admin/v1/faults",
         absl::StrCat(R"([{"pathPrefix":")", path_prefix, R"(",)", kind, R"(,"count":1000000}])"));
  }
  void EndFaults() { Send("DELETE", url_ + "/admin/v1/faults"); }

  // The sum of a metric's samples whose line holds `labels`.
  double Metric(int port, const std::string& name, const std::string& labels) {
    double sum = 0;
    const std::string text = Send("GET", absl::StrCat("http://127.0.0.1:", port, "/metrics"));
    for (const std::string& line : Lines(text)) {
      double value = 0;
      if (line.starts_with(name + "{") && line.find(labels) != std::string::npos &&
          absl::SimpleAtod(line.substr(line.rfind(' ') + 1), &value)) {
        sum += value;
      }
    }
    return sum;
  }
  // Asks until the metric is at least `least`; true unless that takes longer than kPatience.
  bool AwaitMetric(int port, const std::string& name, const std::string& labels, double least) {
    RealClock clock;
    const SteadyTime end = clock.SteadyNow() + kPatience;
    while (Metric(port, name, labels) < least) {
      if (clock.SteadyNow() > end) return false;
    }
    return true;
  }

  inline static const std::vector<std::string> kDemoClient = {
      "GENESYS_CLIENT_ID=evenkeel-demo", "GENESYS_CLIENT_SECRET=evenkeel-demo"};

 private:
  const std::string clock_epoch_;
  std::string folder_;
  std::string scope_ = "    - {id: q1}\n";
  std::string url_;
  std::unique_ptr<Process> simulator_;
  std::unique_ptr<http::Transport> transport_ = [] {
    http::CurlOptions options;
    options.hosts = {"127.0.0.1"};
    return *http::MakeCurlTransport(options);
  }();
};

// The number after "port": in a line of the log; 0 when there is none.
inline int PortIn(const absl::StatusOr<std::string>& line) {
  EXPECT_TRUE(line.ok()) << line.status();
  if (!line.ok()) return 0;
  const size_t at = line->find("\"port\":");
  int port = 0;
  for (size_t i = at + 7; at != std::string::npos && i < line->size(); ++i) {
    if ((*line)[i] < '0' || (*line)[i] > '9') break;
    port = port * 10 + ((*line)[i] - '0');
  }
  EXPECT_GT(port, 0) << *line;
  return port;
}

// The lines of `text` that are not of the log: what a program says to who started it.
inline std::vector<std::string> Complaints(const std::string& text) {
  std::vector<std::string> complaints;
  for (const std::string& line : Lines(text)) {
    if (line[0] != '{') complaints.push_back(line);
  }
  return complaints;
}

}  // namespace evenkeel::binaries
