// Alerts for other programs: as protobuf, and as the guide's JSON payload (FAIR-4).
#pragma once

#include <string>

#include "evenkeel/fairness/v1/fairness_service.pb.h"
#include "services/fairness_scorer/core/alerts/alert.h"

namespace evenkeel::fairness {

v1::Alert ToProto(const Alert& alert);
Alert FromProto(const v1::Alert& proto);

// Guide 3's payload field for field, and besides id, incidentId, status ("OPEN", "CLOSED"), text,
// evidence, snapshotNumber, links and supervisorActionToken. Figures that are not known are null.
std::string AlertJson(const Alert& alert);

}  // namespace evenkeel::fairness
