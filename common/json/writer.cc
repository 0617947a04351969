#include "common/json/writer.h"

#include <charconv>
#include <cmath>

namespace evenkeel::json {
namespace {

void AppendQuoted(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out.push_back('"');
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
          out.push_back(kHex[c & 15]);
        } else {
          out.push_back(c);
        }
    }
  }
  out.push_back('"');
}

}  // namespace

void Writer::BeforeValue() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (has_items_.empty()) return;
  if (has_items_.back()) text_.push_back(',');
  has_items_.back() = true;
}

Writer& Writer::BeginObject() {
  BeforeValue();
  text_.push_back('{');
  has_items_.push_back(false);
  return *this;
}

Writer& Writer::EndObject() {
  text_.push_back('}');
  has_items_.pop_back();
  return *this;
}

Writer& Writer::BeginArray() {
  BeforeValue();
  text_.push_back('[');
  has_items_.push_back(false);
  return *this;
}

Writer& Writer::EndArray() {
  text_.push_back(']');
  has_items_.pop_back();
  return *this;
}

Writer& Writer::Key(std::string_view key) {
  BeforeValue();
  AppendQuoted(text_, key);
  text_.push_back(':');
  after_key_ = true;
  return *this;
}

Writer& Writer::String(std::string_view text) {
  BeforeValue();
  AppendQuoted(text_, text);
  return *this;
}

Writer& Writer::Int(int64_t number) {
  BeforeValue();
  text_ += std::to_string(number);
  return *this;
}

Writer& Writer::Double(double number) {
  if (!std::isfinite(number)) return Null();
  BeforeValue();
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), number).ptr;
  text_.append(buffer, end);
  return *this;
}

Writer& Writer::Bool(bool value) {
  BeforeValue();
  text_ += value ? "true" : "false";
  return *this;
}

Writer& Writer::Null() {
  BeforeValue();
  text_ += "null";
  return *this;
}

Writer& Writer::Time(absl::Time time) {
  return String(absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone()));
}

Writer& Writer::Raw(std::string_view json) {
  BeforeValue();
  text_ += json;
  return *this;
}

}  // namespace evenkeel::json
