// ACT-5: a crash at any instruction, then restart, ends where no crash would. A fixed scene with
// moves, approvals, a rollback, a foreign edit, lost calls and a pause is lived through once
// without a crash, and then once for every point at which the actuator can die: before and after
// each ledger write and each call to the centre.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <random>

#include "services/actuator/testing/audit_check.h"
#include "services/actuator/testing/crash.h"
#include "services/actuator/testing/rig.h"

namespace evenkeel::actuator {
namespace {

using model::MembershipEntity;
using model::QueueCapacityEntity;
using testing::IsEmpty;

struct Outcome {
  std::map<std::string, model::Value> centre;
  std::map<std::string, std::string> answers;  // by request: how its change ended, or the refusal
  std::vector<std::string> left_alone;

  friend bool operator==(const Outcome&, const Outcome&) = default;
  friend void PrintTo(const Outcome& outcome, std::ostream* out) {
    for (const auto& [key, value] : outcome.centre) {
      *out << "\n  " << key << ": " << model::ValueText(value);
    }
    for (const auto& [id, answer] : outcome.answers) *out << "\n  " << id << ": " << answer;
    for (const std::string& key : outcome.left_alone) *out << "\n  left alone: " << key;
  }
};

// A scene: what clients and others do at which second. Clients ask again, with the same request id,
// until they are answered.
class Scene : public Rig {
 public:
  Scene() {
    settings.read_back = {absl::Seconds(10), 3};
    settings.read_back_interval = absl::Seconds(1);
    settings.retry_delay = absl::Seconds(2);
    settings.monitor_interval = absl::Seconds(15);
    settings.uncertain = absl::Minutes(1);
    settings.approval_lifetime = absl::Minutes(1);
    centre.delay = [this] { return absl::Seconds(calls_++ % 5); };
    // One call never arrives, and one answer is lost.
    centre.refuse = [this](const std::string& call) {
      if (call.rfind("set_", 0) != 0 || ++arrivals_ != 2) return absl::OkStatus();
      return absl::UnavailableError("connection refused");
    };
    centre.lose_answer = [this](const std::string&) {
      return ++answers_ == 2 ? absl::DeadlineExceededError("no answer") : absl::OkStatus();
    };
  }

  // Dies at each of the points in turn, every one counted from the restart before. Answers how it
  // ended after `seconds`.
  Outcome Play(int seconds, std::vector<int64_t> deaths) {
    std::reverse(deaths.begin(), deaths.end());
    Restart(deaths);
    const absl::Time start = clock.Now();
    for (int second = 0; second < seconds; ++second) {
      for (auto step = steps_.begin(); step != steps_.end();) {
        if (step->second > second) {
          ++step;
        } else if (step->ask(*actuator, {step->id, false})) {
          step = steps_.erase(step);
        } else {
          Restart(deaths);  // and ask again
        }
      }
      const absl::Status status = actuator->Tick({});
      EXPECT_EQ(status.ok(), !crash.dead()) << status;
      if (crash.dead()) Restart(deaths);
      clock.Advance(start + absl::Seconds(second + 1) - clock.Now());
    }
    EXPECT_THAT(steps_, IsEmpty());
    return Look();
  }

  int64_t points() const { return crash.points(); }
  void Check() { CheckHistory(*ledger, Audit(), centre, settings.read_back.verify_timeout); }

 protected:
  using Ask = std::function<absl::Status(Actuator&, const RequestHeader&)>;

  // Somebody asks something at a second.
  void At(int second, const std::string& id, Ask ask) {
    requests_.push_back(id);
    steps_.push_back({second, id, [this, ask](Actuator& a, const RequestHeader& header) {
                        (void)ask(a, header);
                        return !crash.dead();
                      }});
  }
  // A proposal, made up at that second.
  void ProposeAt(int second, const std::string& id, std::function<model::Proposal()> make) {
    auto made = std::make_shared<std::optional<model::Proposal>>();
    At(second, id, [make, made](Actuator& a, const RequestHeader& header) {
      if (!made->has_value()) *made = make();
      return a.Propose(header, **made).status();
    });
  }
  // Something that happens in the centre.
  void EditAt(int second, const model::Entity& entity, const model::Value& value) {
    steps_.push_back({second, "", [this, entity, value](Actuator&, const RequestHeader&) {
                        centre.Edit(entity, value);
                        return true;
                      }});
  }
  std::string ChangeOf(const std::string& request_id) {
    const auto request = ledger->FindRequest(request_id);
    return request.ok() && request->has_value() ? (*request)->change_id : "";
  }

  CrashSwitch crash;

 private:
  struct Step {
    int second;
    std::string id;
    std::function<bool(Actuator&, const RequestHeader&)> ask;
  };

  void Restart(std::vector<int64_t>& deaths) {
    crash.Arm(deaths.empty() ? 0 : deaths.back());
    if (!deaths.empty()) deaths.pop_back();
    Start(&crashing_ledger_, &crashing_centre_);
  }

  Outcome Look() {
    Outcome outcome;
    outcome.centre = centre.FinalState();
    for (const std::string& id : requests_) {
      const std::optional<RequestRecord> request = *ledger->FindRequest(id);
      EXPECT_TRUE(request.has_value()) << id;
      if (!request.has_value() || request->change_id.empty()) continue;
      const model::Change change = ledger->GetChange(request->change_id)->change;
      // Whether somebody else's edit is met by the monitor before or by the reading before the call
      // after the proposal is a matter of seconds, and comes to the same.
      outcome.answers[id] = change.refusal_reason.empty() ? model::ChangeStateName(change.state)
                                                          : change.refusal_reason;
    }
    const auto left_alone = ledger->FindLeftAlone(clock.Now(), "");
    for (const LeftAloneEntry& entry : *left_alone) {
      outcome.left_alone.push_back(model::EntityKey(entry.entity));
    }
    return outcome;
  }

  CrashingLedger crashing_ledger_{*ledger, crash};
  CrashingCentre crashing_centre_{centre, crash};
  std::vector<Step> steps_;
  std::vector<std::string> requests_;
  int calls_ = 0;
  int arrivals_ = 0;
  int answers_ = 0;
};

class MembershipScene : public Scene {
 public:
  static constexpr int kSeconds = 150;

  MembershipScene() {
    settings.modes.by_queue["q3"] = Mode::kApprove;
    for (int i = 0; i < 8; ++i) {
      const std::string agent = "a" + std::to_string(i);
      centre.AddMember("q1", agent, i < 4);
      centre.AddMember("q2", agent, i >= 4);
      centre.AddMember("q3", agent, false);
    }
    for (const char* agent : {"a0", "a1", "a2"}) {
      const std::string a = agent;
      ProposeAt(2, "join " + a, [this, a] { return Join("q2", a, "m" + a, "p1"); });
      ProposeAt(2, "leave " + a, [this, a] { return Leave("q1", a, "m" + a, "p1"); });
    }
    ProposeAt(2, "join alone", [this] { return Join("q1", "a4", "", "p1"); });
    ProposeAt(2, "superseded", [this] { return Join("q1", "a6", "", "p1"); });
    ProposeAt(2, "superseding", [this] { return Join("q1", "a6", "", "p1"); });
    ProposeAt(2, "to approve", [this] { return Join("q3", "a5"); });
    ProposeAt(3, "to discard", [this] { return Join("q3", "a6"); });
    At(30, "approve", [this](Actuator& a, const RequestHeader& header) {
      return a.Approve(header, ChangeOf("to approve"), 1, "ann").status();
    });
    At(30, "discard", [this](Actuator& a, const RequestHeader& header) {
      return a.Discard(header, ChangeOf("to discard"), "ann", "not today").status();
    });
    EditAt(35, MembershipEntity{"q1", "a7"}, true);
    At(40, "pause", [](Actuator& a, const RequestHeader& header) {
      return a.PauseActuation(header, {}, "ann", "storm").status();
    });
    ProposeAt(45, "paused", [this] { return Join("q1", "a5"); });
    At(50, "resume", [](Actuator& a, const RequestHeader& header) {
      return a.ResumeActuation(header, {}, "ann").status();
    });
    ProposeAt(60, "foreign", [this] { return Leave("q1", "a7"); });
    At(60, "roll back", [this](Actuator& a, const RequestHeader& header) {
      return a.RollBack(header, ChangeOf("join alone"), "ann", "undo").status();
    });
    ProposeAt(65, "join back", [this] { return Join("q1", "a0", "back", "p2"); });
    ProposeAt(65, "leave back", [this] { return Leave("q2", "a0", "back", "p2"); });
    ProposeAt(66, "never approved", [this] { return Join("q3", "a1"); });
  }
};

// The same for queue capacities.
class CapacityScene : public Scene {
 public:
  static constexpr int kSeconds = 80;

  CapacityScene() {
    settings.capacity_lever = model::CapacityLever::kQueueCapacity;
    for (const char* queue : {"q1", "q2", "q3"}) centre.AddQueueCapacity(queue, 10);
    ProposeAt(2, "rise", [this] { return Capacity("q1", 10, 14); });
    ProposeAt(2, "fall", [this] { return Capacity("q2", 10, 8); });
    ProposeAt(30, "again", [this] { return Capacity("q1", 14, 12); });
    EditAt(30, QueueCapacityEntity{"q3"}, int64_t{25});
    ProposeAt(30, "stale", [this] { return Capacity("q3", 10, 12); });
    At(50, "roll back", [this](Actuator& a, const RequestHeader& header) {
      return a.RollBack(header, ChangeOf("fall"), "ann", "undo").status();
    });
  }
};

template <typename AnyScene>
class CrashTest : public testing::Test {};
using Scenes = testing::Types<MembershipScene, CapacityScene>;
TYPED_TEST_SUITE(CrashTest, Scenes);

// One run with deaths, and what must hold after it.
template <typename AnyScene>
void DieAndCompare(const std::vector<int64_t>& deaths, const Outcome& expected) {
  AnyScene scene;
  const Outcome outcome = scene.Play(AnyScene::kSeconds, deaths);
  EXPECT_EQ(outcome, expected);
  EXPECT_THAT(scene.centre.stranded(), IsEmpty());
  scene.Check();
}

TYPED_TEST(CrashTest, Act5ADeathAtAnyPointEndsWhereNoneWould) {
  TypeParam alive;
  const Outcome expected = alive.Play(TypeParam::kSeconds, {});
  alive.Check();
  EXPECT_THAT(alive.centre.stranded(), IsEmpty());
  ASSERT_GT(alive.points(), 60);
  for (int64_t point = 1; point <= alive.points(); ++point) {
    SCOPED_TRACE("dies at point " + std::to_string(point) + " of " +
                 std::to_string(alive.points()));
    DieAndCompare<TypeParam>({point}, expected);
    if (testing::Test::HasFailure()) return;
  }
}

TYPED_TEST(CrashTest, Act5SoDoDeathsDuringRecovery) {
  TypeParam alive;
  const Outcome expected = alive.Play(TypeParam::kSeconds, {});
  std::mt19937 random(5);
  for (int round = 0; round < 40; ++round) {
    std::vector<int64_t> deaths = {1 + static_cast<int64_t>(random() % alive.points())};
    for (int again = 0; again < 3; ++again) deaths.push_back(1 + random() % 12);
    SCOPED_TRACE(testing::PrintToString(deaths));
    DieAndCompare<TypeParam>(deaths, expected);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(SceneTest, TheMembershipSceneGoesAsItIsMeantTo) {
  MembershipScene scene;
  const Outcome outcome = scene.Play(MembershipScene::kSeconds, {});
  const std::map<std::string, std::string> expected = {
      {"join a0", "applied"},        {"leave a0", "applied"},      {"join a1", "applied"},
      {"leave a1", "applied"},       {"join a2", "applied"},       {"leave a2", "applied"},
      {"join alone", "rolled_back"}, {"superseded", "superseded"}, {"superseding", "applied"},
      {"to approve", "applied"},     {"to discard", "discarded"},  {"approve", "applied"},
      {"discard", "discarded"},      {"paused", "PAUSED"},         {"foreign", "CHANGED_BY_OTHER"},
      {"roll back", "applied"},      {"join back", "applied"},     {"leave back", "applied"},
      {"never approved", "expired"}};
  EXPECT_EQ(outcome.answers, expected);
  EXPECT_THAT(outcome.left_alone, testing::ElementsAre("membership/q1/a7"));
}

// The ledger in a file, opened anew after each death.
TEST(LedgerFileTest, Act5WhatWasCommittedIsThereAfterADeath) {
  const auto path = std::filesystem::path(testing::TempDir()) / "evenkeel_actuator_crash.db";
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
  Rig rig;
  rig.centre.AddMember("q1", "a", true);
  rig.centre.AddMember("q2", "a", false);
  rig.centre.delay = [] { return absl::Seconds(3); };
  rig.ledger = *SqliteLedger::Open(path.string());
  rig.Start();
  const std::string join = rig.Accept(rig.Join("q2", "a", "m"));
  const std::string leave = rig.Accept(rig.Leave("q1", "a", "m"));
  for (int second = 0; second < 20; ++second) {
    rig.actuator.reset();
    rig.ledger = nullptr;
    rig.ledger = *SqliteLedger::Open(path.string());
    rig.Start();
    rig.Tick();
    rig.clock.Advance(absl::Seconds(1));
  }
  EXPECT_EQ(rig.StateOf(join), model::ChangeState::kApplied);
  EXPECT_EQ(rig.StateOf(leave), model::ChangeState::kApplied);
  EXPECT_EQ(rig.centre.Count(FakeCentre::Record::What::kWrite), 2);
}

}  // namespace
}  // namespace evenkeel::actuator
