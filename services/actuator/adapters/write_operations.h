// The operations of the Genesys API that write (API-11), per dialect. They stand here and nowhere
// else, so that no other program of ours holds one (ACT-1); a test checks the others for them.
#pragma once

#include <array>

#include "common/genesys/operations.h"

namespace evenkeel::actuator {

namespace platform {
// Joining and leaving: asynchronous, at most 100 members a request; non-members are silently
// skipped. Repeating it does no harm.
inline constexpr genesys::Operation kPatchQueueMembers = {
    "queues.members.patch",
    "PATCH",
    "/api/v2/routing/queues/{queueId}/members",
    "routing:queueMember:manage",
    http::Priority::kPlan,
    /*repeat_safe=*/false};
}  // namespace platform

namespace guide {
// Guide 1: only the properties to change.
inline constexpr genesys::Operation kPutQueue = {
    "queues.put",          "PUT", "/api/v2/routing/queues/{queueId}", "routing:queue:write",
    http::Priority::kPlan,
    /*repeat_safe=*/false};
// Guide 3: an agent's availability.
inline constexpr genesys::Operation kPutAvailability = {"users.availability.put",
                                                        "PUT",
                                                        "/api/v2/users/{userId}/availability",
                                                        "users:availability:edit",
                                                        http::Priority::kThrottle,
                                                        /*repeat_safe=*/false};
}  // namespace guide

// Every row, for documents and tests.
inline constexpr std::array<const genesys::Operation*, 3> kWriteOperations = {
    &platform::kPatchQueueMembers, &guide::kPutQueue, &guide::kPutAvailability};

}  // namespace evenkeel::actuator
