#include "common/runtime/service_main.h"
#include "services/ingest/app.h"

int main(int argc, char** argv) {
  return evenkeel::runtime::ServiceMain(
      argc, argv, "evenkeel-ingest", "reads the contact centre and hands out snapshots of it",
      {{evenkeel::runtime::ServiceId::kIngest, evenkeel::ingest::IngestApp::Make}});
}
