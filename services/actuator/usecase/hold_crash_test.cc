// FAIR-7: whatever dies at whatever instruction, the agent is back in the state before, within the
// hold's time and one tick of time in which the actuator is up and the centre answers; and somebody
// else's choice stands. A hold's life is lived through once without a death, and then once for
// every point at which the actuator can die: before and after each ledger write and each call.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "services/actuator/testing/audit_check.h"
#include "services/actuator/testing/crash.h"
#include "services/actuator/testing/rig.h"

namespace evenkeel::actuator {
namespace {

using model::Availability;
using model::AvailabilityEntity;
using model::MembershipEntity;

constexpr absl::Duration kHoldFor = absl::Seconds(60);

// What happens around the hold.
enum class Story {
  kPlain,
  kSlowCentre,   // writes take effect late
  kLostAnswers,  // writes are done, their answers lost
  kLostCalls,    // every other write is lost
  kPaused,       // actuation is paused during the hold
  kDryRun,       // every restart is in dry run
  kReleased,     // somebody releases it early
  kOtherChoice,  // somebody else changes the agent during the hold
};
constexpr Story kStories[] = {Story::kPlain,     Story::kSlowCentre, Story::kLostAnswers,
                              Story::kLostCalls, Story::kPaused,     Story::kDryRun,
                              Story::kReleased,  Story::kOtherChoice};

class Life : public Rig {
 public:
  Life(bool guide, Story story) : guide_(guide), story_(story) {
    settings.read_back = {absl::Seconds(10), 3};
    settings.read_back_interval = absl::Seconds(1);
    settings.retry_delay = absl::Seconds(2);
    settings.monitor_interval = absl::Seconds(15);
    settings.uncertain = absl::Minutes(1);
    if (guide) {
      settings.capacity_lever = model::CapacityLever::kQueueCapacity;
      for (const char* queue : {"q1", "q2", "q3"}) centre.AddQueueCapacity(queue, 10);
      centre.AddAgent("a1", Availability::kAvailable);
    } else {
      AddAgents(3);
    }
    if (story == Story::kSlowCentre) centre.delay = [] { return absl::Seconds(4); };
    if (story == Story::kLostAnswers) {
      centre.lose_answer = [](const std::string&) { return absl::DeadlineExceededError("lost"); };
    }
    if (story == Story::kLostCalls) {
      centre.refuse = [this](const std::string& call) {
        if (call.rfind("set_", 0) != 0 || ++calls_ % 2 == 0) return absl::OkStatus();
        return absl::UnavailableError("reset");
      };
    }
  }

  model::Entity entity() const {
    if (guide_) return AvailabilityEntity{"q1", "a1"};
    return MembershipEntity{"q1", "a1"};
  }
  model::Value free() const { return guide_ ? model::Value(Availability::kAvailable) : true; }
  model::Value held() const { return guide_ ? model::Value(Availability::kPaused) : false; }
  // What somebody else chooses: at the guide a break; of a membership there is only the other
  // value.
  model::Value other() const { return guide_ ? model::Value(Availability::kBreak) : true; }
  model::Value Now() { return centre.FinalState().at(model::EntityKey(entity())); }

  // Dies at each of the points in turn, every one counted from the restart before.
  void Play(std::vector<int64_t> deaths) {
    std::reverse(deaths.begin(), deaths.end());
    Restart(deaths);
    const absl::Time start = clock.Now();
    model::Proposal proposal =
        guide_ ? Pause("q1", "a1", kHoldFor) : Throttle("q1", "a1", kHoldFor);
    bool asked = false, interfered = false;
    // The hold, its end late by what makes readings doubtful, and some time to spare.
    const int seconds = 60 + 60 + 40;
    for (int second = 0; second < seconds; ++second) {
      if (second >= 3 && !asked) {
        (void)actuator->Propose({"throttle", false}, proposal);
        asked = !crash_.dead();
        if (!asked) Restart(deaths);
      }
      if (second >= 25 && !interfered) interfered = Interfere(deaths);
      const absl::Status status = actuator->Tick({});
      EXPECT_EQ(status.ok(), !crash_.dead()) << status;
      if (crash_.dead()) {
        ++lost_ticks_;
        Restart(deaths);
      }
      NoteTimeAway();
      clock.Advance(start + absl::Seconds(second + 1) - clock.Now());
    }
  }

  void Check() {
    const auto request = *ledger->FindRequest("throttle");
    ASSERT_TRUE(request.has_value());
    EXPECT_TRUE(actuator->ListHolds(/*open_only=*/true)->empty());
    EXPECT_EQ(Now(), story_ == Story::kOtherChoice && edited_held_ ? other() : free());
    // Its end, a tick that was not died in, and what the centre itself takes.
    EXPECT_LE(away_, kHoldFor + absl::Seconds(1 + lost_ticks_) + Slack());
    // A restore is written again as soon as it was read not to show.
    CheckHistory(*ledger, Audit(), centre, absl::ZeroDuration());
  }

  int64_t points() const { return crash_.points(); }
  absl::Duration away() const { return away_; }

 private:
  // How long the centre itself, or the failures of the story, keep a restore from taking effect.
  absl::Duration Slack() const {
    switch (story_) {
      case Story::kSlowCentre:
        return absl::Seconds(4);
      case Story::kLostCalls:
        // A call that is lost makes its queue rest, and is then read back.
        return 2 * (settings.retry_delay + settings.read_back_interval);
      default:
        return absl::ZeroDuration();
    }
  }

  bool Interfere(std::vector<int64_t>& deaths) {
    switch (story_) {
      case Story::kPaused:
        (void)actuator->PauseActuation({"pause", false}, {}, "ann", "storm");
        break;
      case Story::kReleased:
        (void)actuator->ReleaseHolds({"release", false}, "", "ann", "needed");
        break;
      case Story::kOtherChoice:
        edited_held_ = Now() == held();
        if (edited_held_) centre.Edit(entity(), other());
        return true;
      case Story::kDryRun:
        settings.modes.otherwise = Mode::kDryRun;
        Restart(deaths);
        return true;
      default:
        return true;
    }
    if (crash_.dead()) {
      Restart(deaths);
      return false;
    }
    return true;
  }

  void NoteTimeAway() {
    if (edited_held_) return;
    const bool is_held = guide_ ? centre.AvailabilityOf("a1") == Availability::kPaused
                                : !centre.IsJoined("q1", "a1");
    if (is_held) away_ += absl::Seconds(1);
  }

  void Restart(std::vector<int64_t>& deaths) {
    crash_.Arm(deaths.empty() ? 0 : deaths.back());
    if (!deaths.empty()) deaths.pop_back();
    Start(&crashing_ledger_, &crashing_centre_);
  }

  const bool guide_;
  const Story story_;
  CrashSwitch crash_;
  CrashingLedger crashing_ledger_{*ledger, crash_};
  CrashingCentre crashing_centre_{centre, crash_};
  int calls_ = 0;
  int lost_ticks_ = 0;
  bool edited_held_ = false;
  absl::Duration away_;
};

class HoldCrashTest : public testing::TestWithParam<std::tuple<bool, Story>> {
 protected:
  static std::unique_ptr<Life> Make() {
    return std::make_unique<Life>(std::get<0>(GetParam()), std::get<1>(GetParam()));
  }
};

TEST_P(HoldCrashTest, Fair7ADeathAtAnyPointEndsInTheStateBefore) {
  const auto alive = Make();
  alive->Play({});
  alive->Check();
  if (std::get<1>(GetParam()) != Story::kLostCalls) {
    EXPECT_GT(alive->away(), absl::Seconds(15));  // it was held at all
  }
  ASSERT_GT(alive->points(), 20);
  for (int64_t point = 1; point <= alive->points(); ++point) {
    SCOPED_TRACE("dies at point " + std::to_string(point) + " of " +
                 std::to_string(alive->points()));
    const auto life = Make();
    life->Play({point});
    life->Check();
    if (HasFailure()) return;
  }
}

TEST_P(HoldCrashTest, Fair7SoDoDeathsDuringRecovery) {
  const auto alive = Make();
  alive->Play({});
  std::mt19937 random(7);
  for (int round = 0; round < 10; ++round) {
    std::vector<int64_t> deaths = {1 + static_cast<int64_t>(random() % alive->points())};
    for (int again = 0; again < 3; ++again) deaths.push_back(1 + random() % 10);
    SCOPED_TRACE(testing::PrintToString(deaths));
    const auto life = Make();
    life->Play(deaths);
    life->Check();
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Stories, HoldCrashTest,
                         testing::Combine(testing::Bool(), testing::ValuesIn(kStories)));

}  // namespace
}  // namespace evenkeel::actuator
