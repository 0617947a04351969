#include "common/obs/log.h"

#include <absl/time/clock.h>

#include "common/json/writer.h"

namespace evenkeel::obs {
namespace {

const char* Name(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return "debug";
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "info";
}

}  // namespace

Severity ParseSeverity(std::string_view text) {
  for (const Severity severity : {Severity::kDebug, Severity::kWarning, Severity::kError}) {
    if (text == Name(severity)) return severity;
  }
  return Severity::kInfo;
}

Logger::Logger(std::string service, Severity least, const Clock& clock, std::FILE* out)
    : service_(std::move(service)), least_(least), clock_(clock), out_(out) {}

void Logger::Log(Severity severity, std::string_view message,
                 std::initializer_list<LogField> fields) {
  if (severity < least_) return;
  json::Writer line;
  line.BeginObject().Field("time", absl::Now());
  if (clock_.factor() != 1.0) line.Field("clock", clock_.Now());
  line.Field("severity", Name(severity)).Field("service", service_).Field("message", message);
  for (const LogField& field : fields) {
    std::visit([&](const auto& value) { line.Field(field.key, value); }, field.value);
  }
  line.EndObject();
  const std::string text = line.Take() + "\n";
  std::lock_guard lock(mutex_);
  std::fwrite(text.data(), 1, text.size(), out_);
  std::fflush(out_);
}

}  // namespace evenkeel::obs
