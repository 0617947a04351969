// Structured logs: one JSON object a line on a stream. Ids only, never names of agents, never
// secrets. "time" is real time; "clock" is the centre's time where that differs.
#pragma once

#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "common/base/clock.h"

namespace evenkeel::obs {

enum class Severity { kDebug, kInfo, kWarning, kError };

// "debug", "info", "warning", "error"; anything else is info.
Severity ParseSeverity(std::string_view text);

using LogValue = std::variant<std::string, int64_t, double, bool>;
struct LogField {
  std::string_view key;
  LogValue value;

  LogField(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  LogField(std::string_view k, std::string_view v) : key(k), value(std::string(v)) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string(v)) {}
  LogField(std::string_view k, bool v) : key(k), value(v) {}
  LogField(std::string_view k, double v) : key(k), value(v) {}
  template <typename T>
  requires std::is_integral_v<T> LogField(std::string_view k, T v)
      : key(k), value(static_cast<int64_t>(v)) {}
};

// Thread-safe; a line is written whole.
class Logger {
 public:
  Logger(std::string service, Severity least, const Clock& clock, std::FILE* out);

  void Log(Severity severity, std::string_view message, std::initializer_list<LogField> fields);
  void Debug(std::string_view m, std::initializer_list<LogField> f = {}) {
    Log(Severity::kDebug, m, f);
  }
  void Info(std::string_view m, std::initializer_list<LogField> f = {}) {
    Log(Severity::kInfo, m, f);
  }
  void Warning(std::string_view m, std::initializer_list<LogField> f = {}) {
    Log(Severity::kWarning, m, f);
  }
  void Error(std::string_view m, std::initializer_list<LogField> f = {}) {
    Log(Severity::kError, m, f);
  }

 private:
  const std::string service_;
  const Severity least_;
  const Clock& clock_;
  std::FILE* const out_;
  std::mutex mutex_;
};

}  // namespace evenkeel::obs
