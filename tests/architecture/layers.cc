#include "tests/architecture/layers.h"

#include <algorithm>
#include <regex>
#include <sstream>

namespace evenkeel::architecture {
namespace {

using Names = std::vector<std::string>;

bool StartsWithAny(const std::string& text, const Names& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return text.starts_with(prefix); });
}

// One row: files under `folder` (the first row that fits counts) may include our headers under
// `ours`, and besides the C++ library and abseil the libraries under `theirs`.
struct Row {
  std::regex folder;
  Names ours;
  Names theirs;
  // Pure code: no threads, no clock of the machine, no streams of the outside.
  bool pure = false;
};

const Names kGrpc = {"grpc", "google/protobuf/"};
const Names kProto = {"evenkeel/", "google/rpc/", "grpc/health/"};

Names Join(std::initializer_list<Names> lists) {
  Names all;
  for (const Names& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

const std::vector<Row>& Table() {
  static const std::vector<Row>& table = *new std::vector<Row>{
      // Test files may reach for anything their folder may, and for fakes; see IsTest.
      {std::regex("common/base/"), {"common/base/"}, {}},
      {std::regex("common/model/"), {"common/base/", "common/model/"}, {}, true},
      {std::regex("common/stats/"), {"common/base/", "common/stats/"}, {}, true},
      {std::regex("common/json/"), {"common/base/", "common/json/"}, {"simdjson.h"}},
      {std::regex("common/store/"), {"common/base/", "common/store/"}, {"sqlite3.h"}},
      {std::regex("common/http/"), {"common/base/", "common/http/"}, {"curl/"}},
      {std::regex("common/convert/"),
       Join({{"common/base/", "common/model/", "common/convert/"}, kProto}), kGrpc},
      {std::regex("common/config/"),
       Join({{"common/base/", "common/convert/", "common/config/"}, kProto}),
       Join({kGrpc, {"yaml-cpp/"}})},
      {std::regex("common/genesys/"),
       {"common/base/", "common/model/", "common/json/", "common/http/", "common/genesys/"},
       {}},
      {std::regex("common/obs/"), {"common/base/", "common/json/", "common/obs/"}, {"prometheus/"}},
      {std::regex("common/rpc/"), Join({{"common/base/", "common/obs/", "common/rpc/"}, kProto}),
       kGrpc},
      {std::regex("common/runtime/"),
       Join({{"common/base/", "common/model/", "common/config/", "common/convert/",
              "common/genesys/", "common/http/", "common/obs/", "common/rpc/", "common/runtime/"},
             kProto}),
       kGrpc},
      {std::regex("common/testing/"), Join({{"common/"}, kProto}), kGrpc},
      {std::regex("services/([a-z_]+)/core/"),
       {"common/base/", "common/model/", "common/stats/", "services/$1/core/"},
       {},
       true},
      {std::regex("services/([a-z_]+)/ports/"),
       {"common/base/", "common/model/", "common/stats/", "services/$1/core/",
        "services/$1/ports/"},
       {}},
      // Each adapter holds one technology; which one is in its name.
      {std::regex("services/([a-z_]+)/adapters/glpk_"),
       {"common/base/", "common/model/", "services/$1/"},
       {"glpk.h"}},
      {std::regex("services/([a-z_]+)/adapters/"), Join({{"common/", "services/$1/"}, kProto}),
       kGrpc},
      {std::regex("services/suite/"), {"common/runtime/", "services/"}, {}},
      {std::regex("services/([a-z_]+)/"), Join({{"common/", "services/$1/"}, kProto}), kGrpc},
      {std::regex("tools/genesys_sim/engine/"),
       {"common/base/", "tools/genesys_sim/engine/"},
       {},
       true},
      {std::regex("tools/genesys_sim/"),
       {"common/base/", "common/json/", "tools/genesys_sim/"},
       {"microhttpd.h", "yaml-cpp/"}},
      // The peer that our reader is measured against.
      {std::regex("tools/bench/simdjson_peer"), {"tools/bench/"}, {"simdjson.h"}},
      // It measures whatever there is, on what the simulator answers.
      {std::regex("tools/bench/"),
       Join({{"common/", "services/", "tools/bench/", "tools/ctl/table.h", "tools/genesys_sim/",
              "tools/lab/"},
             kProto}),
       kGrpc},
      // It reads what evenkeelctl recorded, and never calls a service.
      {std::regex("tools/lab/replay"),
       {"common/base/", "common/config/", "common/convert/", "common/json/", "common/model/",
        "evenkeel/", "services/optimizer/core/", "services/optimizer/adapters/glpk_",
        "services/optimizer/adapters/plan_to_proto.h", "services/optimizer/settings_from_config.h",
        "tools/ctl/table.h", "tools/genesys_sim/", "tools/lab/"},
       {"google/protobuf/"}},
      // Pure models and policies; it knows cores, never services.
      {std::regex("tools/lab/"),
       {"common/base/", "common/json/", "common/model/", "common/stats/",
        "services/optimizer/core/", "services/actuator/core/", "services/ingest/core/",
        "services/fairness_scorer/core/", "services/optimizer/adapters/glpk_", "tools/ctl/table.h",
        "tools/genesys_sim/", "tools/lab/"},
       {"yaml-cpp/"}},
      {std::regex("tools/demo/"), Join({{"common/", "tools/ctl/table.h", "tools/demo/"}, kProto}),
       kGrpc},
      {std::regex("tools/ctl/"), Join({{"common/", "tools/ctl/"}, kProto}), kGrpc},
      {std::regex("cmake/"), {}, {}},
      {std::regex("tests/"), Join({{"common/", "services/", "tools/", "tests/"}, kProto}),
       Join({kGrpc, {"curl/"}})},
  };
  return table;
}

bool IsTest(const std::string& path) {
  return path.ends_with("_test.cc") || path.find("/testing/") != std::string::npos ||
         path.starts_with("tests/");
}

// Headers of the C++ and C library have no slash and no ".h", or are in this list.
bool IsLibrary(const std::string& header) {
  static const Names kPosix = {"sys/",    "netinet/", "arpa/",   "unistd.h",
                               "fcntl.h", "poll.h",   "signal.h"};
  return (header.find('/') == std::string::npos && header.find(".h") == std::string::npos) ||
         StartsWithAny(header, kPosix);
}

const Names kImpureHeaders = {"thread",
                              "mutex",
                              "condition_variable",
                              "atomic",
                              "future",
                              "fstream",
                              "iostream",
                              "filesystem",
                              "cstdio",
                              "chrono",
                              "absl/time/clock.h",
                              "absl/synchronization/",
                              "common/base/ids.h",
                              "sys/",
                              "unistd.h"};

}  // namespace

std::vector<std::string> CheckIncludes(const std::string& path, const std::string& text) {
  std::vector<std::string> breaches;
  const Row* row = nullptr;
  std::smatch match;
  for (const Row& candidate : Table()) {
    if (std::regex_search(path, match, candidate.folder, std::regex_constants::match_continuous)) {
      row = &candidate;
      break;
    }
  }
  if (row == nullptr) return {path + ": is in a folder that the table does not know"};
  Names ours = row->ours;
  for (std::string& prefix : ours) {
    if (const size_t at = prefix.find("$1"); at != std::string::npos) {
      prefix.replace(at, 2, match[1].str());
    }
  }
  static const std::regex kInclude(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::smatch include;
    if (!std::regex_search(line, include, kInclude)) continue;
    const std::string header = include[2].str();
    const std::string where = path + ":" + std::to_string(number) + ": ";
    if (row->pure && !IsTest(path) && StartsWithAny(header, kImpureHeaders)) {
      breaches.push_back(where + "pure code includes " + header);
      continue;
    }
    if (include[1].str() == "\"") {
      const bool test_extra =
          IsTest(path) && (header.starts_with("common/") || header.starts_with("tests/"));
      // A test stands beside the code, and may use its service's adapters.
      const std::string service = path.substr(0, path.find('/', path.find('/') + 1) + 1);
      const bool test_own =
          IsTest(path) && path.starts_with("services/") && header.starts_with(service);
      if (!StartsWithAny(header, ours) && !test_extra && !test_own) {
        breaches.push_back(where + "may not include " + header);
      }
      continue;
    }
    const bool allowed =
        IsLibrary(header) || header.starts_with("absl/") || StartsWithAny(header, row->theirs) ||
        (IsTest(path) && (header.starts_with("gtest/") || header.starts_with("gmock/") ||
                          StartsWithAny(header, kGrpc)));
    if (!allowed) breaches.push_back(where + "may not include <" + header + ">");
  }
  return breaches;
}

}  // namespace evenkeel::architecture
