#include "tools/ctl/names.h"

namespace evenkeel::ctl {

using ingest::v1::IngestService;
using runtime::ServiceId;

std::map<std::string, std::string> QueueNames(const Context& context) {
  const auto stub = IngestService::NewStub(context.Channel(ServiceId::kIngest));
  ingest::v1::GetSnapshotRequest request;
  request.add_sections(types::v1::SECTION_QUEUES);
  ingest::v1::GetSnapshotResponse response;
  std::map<std::string, std::string> names;
  if (context.Call(ServiceId::kIngest, *stub, &IngestService::Stub::GetSnapshot, request, response)
          .ok()) {
    for (const auto& queue : response.snapshot().queues()) names[queue.id()] = queue.name();
  }
  return names;
}

std::string NameOf(const std::map<std::string, std::string>& names, const std::string& id) {
  const auto it = names.find(id);
  return it == names.end() || it->second.empty() ? id : it->second;
}

}  // namespace evenkeel::ctl
