#include "common/runtime/service_main.h"
#include "services/actuator/app.h"
#include "services/fairness_scorer/app.h"
#include "services/ingest/app.h"
#include "services/optimizer/app.h"

int main(int argc, char** argv) {
  using evenkeel::runtime::ServiceId;
  return evenkeel::runtime::ServiceMain(
      argc, argv, "evenkeel-suite", "runs the four services of Evenkeel in one process",
      {{ServiceId::kIngest, evenkeel::ingest::IngestApp::Make},
       {ServiceId::kOptimizer, evenkeel::optimizer::OptimizerApp::Make},
       {ServiceId::kFairnessScorer, evenkeel::fairness::FairnessScorerApp::Make},
       {ServiceId::kActuator, evenkeel::actuator::ActuatorApp::Make}});
}
