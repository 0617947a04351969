// Test helper: a JSON text as a tree, for looking at answers: tree["entities"][0]["id"].text().
// What is not there reads as an absent tree.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status_macros.h"
#include "common/json/reader.h"

namespace evenkeel {

class JsonTree {
 public:
  // Fails the test when `text` is not JSON.
  static JsonTree Parse(const std::string& text) {
    JsonTree tree;
    json::Reader reader;
    const absl::Status status =
        reader.Parse(text, [&](json::Value root) { return tree.ReadParts(root); });
    EXPECT_TRUE(status.ok()) << status << " in " << text;
    return tree;
  }

  const JsonTree& operator[](const std::string& key) const {
    const auto found = members_.find(key);
    return found == members_.end() ? Absent() : found->second;
  }
  const JsonTree& operator[](const char* key) const { return (*this)[std::string(key)]; }
  const JsonTree& operator[](size_t index) const {
    return index < items_.size() ? items_[index] : Absent();
  }

  const JsonTree& operator[](int index) const { return (*this)[static_cast<size_t>(index)]; }

  bool present() const { return present_; }
  bool is_null() const { return null_; }
  bool is_text() const { return text_.has_value(); }
  bool is_number() const { return number_.has_value(); }
  bool is_truth() const { return truth_.has_value(); }
  bool is_array() const { return array_; }
  bool is_object() const {
    return present_ && !null_ && !is_text() && !is_number() && !is_truth() && !array_;
  }
  std::string text() const { return text_.value_or(""); }
  double number() const {
    EXPECT_TRUE(number_.has_value());
    return number_.value_or(0);
  }
  bool truth() const {
    EXPECT_TRUE(truth_.has_value());
    return truth_.value_or(false);
  }
  absl::Time time() const {
    absl::Time time;
    std::string error;
    EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text(), &time, &error)) << text();
    return time;
  }
  size_t size() const { return items_.size(); }
  const std::vector<JsonTree>& items() const { return items_; }
  const std::map<std::string, JsonTree>& members() const { return members_; }
  // The item whose `key` is `value`.
  const JsonTree& Where(const std::string& key, const std::string& value) const {
    for (const JsonTree& item : items_) {
      if (item[key].text() == value) return item;
    }
    return Absent();
  }

 private:
  static const JsonTree& Absent() {
    static const JsonTree& absent = *new JsonTree;
    return absent;
  }

  absl::Status Read(json::Value value) {
    present_ = true;
    null_ = value.IsNull();
    if (null_) return absl::OkStatus();
    if (bool truth; json::Value(value).Read(truth).ok()) return truth_ = truth, absl::OkStatus();
    if (double number; json::Value(value).Read(number).ok()) {
      return number_ = number, absl::OkStatus();
    }
    if (std::string text; json::Value(value).Read(text).ok()) return text_ = text, absl::OkStatus();
    return ReadParts(value);
  }

  // The root is never a scalar, and must not be asked whether it is.
  absl::Status ReadParts(json::Value value) {
    present_ = true;
    if (json::Array array(value); array.Finish().ok()) {
      array_ = true;
      while (array.Next()) EVENKEEL_RETURN_IF_ERROR(items_.emplace_back().Read(array.value()));
      return array.Finish();
    }
    json::Object object(value);
    while (object.NextAny()) {
      JsonTree& member = members_[std::string(object.key())];
      EVENKEEL_RETURN_IF_ERROR(member.Read(object.value()));
    }
    return object.Finish();
  }

  bool present_ = false;
  bool null_ = false;
  bool array_ = false;
  std::optional<bool> truth_;
  std::optional<double> number_;
  std::optional<std::string> text_;
  std::vector<JsonTree> items_;
  std::map<std::string, JsonTree> members_;
};

}  // namespace evenkeel
