// ActuatorService over the use case: validates, converts, calls, converts back.
#pragma once

#include <functional>
#include <stop_token>

#include "common/obs/log.h"
#include "evenkeel/actuator/v1/actuator_service.grpc.pb.h"
#include "services/actuator/usecase/actuator.h"

namespace evenkeel::actuator {

class GrpcActuatorService final : public v1::ActuatorService::Service {
 public:
  // Both must outlive this.
  GrpcActuatorService(Actuator& actuator, obs::Logger& log) : actuator_(actuator), log_(log) {}

  // Ends the streams, soon.
  void Stop() { stop_.request_stop(); }

  grpc::Status ProposeChange(grpc::ServerContext* context, const v1::ProposeChangeRequest* request,
                             v1::ProposeChangeResponse* response) override;
  grpc::Status ApproveChange(grpc::ServerContext* context, const v1::ApproveChangeRequest* request,
                             v1::ApproveChangeResponse* response) override;
  grpc::Status DiscardChange(grpc::ServerContext* context, const v1::DiscardChangeRequest* request,
                             v1::DiscardChangeResponse* response) override;
  grpc::Status RollBackChange(grpc::ServerContext* context,
                              const v1::RollBackChangeRequest* request,
                              v1::RollBackChangeResponse* response) override;
  grpc::Status GetChange(grpc::ServerContext* context, const v1::GetChangeRequest* request,
                         v1::GetChangeResponse* response) override;
  grpc::Status ListChanges(grpc::ServerContext* context, const v1::ListChangesRequest* request,
                           v1::ListChangesResponse* response) override;
  grpc::Status WatchChanges(grpc::ServerContext* context, const v1::WatchChangesRequest* request,
                            grpc::ServerWriter<v1::WatchChangesResponse>* writer) override;
  grpc::Status ListHolds(grpc::ServerContext* context, const v1::ListHoldsRequest* request,
                         v1::ListHoldsResponse* response) override;
  grpc::Status ReleaseHold(grpc::ServerContext* context, const v1::ReleaseHoldRequest* request,
                           v1::ReleaseHoldResponse* response) override;
  grpc::Status ListAudit(grpc::ServerContext* context, const v1::ListAuditRequest* request,
                         v1::ListAuditResponse* response) override;
  grpc::Status PauseActuation(grpc::ServerContext* context,
                              const v1::PauseActuationRequest* request,
                              v1::PauseActuationResponse* response) override;
  grpc::Status ResumeActuation(grpc::ServerContext* context,
                               const v1::ResumeActuationRequest* request,
                               v1::ResumeActuationResponse* response) override;
  grpc::Status GetStatus(grpc::ServerContext* context, const v1::GetStatusRequest* request,
                         v1::GetStatusResponse* response) override;

 private:
  // For the caller; what is INTERNAL also goes to the log, in its own words.
  grpc::Status Answer(const absl::Status& status);
  template <typename Response>
  grpc::Status AnswerChange(const absl::StatusOr<model::Change>& change, Response& response);

  Actuator& actuator_;
  obs::Logger& log_;
  std::stop_source stop_;
};

}  // namespace evenkeel::actuator
