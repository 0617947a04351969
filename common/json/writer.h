// Writes JSON. The calls mirror the text; the writer puts commas and escapes. Numbers are written
// so that they read back to the same value; a number that is not finite is written as null.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace evenkeel::json {

class Writer {
 public:
  Writer& BeginObject();
  Writer& EndObject();
  Writer& BeginArray();
  Writer& EndArray();
  Writer& Key(std::string_view key);

  Writer& String(std::string_view text);
  Writer& Int(int64_t number);
  Writer& Double(double number);
  Writer& Bool(bool value);
  Writer& Null();
  // "2024-05-15T10:30:00.000Z"
  Writer& Time(absl::Time time);
  // A JSON text that is valid already.
  Writer& Raw(std::string_view json);

  // Key and value in one.
  Writer& Field(std::string_view key, std::string_view text) { return Key(key).String(text); }
  Writer& Field(std::string_view key, const char* text) { return Key(key).String(text); }
  Writer& Field(std::string_view key, const std::string& text) { return Key(key).String(text); }
  Writer& Field(std::string_view key, bool value) { return Key(key).Bool(value); }
  Writer& Field(std::string_view key, double number) { return Key(key).Double(number); }
  Writer& Field(std::string_view key, absl::Time time) { return Key(key).Time(time); }
  template <typename T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) Writer& Field(std::string_view key,
                                                                            T number) {
    return Key(key).Int(static_cast<int64_t>(number));
  }

  const std::string& text() const { return text_; }
  std::string Take() { return std::move(text_); }

 private:
  void BeforeValue();

  std::string text_;
  std::vector<bool> has_items_;  // by nesting level
  bool after_key_ = false;
};

}  // namespace evenkeel::json
