#include "common/runtime/service_main.h"
#include "services/actuator/app.h"

int main(int argc, char** argv) {
  return evenkeel::runtime::ServiceMain(
      argc, argv, "evenkeel-actuator", "checks, carries out and records changes; the only writer",
      {{evenkeel::runtime::ServiceId::kActuator, evenkeel::actuator::ActuatorApp::Make}},
      {{"restore-all-holds",
        "let every held agent back, from the ledger alone, and end; for when no actuator runs",
        evenkeel::actuator::RestoreAllHolds}});
}
