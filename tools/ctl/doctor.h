// `evenkeelctl doctor` (API-10): what would keep the loops from running on the centre that a
// configuration means, found out before they do. Reads only: of the client that writes nothing but
// a token is fetched.
#pragma once

#include <absl/status/status.h>

#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/config/loader.h"
#include "common/genesys/preflight.h"

namespace evenkeel::ctl {

// A service as it answers its health check.
struct ServiceState {
  std::string name;     // "evenkeel-ingest"
  std::string address;  // host:port
  bool running = false;
  bool ready = false;
  std::string detail = "";  // in one line; empty when it is not running

  const char* Health() const { return ready ? "ready" : running ? "not ready" : "not running"; }
};

struct DoctorReport {
  std::string dialect;                       // "platform"
  std::string api_base_url;                  // empty: the configuration does not allow a client
  genesys::PreflightReport preflight;        // of the client that reads
  std::optional<absl::Status> write_client;  // of its token; absent: not configured, not needed
  std::vector<ServiceState> services;

  // What has to be put right, one line each; empty when all is well. Services are no part of it:
  // they may not have been started yet.
  std::vector<std::string> Problems() const;
  // What is worth knowing, one line each.
  std::vector<std::string> Warnings() const;
};

// Tries everything at the centre once; `services` stays empty. The client that writes is tried when
// it has credentials, and when some mode of the configuration writes.
DoctorReport Examine(const config::v1::Config& config, const config::Environment& environment,
                     Clock& clock);

// A table, one row a service; and for programs.
std::string ServicesText(const std::vector<ServiceState>& services);
std::string ServicesJson(const std::vector<ServiceState>& services);
// For people, without a verdict, and for programs.
std::string DoctorText(const DoctorReport& report);
std::string DoctorJson(const DoctorReport& report);
// "all is well, 1 warning".
std::string Verdict(const DoctorReport& report);

}  // namespace evenkeel::ctl
