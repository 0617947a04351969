#include "common/genesys/workforce_parse.h"

#include <utility>

#include "common/genesys/platform_frames.h"

namespace evenkeel::genesys::platform {
namespace {

model::ActivityCategory CategoryOf(std::string_view text) {
  using model::ActivityCategory;
  static constexpr std::pair<std::string_view, ActivityCategory> kCategories[] = {
      {"OnQueueWork", ActivityCategory::kOnQueueWork},
      {"Break", ActivityCategory::kBreak},
      {"Meal", ActivityCategory::kMeal},
      {"Meeting", ActivityCategory::kMeeting},
      {"OffQueueWork", ActivityCategory::kOffQueueWork},
      {"TimeOff", ActivityCategory::kTimeOff},
      {"Training", ActivityCategory::kTraining},
      {"Unavailable", ActivityCategory::kUnavailable},
      {"Unscheduled", ActivityCategory::kUnscheduled}};
  for (const auto& [name, category] : kCategories) {
    if (text == name) return category;
  }
  return ActivityCategory::kUnknown;
}

model::AdherenceState StateOf(std::string_view text) {
  using model::AdherenceState;
  static constexpr std::pair<std::string_view, AdherenceState> kStates[] = {
      {"InAdherence", AdherenceState::kInAdherence},
      {"OutOfAdherence", AdherenceState::kOutOfAdherence},
      {"Unscheduled", AdherenceState::kUnscheduled},
      {"Ignored", AdherenceState::kIgnored},
      {"Explained", AdherenceState::kExplained}};
  for (const auto& [name, state] : kStates) {
    if (text == name) return state;
  }
  return AdherenceState::kUnknown;
}

model::Media MediaOf(std::string_view text) {
  using model::Media;
  static constexpr std::pair<std::string_view, Media> kMedia[] = {{"voice", Media::kVoice},
                                                                  {"chat", Media::kChat},
                                                                  {"email", Media::kEmail},
                                                                  {"callback", Media::kCallback},
                                                                  {"message", Media::kMessage}};
  for (const auto& [name, media] : kMedia) {
    if (text == name) return media;
  }
  return Media::kUnknown;
}

// The earliest of the reminders.
absl::Status ReadReminder(json::Value value, model::Adherence& adherence) {
  static constexpr std::array<std::string_view, 2> kKeys = {"activityCategory", "startDate"};
  std::optional<std::string_view> category;
  absl::Time start;
  EVENKEEL_RETURN_IF_ERROR(
      ReadMembers(value, kKeys, {1}, [&](int field, json::Value member) -> absl::Status {
        return field == 0 ? member.Read(category) : member.Read(start);
      }));
  if (adherence.next_at && *adherence.next_at <= start) return absl::OkStatus();
  adherence.next_at = start;
  adherence.next = CategoryOf(category.value_or(""));
  return absl::OkStatus();
}

// An interval of a day, or of what of it has passed; with a change of the clock 25 hours.
absl::Status ReadDay(json::Value value, model::ChannelWork& work) {
  absl::Time end;
  EVENKEEL_RETURN_IF_ERROR(ReadInterval(value, work.start, end));
  work.length = end - work.start;
  if (work.length > absl::Hours(25)) return value.Error("must be a day at most, as asked for");
  return absl::OkStatus();
}

}  // namespace

absl::Status ParseAdherence(std::string_view body, std::map<std::string, model::Adherence>& out) {
  return json::Reader().Parse(body, [&](json::Value root) {
    return ReadEach(root, [&](json::Value record) -> absl::Status {
      static constexpr std::array<std::string_view, 5> kKeys = {
          "user", "scheduledActivityCategory", "adherenceState", "timeOfAdherenceChange",
          "nextActivityReminders"};
      model::Adherence adherence;
      std::optional<std::string_view> text;
      EVENKEEL_RETURN_IF_ERROR(
          ReadMembers(record, kKeys, {0}, [&](int field, json::Value value) -> absl::Status {
            switch (field) {
              case 0:
                EVENKEEL_RETURN_IF_ERROR(ReadReference(value, adherence.agent_id));
                if (adherence.agent_id.empty()) return record.Error("has no user.id");
                return absl::OkStatus();
              case 1:
                EVENKEEL_RETURN_IF_ERROR(value.Read(text));
                adherence.scheduled = CategoryOf(text.value_or(""));
                return absl::OkStatus();
              case 2:
                EVENKEEL_RETURN_IF_ERROR(value.Read(text));
                adherence.state = StateOf(text.value_or(""));
                return absl::OkStatus();
              case 3:
                return value.Read(adherence.changed_at);
              default:
                if (value.IsNull()) return absl::OkStatus();
                return ReadEach(value,
                                [&](json::Value one) { return ReadReminder(one, adherence); });
            }
          }));
      std::string id = adherence.agent_id;
      out.insert_or_assign(std::move(id), std::move(adherence));
      return absl::OkStatus();
    });
  });
}

absl::Status ParseChannelAggregates(std::string_view body, std::vector<model::ChannelWork>& out) {
  std::vector<model::ChannelWork> parts;
  const auto read = [&](json::Value datum) -> absl::Status {
    static constexpr std::array<std::string_view, 2> kKeys = {"interval", "metrics"};
    model::ChannelWork& work = parts.emplace_back();
    return ReadMembers(datum, kKeys, {0}, [&](int field, json::Value value) -> absl::Status {
      if (field == 0) return ReadDay(value, work);
      if (value.IsNull()) return absl::OkStatus();
      return ReadEach(value, [&](json::Value element) -> absl::Status {
        std::string_view metric, qualifier;
        Stats stats;
        EVENKEEL_RETURN_IF_ERROR(ReadMetric(element, metric, qualifier, stats));
        if (metric != "tHandle") return absl::OkStatus();
        work.handled += stats.count;
        work.handle_total += stats.sum;
        return absl::OkStatus();
      });
    });
  };
  return ParseResults(body, read, [&](json::Value result, const Group& group) -> absl::Status {
    if (group.queue.empty()) return result.Error("has no group.queueId");
    if (group.media.empty()) return result.Error("has no group.mediaType");
    for (model::ChannelWork& part : parts) {
      // What happened before any agent is nobody's work.
      if (group.user.empty() || part.handled == 0) continue;
      part.agent_id.assign(group.user);
      part.queue_id.assign(group.queue);
      part.media = MediaOf(group.media);
      out.push_back(std::move(part));
    }
    parts.clear();
    return absl::OkStatus();
  });
}

absl::StatusOr<PageInfo> ParsePresences(std::string_view body,
                                        std::map<std::string, model::PresenceDefinition>& out) {
  return ParseListing(body, [&](json::Value entity) -> absl::Status {
    static constexpr std::array<std::string_view, 4> kKeys = {"id", "systemPresence",
                                                              "languageLabels", "deactivated"};
    model::PresenceDefinition presence;
    std::optional<bool> deactivated;
    EVENKEEL_RETURN_IF_ERROR(
        ReadMembers(entity, kKeys, {0, 1}, [&](int field, json::Value value) -> absl::Status {
          if (field == 0) return ReadId(value, presence.id);
          if (field == 1) return value.Read(presence.system_presence);
          if (field == 3) return value.Read(deactivated);
          if (value.IsNull()) return absl::OkStatus();
          json::Object labels(value);
          while (labels.NextAny()) {
            std::optional<std::string_view> label;
            EVENKEEL_RETURN_IF_ERROR(labels.value().Read(label));
            // English where there is one, else the first.
            const bool english = labels.key().substr(0, 2) == "en";
            if (label && (presence.name.empty() || english)) presence.name.assign(*label);
          }
          return labels.Finish();
        }));
    presence.active = !deactivated.value_or(false);
    std::string id = presence.id;
    out.insert_or_assign(std::move(id), std::move(presence));
    return absl::OkStatus();
  });
}

}  // namespace evenkeel::genesys::platform
