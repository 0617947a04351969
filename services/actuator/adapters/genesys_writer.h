// CentreWriter over the Genesys API, one class per dialect.
#pragma once

#include <memory>
#include <stop_token>

#include "common/genesys/client.h"
#include "services/actuator/ports/centre_writer.h"

namespace evenkeel::actuator {

// The writer of the client's dialect; `client` outlives it. Calls end soon after `stop` is
// requested.
std::unique_ptr<CentreWriter> MakeCentreWriter(genesys::Client& client, std::stop_token stop);

// The body of a join or leave, of a new availability, and of a new capacity.
std::string MembersBody(std::span<const JoinedWrite> members);
std::string AvailabilityBody(model::Availability availability, const std::string& note);
std::string CapacityBody(int64_t agents);

}  // namespace evenkeel::actuator
