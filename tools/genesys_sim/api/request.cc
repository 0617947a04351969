#include "tools/genesys_sim/api/request.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "common/base/string_bridge.h"

namespace evenkeel::sim {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsIn(const std::string& text, const std::vector<std::string>& allowed) {
  return std::find(allowed.begin(), allowed.end(), text) != allowed.end();
}

}  // namespace

std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 1 < text.size() ? HexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      decoded.push_back(text[i] == '+' && plus_is_space ? ' ' : text[i]);
    }
  }
  return decoded;
}

Parameters::Parameters(std::string_view encoded) {
  for (const absl::string_view part : absl::StrSplit(ToAbsl(encoded), '&', absl::SkipEmpty())) {
    const size_t equals = part.find('=');
    const auto name = PercentDecode(ToStd(part.substr(0, equals)), true);
    const auto value = equals == absl::string_view::npos
                           ? std::string()
                           : PercentDecode(ToStd(part.substr(equals + 1)), true);
    if (name && value) {
      parameters_.push_back({*name, *value});
    } else {
      AddViolation(ToString(part), "is not percent-encoded");
    }
  }
}

const std::string* Parameters::One(std::string_view name) {
  const std::string* found = nullptr;
  for (Parameter& parameter : parameters_) {
    if (parameter.name != name) continue;
    parameter.used = true;
    if (found != nullptr) AddViolation(std::string(name), "occurs twice");
    found = &parameter.value;
  }
  return found;
}

int64_t Parameters::Int(std::string_view name, int64_t fallback, int64_t least, int64_t most) {
  const std::string* text = One(name);
  if (text == nullptr) return fallback;
  int64_t value = 0;
  if (!absl::SimpleAtoi(*text, &value) || value < least || value > most) {
    AddViolation(std::string(name), absl::StrCat("must be a number from ", least, " to ", most));
    return fallback;
  }
  return value;
}

std::optional<bool> Parameters::Bool(std::string_view name) {
  const std::string* text = One(name);
  if (text == nullptr) return std::nullopt;
  if (*text != "true" && *text != "false") {
    AddViolation(std::string(name), "must be true or false");
    return std::nullopt;
  }
  return *text == "true";
}

std::string Parameters::Text(std::string_view name, std::string fallback) {
  const std::string* text = One(name);
  return text == nullptr ? fallback : *text;
}

std::string Parameters::Choice(std::string_view name, std::string fallback,
                               const std::vector<std::string>& allowed) {
  const std::string* text = One(name);
  if (text == nullptr) return fallback;
  if (!IsIn(*text, allowed)) {
    AddViolation(std::string(name), "must be one of " + absl::StrJoin(allowed, ", "));
    return fallback;
  }
  return *text;
}

std::optional<absl::Time> Parameters::Time(std::string_view name) {
  const std::string* text = One(name);
  absl::Time time;
  if (text == nullptr) return std::nullopt;
  if (!json::ParseInstant(*text, time)) {
    AddViolation(std::string(name), "must be an ISO-8601 time with offset");
    return std::nullopt;
  }
  return time;
}

std::vector<std::string> Parameters::List(std::string_view name,
                                          const std::vector<std::string>& allowed) {
  std::vector<std::string> list;
  for (Parameter& parameter : parameters_) {
    if (parameter.name != name) continue;
    parameter.used = true;
    for (const absl::string_view item : absl::StrSplit(parameter.value, ',')) {
      list.push_back(ToString(item));
      if (!allowed.empty() && !IsIn(list.back(), allowed)) {
        AddViolation(std::string(name), "\"" + list.back() + "\" is not allowed");
      }
    }
  }
  return list;
}

absl::Status Parameters::Finish() {
  for (const Parameter& parameter : parameters_) {
    if (!parameter.used) AddViolation(parameter.name, "is no parameter of this operation");
  }
  return violations_.ToStatus();
}

absl::Status ReadObject(json::Value value, std::initializer_list<Property> properties) {
  json::Object object(value);
  std::vector<bool> seen(properties.size());
  while (object.NextAny()) {
    const auto property =
        std::find_if(properties.begin(), properties.end(),
                     [&](const Property& candidate) { return candidate.name == object.key(); });
    if (property == properties.end()) return object.value().Error("is no known property");
    const auto index = static_cast<size_t>(property - properties.begin());
    if (seen[index]) return object.value().Error("occurs twice");
    seen[index] = true;
    EVENKEEL_RETURN_IF_ERROR(property->read(object.value()));
  }
  EVENKEEL_RETURN_IF_ERROR(object.Finish());
  for (size_t i = 0; i < seen.size(); ++i) {
    const Property& property = properties.begin()[i];
    if (property.required && !seen[i]) {
      return value.Error(absl::StrCat("needs the property ", ToAbsl(property.name)));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadStrings(json::Value value, std::vector<std::string>& out) {
  json::Array array(value);
  while (array.Next()) EVENKEEL_RETURN_IF_ERROR(array.value().Read(out.emplace_back()));
  return array.Finish();
}

std::optional<std::pair<absl::Time, absl::Time>> ParseInterval(const std::string& text) {
  const std::vector<std::string> ends = absl::StrSplit(text, '/');
  absl::Time from, to;
  if (ends.size() != 2 || !json::ParseInstant(ends[0], from) || !json::ParseInstant(ends[1], to) ||
      from >= to) {
    return std::nullopt;
  }
  return std::pair(from, to);
}

std::optional<absl::Duration> ParseIsoDuration(std::string_view text) {
  if (!text.starts_with("P")) return std::nullopt;
  text.remove_prefix(1);
  absl::Duration total;
  bool in_time = false;
  while (!text.empty()) {
    if (text[0] == 'T' && !in_time && text.size() > 1) {
      in_time = true;
      text.remove_prefix(1);
      continue;
    }
    const size_t digits = text.find_first_not_of("0123456789");
    int64_t number = 0;
    if (digits == 0 || digits == std::string_view::npos || digits > 9 ||
        !absl::SimpleAtoi(ToAbsl(text.substr(0, digits)), &number)) {
      return std::nullopt;
    }
    switch (text[digits]) {
      case 'D':
        if (in_time) return std::nullopt;
        total += absl::Hours(24 * number);
        break;
      case 'H':
        if (!in_time) return std::nullopt;
        total += absl::Hours(number);
        break;
      case 'M':
        if (!in_time) return std::nullopt;
        total += absl::Minutes(number);
        break;
      case 'S':
        if (!in_time) return std::nullopt;
        total += absl::Seconds(number);
        break;
      default:
        return std::nullopt;
    }
    text.remove_prefix(digits + 1);
  }
  if (total <= absl::ZeroDuration()) return std::nullopt;
  return total;
}

}  // namespace evenkeel::sim
