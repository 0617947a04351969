#include "services/actuator/core/proposal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <set>

namespace evenkeel::actuator {
namespace {

using model::MembershipEntity;
using model::Proposal;
using model::QueueCapacityEntity;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Proposal Join(const std::string& queue, const std::string& agent, const std::string& move = "") {
  Proposal proposal;
  proposal.entity = MembershipEntity{queue, agent};
  proposal.old_value = false;
  proposal.new_value = true;
  proposal.reason = "more calls than agents";
  proposal.proposer = "optimizer";
  proposal.plan_id = "plan";
  proposal.snapshot_number = 7;
  proposal.move_id = move;
  proposal.expires_at = absl::FromUnixSeconds(1'000'000);
  proposal.forecasts = {{"mean_wait_seconds", queue, 40.5, 21.25, absl::Minutes(15)}};
  return proposal;
}

Proposal Leave(const std::string& queue, const std::string& agent, const std::string& move = "") {
  Proposal proposal = Join(queue, agent, move);
  std::swap(proposal.old_value, proposal.new_value);
  return proposal;
}

Proposal Capacity(int64_t from, int64_t to) {
  Proposal proposal = Join("q", "a");
  proposal.entity = QueueCapacityEntity{"q"};
  proposal.old_value = from;
  proposal.new_value = to;
  return proposal;
}

std::vector<FieldViolation> Problems(const Proposal& proposal) {
  Violations violations;
  CheckProposalForm(proposal, violations);
  return violations.found();
}

TEST(ProposalFormTest, WellFormedOnesPass) {
  EXPECT_THAT(Problems(Join("q", "a")), IsEmpty());
  EXPECT_THAT(Problems(Leave("q", "a")), IsEmpty());
  EXPECT_THAT(Problems(Capacity(10, 12)), IsEmpty());
}

TEST(ProposalFormTest, EveryWrongFieldIsNamedAtOnce) {
  Proposal proposal;
  proposal.kind = static_cast<model::ChangeKind>(99);
  proposal.entity = MembershipEntity{"", "a/b"};
  proposal.old_value = int64_t{3};
  proposal.new_value = true;
  proposal.snapshot_age = std::numeric_limits<double>::quiet_NaN();
  proposal.snapshot_seen_ratio = 1.01;
  proposal.forecasts = {{"", "q", 1.0 / 0.0, 2, absl::Seconds(-1)}};
  const auto field = [](const char* name) { return Field(&FieldViolation::field, name); };
  EXPECT_THAT(Problems(proposal),
              UnorderedElementsAre(field("kind"), field("entity.queue_id"),
                                   field("entity.agent_id"), field("old_value"), field("plan_id"),
                                   field("snapshot_number"), field("reason"), field("proposer"),
                                   field("snapshot_age_intervals"), field("snapshot_seen_ratio"),
                                   field("expires_at"), field("forecasts[0].measure"),
                                   field("forecasts[0].before"), field("forecasts[0].horizon")));
}

TEST(ProposalFormTest, IdsAreVisibleAndWithoutSeparators) {
  const std::vector<std::string> bad_ids = {"",    "a b",      "a/b",
                                            "a\n", "\xc3\xa4", std::string(201, 'x')};
  for (const std::string& bad : bad_ids) {
    EXPECT_THAT(Problems(Join("q", bad)),
                ElementsAre(Field(&FieldViolation::field, "entity.agent_id")))
        << bad;
  }
}

TEST(ProposalFormTest, ValuesAreOfTheEntitysType) {
  Proposal membership = Join("q", "a");
  membership.new_value = int64_t{1};
  EXPECT_THAT(Problems(membership), ElementsAre(Field(&FieldViolation::field, "new_value")));
  Proposal capacity = Capacity(1, 2);
  capacity.old_value = true;
  EXPECT_THAT(Problems(capacity), ElementsAre(Field(&FieldViolation::field, "old_value")));
  EXPECT_THAT(Problems(Capacity(-1, 2)), ElementsAre(Field(&FieldViolation::field, "old_value")));
  EXPECT_THAT(Problems(Capacity(1, int64_t{1} << 40)),
              ElementsAre(Field(&FieldViolation::field, "new_value")));
}

TEST(CountMovesTest, Act3ALeaveWithItsJoinIsOneMove) {
  const std::vector<Proposal> move = {Join("b", "x", "m"), Leave("a", "x", "m")};
  EXPECT_EQ(CountMoves(move), 1);
  const std::vector<Proposal> untied = {Join("b", "x"), Leave("a", "x")};
  EXPECT_EQ(CountMoves(untied), 2);
}

TEST(CountMovesTest, Act3TyingManyAgentsToOneMoveDoesNotMakeThemOne) {
  std::vector<Proposal> proposals;
  for (const char* agent : {"x", "y", "z"}) {
    proposals.push_back(Join("b", agent, "m"));
    proposals.push_back(Leave("a", agent, "m"));
  }
  EXPECT_EQ(CountMoves(proposals), 3);
  // Nor do many joins of one agent.
  const std::vector<Proposal> many = {Join("b", "x", "m"), Join("c", "x", "m"),
                                      Leave("a", "x", "m")};
  EXPECT_EQ(CountMoves(many), 2);
}

TEST(CountMovesTest, Act3ACapacityCountsByItsAgents) {
  const std::vector<Proposal> proposals = {Capacity(10, 13), Capacity(9, 5), Join("q", "a")};
  EXPECT_EQ(CountMoves(proposals), 8);
}

TEST(AgentsGainedTest, HasASign) {
  EXPECT_EQ(AgentsGained(Join("q", "a")), 1);
  EXPECT_EQ(AgentsGained(Leave("q", "a")), -1);
  EXPECT_EQ(AgentsGained(Capacity(10, 4)), -6);
  EXPECT_EQ(MoveCount(Capacity(10, 4)), 6);
  EXPECT_EQ(MoveCount(Capacity(4, 4)), 0);
}

TEST(ReverseTest, Act10SwapsValuesAndForecastsAndIsItsOwnReverse) {
  Proposal change = Capacity(10, 14);
  change.plan_id = "p";
  change.move_id = "m";
  change.snapshot_number = 7;
  change.needs_approval = true;
  const absl::Time expiry = absl::FromUnixSeconds(2'000'000);
  const Proposal reverse = Reverse(change, "ann", "too much", expiry);
  EXPECT_EQ(reverse.entity, change.entity);
  EXPECT_EQ(reverse.old_value, model::Value(int64_t{14}));
  EXPECT_EQ(reverse.new_value, model::Value(int64_t{10}));
  EXPECT_EQ(reverse.forecasts[0].before, 21.25);
  EXPECT_EQ(reverse.forecasts[0].after, 40.5);
  EXPECT_EQ(reverse.proposer, "ann");
  EXPECT_EQ(reverse.reason, "too much");
  EXPECT_EQ(reverse.expires_at, expiry);
  EXPECT_EQ(reverse.plan_id, "");
  EXPECT_EQ(reverse.move_id, "");
  EXPECT_EQ(reverse.snapshot_number, 0u);
  EXPECT_FALSE(reverse.needs_approval);
  EXPECT_EQ(Reverse(reverse, "ann", "too much", expiry).new_value, change.new_value);
  const auto field = [](const char* name) { return Field(&FieldViolation::field, name); };
  EXPECT_THAT(Problems(reverse), ElementsAre(field("plan_id"), field("snapshot_number")))
      << "a rollback rests on neither";
}

TEST(FingerprintTest, Act5DiffersWhenAnyFieldDiffers) {
  const std::vector<std::function<void(Proposal&)>> edits = {
      [](Proposal& p) {
        p.entity = MembershipEntity{"q2", "a"};
      },
      [](Proposal& p) {
        p.entity = MembershipEntity{"q", "a2"};
      },
      [](Proposal& p) { std::swap(p.old_value, p.new_value); },
      [](Proposal& p) { p.reason += "."; },
      [](Proposal& p) { p.proposer = "ann"; },
      [](Proposal& p) { p.plan_id = "x"; },
      [](Proposal& p) { p.move_id = "x"; },
      [](Proposal& p) { p.snapshot_number = 1; },
      [](Proposal& p) { p.snapshot_age = 1e-9; },
      [](Proposal& p) { p.snapshot_seen_ratio = 0.999999999; },
      [](Proposal& p) { p.expires_at += absl::Nanoseconds(1); },
      [](Proposal& p) { p.needs_approval = true; },
      [](Proposal& p) { p.forecasts.clear(); },
      [](Proposal& p) { p.forecasts[0].measure = "x"; },
      [](Proposal& p) { p.forecasts[0].queue_id = "x"; },
      [](Proposal& p) { p.forecasts[0].before += 1e-12; },
      [](Proposal& p) { p.forecasts[0].after += 1e-12; },
      [](Proposal& p) { p.forecasts[0].horizon += absl::Nanoseconds(1); },
  };
  std::set<std::string> seen = {Fingerprint(Join("q", "a"))};
  for (size_t i = 0; i < edits.size(); ++i) {
    Proposal proposal = Join("q", "a");
    edits[i](proposal);
    EXPECT_TRUE(seen.insert(Fingerprint(proposal)).second) << "edit " << i;
  }
  EXPECT_EQ(Fingerprint(Join("q", "a")), *seen.find(Fingerprint(Join("q", "a"))));
}

TEST(FingerprintTest, PartsDoNotRunIntoEachOther) {
  const std::vector<std::string> ab = {"a", "b"}, joined = {"ab"}, shifted = {"", "ab"},
                                 tricky = {"a1:b"};
  const std::set<std::string> all = {Fingerprint(ab), Fingerprint(joined), Fingerprint(shifted),
                                     Fingerprint(tricky)};
  EXPECT_EQ(all.size(), 4u);
  for (const std::string& print : all) EXPECT_EQ(print.size(), 32u);
}

TEST(FingerprintTest, IsTheSameInEveryProcess) {
  // FNV-1a of 128 bits over "1:a": ledgers outlive programs, so it must never change. Computed from
  // the published offset basis and prime with Python's integers.
  const std::vector<std::string> parts = {"a"};
  EXPECT_EQ(Fingerprint(parts), "a68c894e6e8b5822836dbc791ef90399");
}

}  // namespace
}  // namespace evenkeel::actuator
