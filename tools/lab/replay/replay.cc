#include "tools/lab/replay/replay.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <tuple>

#include "common/config/defaults.h"
#include "common/convert/time.h"
#include "common/json/writer.h"
#include "services/optimizer/adapters/plan_to_proto.h"
#include "services/optimizer/settings_from_config.h"
#include "tools/ctl/table.h"

namespace evenkeel::lab {
namespace {

namespace v1 = optimizer::v1;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::string StateText(const v1::CapacityPlan& plan) {
  switch (plan.state()) {
    case v1::PLAN_STATE_PLANNED:
      return "planned";
    case v1::PLAN_STATE_IDLE:
      return "idle";
    case v1::PLAN_STATE_INFEASIBLE:
      return "infeasible";
    default:
      return "unknown";
  }
}

// What a move does; why and for how much is not what it does.
auto DeedOf(const v1::Move& move) {
  return std::tuple(move.agent_id(), move.join_queue_id(), move.leave_queue_id(),
                    move.capacity_before(), move.capacity_after());
}

// The moves of `plan` that `other` does not have, in the order of the plan.
std::vector<v1::Move> MovesOnlyIn(const v1::CapacityPlan& plan, const v1::CapacityPlan& other) {
  std::vector<v1::Move> only;
  for (const v1::Move& move : plan.moves()) {
    const bool shared = std::any_of(other.moves().begin(), other.moves().end(),
                                    [&](const auto& its) { return DeedOf(its) == DeedOf(move); });
    if (!shared) only.push_back(move);
  }
  return only;
}

std::vector<ReplayedQueue> CompareQueues(const model::Snapshot& snapshot,
                                         const v1::CapacityPlan& recorded,
                                         const v1::CapacityPlan& today) {
  std::map<std::string, std::string> names;
  for (const model::Queue& queue : snapshot.queues) names[queue.id] = queue.name;
  std::vector<ReplayedQueue> queues;
  const auto put = [&](const v1::QueuePlan& plan, double BothPlans::*side) {
    auto row = std::find_if(queues.begin(), queues.end(),
                            [&](const auto& have) { return have.queue_id == plan.queue_id(); });
    if (row == queues.end()) {
      const std::string& name = names[plan.queue_id()];
      constexpr BothPlans kNeither = {kNone, kNone};
      queues.push_back(
          {plan.queue_id(), name.empty() ? plan.queue_id() : name, kNeither, kNeither, kNeither});
      row = queues.end() - 1;
    }
    row->now.*side = plan.agents_before();
    row->planned.*side = plan.agents_after();
    row->wait_seconds.*side = plan.mean_wait_after_seconds();
  };
  for (const v1::QueuePlan& plan : recorded.queues()) put(plan, &BothPlans::recorded);
  for (const v1::QueuePlan& plan : today.queues()) put(plan, &BothPlans::today);
  return queues;
}

std::string MoveText(const Replayed& replayed, const v1::Move& move) {
  const auto name = [&](const std::string& id) {
    for (const ReplayedQueue& queue : replayed.queues) {
      if (queue.queue_id == id) return queue.name;
    }
    return id;
  };
  if (move.agent_id().empty()) {
    return absl::StrCat("capacity of ", name(move.join_queue_id()), " from ",
                        move.capacity_before(), " to ", move.capacity_after());
  }
  std::string text = absl::StrCat("agent ", ctl::ShortIds(move.agent_id()));
  const char* before = " ";
  if (!move.join_queue_id().empty()) {
    absl::StrAppend(&text, " joins ", name(move.join_queue_id()));
    before = ", ";
  }
  if (!move.leave_queue_id().empty()) {
    absl::StrAppend(&text, before, "leaves ", name(move.leave_queue_id()));
  }
  return text;
}

void MovesJson(const char* key, const std::vector<v1::Move>& moves, json::Writer& writer) {
  writer.Key(key).BeginArray();
  for (const v1::Move& move : moves) {
    writer.BeginObject();
    if (move.agent_id().empty()) {
      writer.Field("queue_id", move.join_queue_id());
      writer.Field("capacity_before", move.capacity_before());
      writer.Field("capacity_after", move.capacity_after());
    } else {
      writer.Field("agent_id", move.agent_id());
      writer.Field("join_queue_id", move.join_queue_id());
      writer.Field("leave_queue_id", move.leave_queue_id());
    }
    writer.Field("reason", move.reason()).EndObject();
  }
  writer.EndArray();
}

}  // namespace

bool BothPlans::Differ() const {
  if (std::isnan(recorded) || std::isnan(today)) return std::isnan(recorded) != std::isnan(today);
  if (recorded == today) return false;
  const double scale = std::max({1.0, std::abs(recorded), std::abs(today)});
  return !(std::abs(recorded - today) <= 1e-6 * scale);
}

bool Replayed::Differs() const {
  return state != recorded_state || moves.Differ() || !only_recorded.empty() ||
         !only_today.empty() ||
         std::any_of(queues.begin(), queues.end(), std::mem_fn(&ReplayedQueue::Differs));
}

optimizer::PlannerSettings DefaultSettingsFor(const Recording& recording) {
  config::v1::Config config = config::DefaultConfig();
  const auto manage = [&](const std::string& id) {
    config::v1::QueueConfig& added = *config.mutable_scope()->add_queues();
    added = config::DefaultQueue();
    added.set_id(id);
  };
  for (const v1::QueuePlan& queue : recording.plan.queues()) manage(queue.queue_id());
  if (recording.plan.queues().empty()) {
    for (const model::Queue& queue : recording.snapshot.queues) manage(queue.id);
  }
  return optimizer::PlannerSettingsFromConfig(config);
}

absl::StatusOr<Replayed> Replay(const Recording& recording,
                                const optimizer::PlannerSettings& settings,
                                const optimizer::LinearProgramSolver& solver) {
  Replayed replayed;
  replayed.file = recording.file;
  replayed.snapshot_number = recording.snapshot.number;
  replayed.planned_at = convert::FromProto(recording.plan.planned_at());
  replayed.recorded_state = StateText(recording.plan);
  const auto plan =
      optimizer::PlanCapacity(recording.snapshot, settings, replayed.planned_at, solver);
  v1::CapacityPlan today;
  if (plan.ok()) {
    today = optimizer::ToProto(*plan, settings.horizon, settings.move_cost);
    replayed.state = StateText(today);
  } else if (plan.status().code() == absl::StatusCode::kFailedPrecondition) {
    replayed.state = absl::StrCat("refused: ", std::string(plan.status().message()));
  } else {
    return plan.status();
  }
  replayed.moves = {static_cast<double>(recording.plan.moves_size()),
                    static_cast<double>(today.moves_size())};
  replayed.queues = CompareQueues(recording.snapshot, recording.plan, today);
  replayed.only_recorded = MovesOnlyIn(recording.plan, today);
  replayed.only_today = MovesOnlyIn(today, recording.plan);
  return replayed;
}

std::string ReplayText(const Replayed& replayed) {
  std::string text = absl::StrFormat(
      "%s: snapshot %d of %s %s; %.0f moves recorded, %.0f today\n", replayed.file,
      replayed.snapshot_number,
      absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", replayed.planned_at, absl::UTCTimeZone()),
      replayed.Differs() ? "DIFFERS" : "is planned the same", replayed.moves.recorded,
      replayed.moves.today);
  if (replayed.state != replayed.recorded_state) {
    absl::StrAppend(&text, "recorded ", replayed.recorded_state, ", today ", replayed.state, "\n");
  }
  const auto number = [](double value) {
    return std::isnan(value) ? std::string("-") : absl::StrFormat("%g", value);
  };
  const auto wait = [](double value) {
    return std::isnan(value) ? std::string("-") : ctl::SecondsText(value);
  };
  ctl::Table table(
      {"queue", ">now", ">recorded", ">today", ">wait recorded", ">wait today", "differs in"});
  for (const ReplayedQueue& queue : replayed.queues) {
    std::string differs;
    const auto add = [&](const BothPlans& figure, const char* name) {
      if (figure.Differ()) absl::StrAppend(&differs, differs.empty() ? "" : ", ", name);
    };
    add(queue.now, "now");
    add(queue.planned, "planned");
    add(queue.wait_seconds, "wait");
    const double now = std::isnan(queue.now.today) ? queue.now.recorded : queue.now.today;
    table.Add({queue.name, number(now), number(queue.planned.recorded), number(queue.planned.today),
               wait(queue.wait_seconds.recorded), wait(queue.wait_seconds.today), differs});
  }
  if (!table.empty()) absl::StrAppend(&text, table.Text());
  for (const auto& [title, moves] : {std::pair("recorded, not today:", &replayed.only_recorded),
                                     std::pair("today, not recorded:", &replayed.only_today)}) {
    if (!moves->empty()) absl::StrAppend(&text, title, "\n");
    for (const v1::Move& move : *moves) {
      absl::StrAppend(&text, "  ", MoveText(replayed, move), "\n");
    }
  }
  return text;
}

std::string ReplayJson(const Replayed& replayed) {
  json::Writer writer;
  writer.BeginObject();
  writer.Field("file", replayed.file).Field("snapshot_number", replayed.snapshot_number);
  writer.Field("planned_at", replayed.planned_at).Field("differs", replayed.Differs());
  writer.Field("recorded_state", replayed.recorded_state).Field("state", replayed.state);
  writer.Key("queues").BeginArray();
  for (const ReplayedQueue& queue : replayed.queues) {
    writer.BeginObject().Field("queue_id", queue.queue_id).Field("differs", queue.Differs());
    const auto both = [&](const char* key, const BothPlans& figure) {
      writer.Key(key).BeginObject().Field("recorded", figure.recorded);
      writer.Field("today", figure.today).EndObject();
    };
    both("now", queue.now);
    both("planned", queue.planned);
    both("wait_seconds", queue.wait_seconds);
    writer.EndObject();
  }
  writer.EndArray();
  MovesJson("only_recorded", replayed.only_recorded, writer);
  MovesJson("only_today", replayed.only_today, writer);
  writer.EndObject();
  return writer.Take() + "\n";
}

}  // namespace evenkeel::lab
