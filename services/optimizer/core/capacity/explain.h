// What a plan means to people (CAP-5): expected figures of a queue, and one sentence per change.
#pragma once

#include <absl/time/time.h>

#include <string>

#include "services/optimizer/core/capacity/planner.h"
#include "services/optimizer/core/capacity/staff.h"

namespace evenkeel::optimizer {

// Erlang A at `effective_staff`, between whole numbers a straight line. Patience unknown: Erlang C,
// nobody gives up, and where the staff cannot bear the load the wait is that of the cost curve and
// the service level 0.
QueueFigures FiguresOf(const StaffQueue& queue, double staff, double effective_staff);

// "Billing (q1)", or "q1" when the name is empty or the id.
std::string QueueLabel(const StaffQueue& queue);

std::string MoveSentence(const StaffQueue& join, const StaffQueue* leave,
                         const MembershipMove& move, absl::Duration horizon);
std::string CapacitySentence(const StaffQueue& queue, const CapacityChange& change,
                             absl::Duration horizon);

}  // namespace evenkeel::optimizer
