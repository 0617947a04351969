#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

#include "common/convert/change.h"
#include "common/convert/snapshot.h"
#include "common/convert/snapshot_stream.h"

namespace evenkeel::convert {
namespace {

using ingest::v1::WatchSnapshotsResponse;

absl::Time At(int64_t seconds) { return absl::FromUnixSeconds(1715769000 + seconds); }

// A snapshot in which every field of every entry is set at random.
model::Snapshot RandomSnapshot(uint64_t number, std::mt19937& random) {
  const auto pick = [&](int n) { return static_cast<int>(random() % n); };
  const auto text = [&](const char* prefix, int n) { return prefix + std::to_string(pick(n)); };
  const auto span = [&] { return absl::Milliseconds(pick(1000000)); };
  model::Snapshot s;
  s.number = number;
  s.taken_at = At(static_cast<int64_t>(number)) + absl::Nanoseconds(pick(1000));
  s.capacity_lever =
      pick(2) ? model::CapacityLever::kQueueCapacity : model::CapacityLever::kMemberships;
  std::map<std::string, model::Agent> agents;
  for (int i = 0; i < 30; ++i) {
    const std::string id = text("a", 40);
    agents[id] = {id, text("d", 3), {{"s1", pick(50) / 10.0}, {"s2", 1}}};
  }
  for (const auto& [id, agent] : agents) s.agents.push_back(agent);
  std::map<std::pair<std::string, std::string>, bool> memberships;
  for (int i = 0; i < 60; ++i) memberships[{text("q", 5), text("a", 40)}] = pick(2);
  for (const auto& [key, joined] : memberships)
    s.memberships.push_back({key.first, key.second, joined});
  for (const auto& agent : s.agents) {
    if (pick(3) == 0) continue;
    s.states.push_back({agent.id, static_cast<model::Activity>(pick(6)), pick(2) == 1,
                        pick(2) ? At(pick(100)) : absl::InfinitePast()});
    for (int i = 0; i < 2; ++i) {
      s.agent_work.push_back(
          {agent.id, "q1", At(15 * i), absl::Seconds(15), span(), span(), span(), pick(9)});
    }
  }
  for (int q = 0; q < 5; ++q) {
    if (pick(5) == 0) continue;
    const std::string id = "q" + std::to_string(q);
    model::Queue queue{id, text("name", 9), "d1", text("s", 3), std::nullopt, std::nullopt, {}};
    if (pick(2)) queue.service_level_target = {0.9, absl::Seconds(pick(60))};
    if (pick(2)) queue.inbound_capacity = pick(200);
    for (int i = pick(3); i > 0; --i) queue.rings.push_back({span(), {text("s", 9), text("t", 9)}});
    s.queues.push_back(queue);
    s.live.push_back({id, pick(9), pick(9), span(), pick(9), pick(9)});
    for (int i = 0; i < 4; ++i) {
      s.intervals.push_back({id, At(300 * i), absl::Minutes(5), pick(99), pick(99), pick(9),
                             pick(99), span(), span(), span()});
    }
    model::QueueEstimate estimate{id, pick(1000) / 7.0, pick(1000) / 3.0, std::nullopt, 60, 1.5};
    if (pick(2)) estimate.mean_patience_seconds = pick(500) / 3.0;
    s.estimates.push_back(estimate);
  }
  for (int c = 0; c < 4; ++c) {
    if (pick(4) == 0) continue;
    model::Campaign campaign;
    campaign.id = "c" + std::to_string(c);
    campaign.name = text("name", 9);
    campaign.division_id = text("d", 3);
    campaign.queue_id = text("q", 5);
    campaign.mode = static_cast<model::DialingMode>(pick(7));
    campaign.status = static_cast<model::CampaignStatus>(pick(8));
    if (pick(2)) campaign.calls_per_agent = pick(50) / 10.0;
    if (pick(2)) campaign.abandon_limit_percent = pick(10);
    if (pick(2)) {
      campaign.stats = {pick(999),      pick(99),     std::nullopt, pick(9),
                        pick(90) / 8.0, std::nullopt, pick(9)};
      if (pick(2)) campaign.stats->connect_ratio = pick(9) / 8.0;
      if (pick(2)) campaign.stats->adjusted_calls_per_agent = pick(9) / 4.0;
    }
    s.campaigns.push_back(campaign);
    for (int i = 0; i < 5; ++i) {
      model::CampaignCall call{
          campaign.id,  text("call", 99), At(10 * i),   text("x", 3), pick(2) == 1,
          pick(2) == 1, pick(2) == 1,     text("a", 9), {},           {}};
      if (pick(2)) call.talk = span();
      if (pick(2)) call.wrap_up = span();
      s.campaign_calls.push_back(call);
    }
    s.presences.push_back(
        {text("p", 3) + std::to_string(c), text("Break", 3), text("n", 5), pick(2) == 1});
  }
  std::sort(s.presences.begin(), s.presences.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  for (const auto& agent : s.agents) {
    if (pick(3) == 0) continue;
    model::Adherence adherence{agent.id,
                               static_cast<model::ActivityCategory>(pick(10)),
                               static_cast<model::AdherenceState>(pick(6)),
                               std::nullopt,
                               static_cast<model::ActivityCategory>(pick(10)),
                               std::nullopt};
    if (pick(2)) adherence.changed_at = At(pick(99));
    if (pick(2)) adherence.next_at = At(pick(99));
    s.adherence.push_back(adherence);
    for (int media = pick(6); media < 6; ++media) {
      s.channel_work.push_back({agent.id, "q1", static_cast<model::Media>(media), At(0),
                                absl::Hours(24), pick(99), span()});
    }
  }
  s.left_alone = {{"q1", "a1", static_cast<model::LeftAlone::Why>(pick(4)),
                   pick(2) ? At(pick(100)) : absl::InfiniteFuture()}};
  s.quality = {{model::Section::kRoster, At(0), absl::Minutes(10), 30, pick(31), pick(3)},
               {model::Section::kEstimates, absl::InfinitePast(), absl::Minutes(1), 5, 0, 0}};
  return s;
}

TEST(SnapshotConvertTest, KeepsEveryField) {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    const model::Snapshot snapshot = RandomSnapshot(round + 1, random);
    EXPECT_EQ(FromProto(ToProto(snapshot)), snapshot);
  }
}

TEST(SnapshotStreamTest, PartsAndDeltasGiveTheSnapshotBack) {
  std::mt19937 random(2);
  for (const size_t max_bytes : {300u, 2000u, 1u << 20}) {
    SnapshotAssembler assembler;
    model::Snapshot before;
    for (uint64_t number = 1; number <= 20; ++number) {
      const model::Snapshot snapshot = RandomSnapshot(number, random);
      const bool whole = number % 7 == 1;
      const auto parts = SplitSnapshot(whole ? nullptr : &before, snapshot, max_bytes);
      for (const WatchSnapshotsResponse& part : parts) {
        if (part.part_index() > 0) {
          EXPECT_LE(part.ByteSizeLong(), std::max<size_t>(max_bytes, 400));
        }
        ASSERT_TRUE(assembler.Take(part).ok());
      }
      ASSERT_NE(assembler.newest(), nullptr);
      EXPECT_EQ(*assembler.newest(), snapshot);
      before = snapshot;
    }
  }
}

TEST(SnapshotStreamTest, AnUnchangedSnapshotIsOneSmallPart) {
  std::mt19937 random(3);
  const model::Snapshot first = RandomSnapshot(1, random);
  model::Snapshot second = first;
  second.number = 2;
  const auto parts = SplitSnapshot(&first, second, 1 << 20);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].part().agents_size(), 0);
  EXPECT_EQ(parts[0].removed_size(), 0);
}

TEST(SnapshotStreamTest, APartThatDoesNotFitIsRefusedNotGuessed) {
  std::mt19937 random(4);
  const model::Snapshot first = RandomSnapshot(1, random);
  const model::Snapshot second = RandomSnapshot(2, random);
  SnapshotAssembler assembler;
  EXPECT_EQ(assembler.Take(SplitSnapshot(&first, second, 1 << 20)[0]).code(),
            absl::StatusCode::kFailedPrecondition);
  const auto parts = SplitSnapshot(nullptr, first, 500);
  ASSERT_GT(parts.size(), 2u);
  ASSERT_TRUE(assembler.Take(parts[0]).ok());
  EXPECT_EQ(assembler.Take(parts[2]).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(assembler.newest(), nullptr);
}

TEST(SnapshotStreamTest, SelectsSections) {
  std::mt19937 random(5);
  const model::Snapshot snapshot = RandomSnapshot(1, random);
  const model::Snapshot selected = SelectSections(snapshot, {model::Section::kQueues});
  EXPECT_EQ(selected.memberships, snapshot.memberships);
  EXPECT_EQ(selected.quality, snapshot.quality);
  EXPECT_TRUE(selected.agents.empty());
  EXPECT_EQ(SelectSections(snapshot, {}), snapshot);
}

TEST(ChangeConvertTest, KeepsEveryField) {
  model::Change change;
  change.id = "c1";
  change.revision = 3;
  change.proposal.entity = model::MembershipEntity{"q1", "a1"};
  change.proposal.old_value = true;
  change.proposal.new_value = false;
  change.proposal.reason = "q2 waits longer";
  change.proposal.proposer = "optimizer";
  change.proposal.plan_id = "p1";
  change.proposal.move_id = "m1";
  change.proposal.snapshot_number = 7;
  change.proposal.snapshot_age = 1.5;
  change.proposal.snapshot_seen_ratio = 0.999;
  change.proposal.expires_at = At(60);
  change.proposal.needs_approval = true;
  change.proposal.forecasts = {{"mean_wait_seconds", "q2", 60, 30, absl::Minutes(15)}};
  change.state = model::ChangeState::kRolledBack;
  change.created_at = At(1);
  change.updated_at = At(2);
  change.state_reason = "because";
  change.refusal_reason = "FREEZE";
  change.approved_by = "anna";
  change.superseded_by = "c2";
  change.rolls_back = "c0";
  EXPECT_EQ(*FromProto(ToProto(change)), change);
  change.proposal.entity = model::QueueCapacityEntity{"q1"};
  change.proposal.old_value = int64_t{5};
  change.proposal.new_value = int64_t{7};
  EXPECT_EQ(*FromProto(ToProto(change)), change);
}

TEST(ChangeConvertTest, NamesEverythingThatIsWrong) {
  types::v1::Proposal proto;
  proto.mutable_entity()->mutable_membership()->set_queue_id("q1");
  proto.mutable_new_value()->set_agents(5);
  proto.set_snapshot_seen_ratio(1.5);
  Violations violations;
  (void)FromProto(proto, "proposal", violations);
  std::vector<std::string> fields;
  for (const auto& violation : violations.found()) fields.push_back(violation.field);
  EXPECT_THAT(fields,
              testing::UnorderedElementsAre(
                  "proposal.kind", "proposal.entity.membership.agent_id",
                  "proposal.old_value.joined", "proposal.new_value.joined", "proposal.reason",
                  "proposal.proposer", "proposal.expires_at", "proposal.snapshot_seen_ratio"));
}

}  // namespace
}  // namespace evenkeel::convert
