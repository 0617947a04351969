// model::Snapshot <-> its proto, entry by entry.
#pragma once

#include "common/model/snapshot.h"
#include "evenkeel/types/v1/snapshot.pb.h"

namespace evenkeel::convert {

types::v1::Agent ToProto(const model::Agent& agent);
types::v1::AgentState ToProto(const model::AgentState& state);
types::v1::Queue ToProto(const model::Queue& queue);
types::v1::Membership ToProto(const model::Membership& membership);
types::v1::QueueLive ToProto(const model::QueueLive& live);
types::v1::QueueInterval ToProto(const model::QueueInterval& interval);
types::v1::AgentWork ToProto(const model::AgentWork& work);
types::v1::QueueEstimate ToProto(const model::QueueEstimate& estimate);
types::v1::Campaign ToProto(const model::Campaign& entry);
types::v1::CampaignCall ToProto(const model::CampaignCall& entry);
types::v1::Adherence ToProto(const model::Adherence& entry);
types::v1::ChannelWork ToProto(const model::ChannelWork& entry);
types::v1::PresenceDefinition ToProto(const model::PresenceDefinition& entry);
types::v1::SectionQuality ToProto(const model::SectionQuality& quality);
types::v1::LeftAlone ToProto(const model::LeftAlone& left_alone);
types::v1::Section ToProto(model::Section section);
types::v1::CapacityLever ToProto(model::CapacityLever lever);
types::v1::Snapshot ToProto(const model::Snapshot& snapshot);

model::Agent FromProto(const types::v1::Agent& agent);
model::AgentState FromProto(const types::v1::AgentState& state);
model::Queue FromProto(const types::v1::Queue& queue);
model::Membership FromProto(const types::v1::Membership& membership);
model::QueueLive FromProto(const types::v1::QueueLive& live);
model::QueueInterval FromProto(const types::v1::QueueInterval& interval);
model::AgentWork FromProto(const types::v1::AgentWork& work);
model::QueueEstimate FromProto(const types::v1::QueueEstimate& estimate);
model::Campaign FromProto(const types::v1::Campaign& entry);
model::CampaignCall FromProto(const types::v1::CampaignCall& entry);
model::Adherence FromProto(const types::v1::Adherence& entry);
model::ChannelWork FromProto(const types::v1::ChannelWork& entry);
model::PresenceDefinition FromProto(const types::v1::PresenceDefinition& entry);
model::SectionQuality FromProto(const types::v1::SectionQuality& quality);
model::LeftAlone FromProto(const types::v1::LeftAlone& left_alone);
// An unspecified section reads as the roster; requests are checked before.
model::Section FromProto(types::v1::Section section);
model::CapacityLever FromProto(types::v1::CapacityLever lever);
model::Snapshot FromProto(const types::v1::Snapshot& snapshot);

}  // namespace evenkeel::convert
