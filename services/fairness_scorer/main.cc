#include "common/runtime/service_main.h"
#include "services/fairness_scorer/app.h"

int main(int argc, char** argv) {
  return evenkeel::runtime::ServiceMain(argc, argv, "evenkeel-fairness-scorer",
                                        "watches how evenly work is spread over agents",
                                        {{evenkeel::runtime::ServiceId::kFairnessScorer,
                                          evenkeel::fairness::FairnessScorerApp::Make}});
}
