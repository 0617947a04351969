#include "services/optimizer/core/capacity/explain.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>

#include "common/stats/erlang.h"

namespace evenkeel::optimizer {
namespace {

QueueFigures AtWholeStaff(const StaffQueue& queue, int64_t agents) {
  const QueueLoad& load = queue.balance.load;
  const double within = absl::ToDoubleSeconds(queue.service_level_within);
  QueueFigures figures;
  if (load.mean_patience_seconds) {
    const stats::ErlangAFigures a = stats::ErlangA(
        agents, load.OfferedLoad(), load.mean_handle_seconds, *load.mean_patience_seconds, within);
    figures.mean_wait_seconds = a.mean_wait_seconds;
    figures.abandon_ratio = a.p_abandon;
    figures.service_level_ratio = a.service_levels.all_ratio;
    return figures;
  }
  const auto c = stats::ErlangC(agents, load.OfferedLoad(), load.mean_handle_seconds, within);
  if (c) {
    figures.mean_wait_seconds = c->mean_wait_seconds;
    figures.service_level_ratio = c->service_level_ratio;
  } else if (load.calls_per_hour > 0) {
    const auto staff = static_cast<double>(agents);
    figures.mean_wait_seconds =
        CostCurve::ForLoad(load, staff + 1).At(staff) / load.calls_per_hour * 3600;
  }
  return figures;
}

std::string SavingText(double seconds, absl::Duration horizon) {
  const char* const verb = seconds < 0 ? "Costs" : "Saves";
  const bool is_short = std::abs(seconds) < 120;
  return absl::StrFormat("%s %.0f %s of waiting in the next %.0f minutes", verb,
                         std::abs(seconds) / (is_short ? 1 : 60), is_short ? "s" : "min",
                         absl::ToDoubleMinutes(horizon));
}

}  // namespace

QueueFigures FiguresOf(const StaffQueue& queue, double staff, double effective_staff) {
  const double below = std::floor(std::max(0.0, effective_staff));
  const double share = std::max(0.0, effective_staff) - below;
  const auto agents = static_cast<int64_t>(below);
  QueueFigures figures = AtWholeStaff(queue, agents);
  if (share > 0) {
    const QueueFigures more = AtWholeStaff(queue, agents + 1);
    const auto between = [&](double& value, double next) { value += share * (next - value); };
    between(figures.mean_wait_seconds, more.mean_wait_seconds);
    between(figures.abandon_ratio, more.abandon_ratio);
    between(figures.service_level_ratio, more.service_level_ratio);
  }
  figures.staff = staff;
  figures.effective_staff = effective_staff;
  return figures;
}

std::string QueueLabel(const StaffQueue& queue) {
  const std::string& id = queue.balance.id;
  return queue.name.empty() || queue.name == id ? id : absl::StrCat(queue.name, " (", id, ")");
}

std::string MoveSentence(const StaffQueue& join, const StaffQueue* leave,
                         const MembershipMove& move, absl::Duration horizon) {
  std::string text = absl::StrCat(move.for_minimum ? "Holds a minimum. " : "",
                                  SavingText(move.saving_seconds, horizon), ": agent ",
                                  move.agent_id, " joins ", QueueLabel(join));
  if (leave != nullptr) absl::StrAppend(&text, " and leaves ", QueueLabel(*leave));
  return absl::StrCat(text, move.changes_primary ? ", to work there first." : ", to help out.");
}

std::string CapacitySentence(const StaffQueue& queue, const CapacityChange& change,
                             absl::Duration horizon) {
  const std::string from_to = absl::StrCat(QueueLabel(queue), " from ", change.old_capacity, " to ",
                                           change.new_capacity, " agents");
  if (change.new_capacity < change.old_capacity) {
    return absl::StrCat("It was above the configured maximum: queue ", from_to, ".");
  }
  return absl::StrCat(SavingText(change.saving_seconds, horizon), ": queue ", from_to, ".");
}

}  // namespace evenkeel::optimizer
