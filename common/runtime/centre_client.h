// The clients of the Genesys API that a configuration describes: the one that reads, and the
// actuator's own that writes.
#pragma once

#include <absl/status/statusor.h>

#include <memory>

#include "common/base/clock.h"
#include "common/config/loader.h"
#include "common/genesys/client.h"

namespace evenkeel::runtime {

enum class ClientRole { kRead, kWrite };

genesys::Dialect DialectOf(const config::v1::CentreConfig& centre);

// Reads a client's id and secret each time it is called: from the files of the configuration, else
// from the environment (GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET; for the writer
// GENESYS_WRITE_...). NOT_FOUND says where it looked.
genesys::CredentialsReader CredentialsOf(const config::v1::CentreConfig& centre, ClientRole role,
                                         config::Environment environment);

// INVALID_ARGUMENT for a region, URL or CA file that cannot be used, NOT_FOUND when there are no
// credentials. Nothing is sent yet.
absl::StatusOr<std::unique_ptr<genesys::Client>> MakeCentreClient(
    const config::v1::CentreConfig& centre, ClientRole role, config::Environment environment,
    Clock& clock, genesys::CallObserver* observer);

}  // namespace evenkeel::runtime
