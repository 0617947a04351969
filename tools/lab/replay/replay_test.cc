// SIM-7: recorded snapshots planned again.
#include "tools/lab/replay/replay.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/base/error_details.h"
#include "common/convert/snapshot.h"
#include "common/convert/time.h"
#include "evenkeel/ingest/v1/ingest_service.pb.h"
#include "services/optimizer/adapters/glpk_solver.h"
#include "services/optimizer/adapters/plan_to_proto.h"
#include "tools/genesys_sim/scenario/loader.h"
#include "tools/lab/compare/centre_view.h"
#include "tools/lab/compare/shift.h"
#include "tools/lab/compare/virtual_ingest.h"
#include "tools/lab/replay_command.h"

namespace evenkeel::lab {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Json(const google::protobuf::Message& message) {
  std::string text;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &text).ok());
  return text;
}

// A folder with recordings of the moving mix, when it has moved away from its staffing.
class ReplayTest : public ::testing::Test {
 protected:
  ReplayTest() {
    std::string name = testing::TempDir() + "replay-XXXXXX";
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    sim::Engine engine(sim::MovingMix(), 1000, absl::FromUnixSeconds(1'700'006'400));
    engine.AdvanceTo(engine.start());
    const CentreView view(engine, sim::QueuesToBalance(engine.scenario()));
    VirtualIngest ingest(view);
    for (int second = 1; second <= 5400; ++second) {
      engine.AdvanceTo(engine.start() + absl::Seconds(second));
      ingest.Tick(engine.now());
    }
    snapshot_ = ingest.snapshot();
    for (const model::Queue& queue : snapshot_.queues) {
      settings_.queues.push_back({.queue_id = queue.id});
    }
  }
  ~ReplayTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string file = folder_ + "/" + name;
    std::ofstream(file) << text;
    return file;
  }

  // As evenkeelctl writes what ingest and the optimizer answer.
  std::string Record(const model::Snapshot& snapshot, const std::string& name = "snapshot") {
    const absl::Time at = snapshot.taken_at + absl::Seconds(3);
    const auto plan = optimizer::PlanCapacity(snapshot, settings_, at, solver_);
    EXPECT_TRUE(plan.ok()) << plan.status();
    ingest::v1::GetSnapshotResponse snapshot_proto;
    *snapshot_proto.mutable_snapshot() = convert::ToProto(snapshot);
    optimizer::v1::PlanCapacityResponse plan_proto;
    *plan_proto.mutable_plan() = optimizer::ToProto(*plan, settings_.horizon, settings_.move_cost);
    *plan_proto.mutable_plan()->mutable_planned_at() = convert::ToProto(at);
    Write(name + ".plan.json", Json(plan_proto));
    return Write(name + ".json", Json(snapshot_proto));
  }

  Replayed Again(const std::string& file, const optimizer::PlannerSettings& settings) {
    const auto recordings = ReadRecordings({file});
    EXPECT_TRUE(recordings.ok()) << recordings.status();
    if (!recordings.ok()) return {};
    const auto replayed = Replay(recordings->front(), settings, solver_);
    EXPECT_TRUE(replayed.ok()) << replayed.status();
    return replayed.value_or(Replayed());
  }

  int Run(std::vector<std::string> arguments) {
    std::vector<const char*> argv = {"replay"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    return RunReplay(static_cast<int>(argv.size()), argv.data());
  }

  std::string folder_;
  model::Snapshot snapshot_;
  optimizer::PlannerSettings settings_;
  const optimizer::GlpkSolver solver_;
};

TEST_F(ReplayTest, Sim7TheSameCoreAndSettingsPlanTheSame) {
  const Replayed replayed = Again(Record(snapshot_), settings_);
  EXPECT_GT(replayed.moves.recorded, 3);
  EXPECT_EQ(replayed.queues.size(), settings_.queues.size());
  EXPECT_FALSE(replayed.Differs()) << ReplayText(replayed);
  EXPECT_THAT(ReplayText(replayed), AllOf(HasSubstr("is planned the same"), HasSubstr("\nBilling "),
                                          Not(HasSubstr("today, not recorded"))));
  EXPECT_THAT(ReplayJson(replayed),
              AllOf(HasSubstr(R"("differs":false)"), HasSubstr(R"("only_today":[])")));
}

TEST_F(ReplayTest, Sim7AnotherSettingIsADifferenceThatIsNamed) {
  const std::string file = Record(snapshot_);
  optimizer::PlannerSettings fewer = settings_;
  fewer.max_moves = 1;
  const Replayed replayed = Again(file, fewer);
  EXPECT_TRUE(replayed.Differs());
  EXPECT_EQ(replayed.moves.today, 1);
  EXPECT_GE(replayed.only_recorded.size(), replayed.moves.recorded - 1);
  const std::string text = ReplayText(replayed);
  EXPECT_THAT(text, AllOf(HasSubstr("DIFFERS"), HasSubstr("planned, wait"),
                          HasSubstr("recorded, not today:\n  agent "), HasSubstr(" joins ")));
  std::istringstream lines(text.substr(text.find('\n') + 1));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

TEST_F(ReplayTest, AQueueThatOnlyOnePlanHasIsADifference) {
  optimizer::PlannerSettings fewer = settings_;
  const std::string gone = fewer.queues.back().queue_id;
  fewer.queues.pop_back();
  const Replayed replayed = Again(Record(snapshot_), fewer);
  EXPECT_EQ(replayed.queues.back().queue_id, gone);
  EXPECT_TRUE(replayed.queues.back().Differs());
  EXPECT_THAT(ReplayJson(replayed), HasSubstr(R"("today":null)"));
}

TEST_F(ReplayTest, ARefusalIsADifference) {
  const std::string file = Record(snapshot_);
  optimizer::PlannerSettings strict = settings_;
  strict.quality.max_age_intervals = 1e-6;
  const Replayed replayed = Again(file, strict);
  EXPECT_TRUE(replayed.Differs());
  EXPECT_THAT(ReplayText(replayed), HasSubstr("recorded planned, today refused: "));
}

TEST_F(ReplayTest, NobodyAtWorkIsReplayedToo) {
  model::Snapshot night = snapshot_;
  for (model::AgentState& state : night.states) state.at_work = false;
  const std::string file = Record(night);
  EXPECT_EQ(Again(file, settings_).state, "idle");
  EXPECT_EQ(Run({file}), 0);
}

TEST_F(ReplayTest, EveryFileThatIsNoRecordingIsNamed) {
  const std::string alone = Write("alone.json", R"({"snapshot":{"number":"7"}})");
  const std::string broken = Write("broken.json", "{");
  Write("broken.plan.json", R"({"plan":{"moove":1}})");
  const std::string empty = Write("empty.json", "{}");
  Write("empty.plan.json", R"({"plan":{}})");
  const std::string swapped = Record(snapshot_, "swapped");
  Write("swapped.plan.json", R"({"plan":{"snapshotNumber":"1"}})");
  const auto recordings = ReadRecordings({alone, broken, empty, swapped, folder_});
  std::vector<std::string> lines = ErrorLines(recordings.status());
  for (std::string& line : lines) line = line.substr(line.rfind(folder_) + folder_.size());
  EXPECT_THAT(
      lines,
      ElementsAre("/alone.plan.json cannot be read", HasSubstr("/broken.json is not a snapshot"),
                  AllOf(HasSubstr("/broken.plan.json is not a plan"), HasSubstr("moove")),
                  "/empty.json holds no numbered snapshot",
                  HasSubstr("/swapped.plan.json is a plan from snapshot 1, not from "),
                  "/swapped.plan.json does not say planned_at", " cannot be read",
                  ".plan.json cannot be read"));
  EXPECT_EQ(ErrorLines(ReadRecordings({"x.plan.json"}).status()),
            std::vector<std::string>{"FILE a recorded snapshot is needed"});
}

TEST_F(ReplayTest, Sim7TheExitCodeSaysWhetherPlansDiffer) {
  const std::string file = Record(snapshot_);
  // The defaults of the configuration are those of the core.
  EXPECT_EQ(Run({file, PlanFileOf(file)}), 0);
  std::string config =
      "centre: {region: mypurecloud.com}\noptimizer: {moves_per_cycle: 1}\nscope:\n  queues:\n";
  for (const model::Queue& queue : snapshot_.queues) config += "    - {id: \"" + queue.id + "\"}\n";
  EXPECT_EQ(Run({"--config", Write("other.yaml", config), "--json", file}), 1);
  EXPECT_EQ(Run({"--config", Write("wrong.yaml", "scop: {}\n"), file}), 2);
  EXPECT_EQ(Run({"--config", Write("none.yaml", "centre: {region: mypurecloud.com}\n"), file}), 2);
  EXPECT_EQ(Run({}), 2);
  EXPECT_EQ(Run({"--jsn", file}), 2);
  EXPECT_EQ(Run({"--help"}), 0);
}

}  // namespace
}  // namespace evenkeel::lab
