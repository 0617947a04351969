#include "common/runtime/service_main.h"
#include "services/optimizer/app.h"

int main(int argc, char** argv) {
  return evenkeel::runtime::ServiceMain(
      argc, argv, "evenkeel-optimizer", "decides queue capacity and proposes changes",
      {{evenkeel::runtime::ServiceId::kOptimizer, evenkeel::optimizer::OptimizerApp::Make}});
}
