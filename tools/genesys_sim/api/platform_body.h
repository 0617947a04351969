// Bodies of the platform dialect's writes: JSON as a tree, and its check against the models that
// are cut from the published definition (platform_models.json). What passes has only properties
// that the Platform API has, of its types, and all that it requires.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/error_details.h"
#include "common/json/reader.h"
#include "common/json/writer.h"

namespace evenkeel::sim {

struct ApiCall;

class Json {
 public:
  enum class Kind { kNull, kTruth, kNumber, kText, kArray, kObject };
  using Member = std::pair<std::string, Json>;

  Json() = default;
  static Json Truth(bool truth);
  static Json Number(double number);
  static Json Text(std::string text);
  static Json Array();
  static Json Object();
  // INVALID_ARGUMENT names the place of a fault, also of a key that occurs twice and of what is
  // nested too deeply.
  static absl::StatusOr<Json> Parse(std::string_view text);

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_truth() const { return kind_ == Kind::kTruth; }
  bool is_number() const { return kind_ == Kind::kNumber; }
  bool is_text() const { return kind_ == Kind::kText; }
  // Of another kind these read as false, 0, "" and nothing.
  bool truth() const { return is_truth() && number_ != 0; }
  double number() const { return is_number() ? number_ : 0; }
  const std::string& text() const { return text_; }
  const std::vector<Json>& items() const { return items_; }
  const std::vector<Member>& members() const { return members_; }
  // Null when there is no such member.
  const Json& operator[](std::string_view key) const;
  bool Contains(std::string_view key) const;  // also as null
  bool Has(std::string_view key) const { return !(*this)[key].is_null(); }

  Json& Set(std::string key, Json value);
  void Remove(std::string_view key);
  Json& Append(Json value);
  void Write(json::Writer& writer) const;
  // The members without the braces, as part of an object that is being written.
  void WriteMembers(json::Writer& writer) const;

 private:
  // `depth` counts the arrays and objects around the value.
  absl::Status ReadParts(json::Value value, int depth);
  absl::Status Read(json::Value value, int depth);

  Kind kind_ = Kind::kNull;
  double number_ = 0;
  std::string text_;
  std::vector<Json> items_;
  std::vector<Member> members_;
};

// Names what in `value` does not fit `type`, about a hundred places at most: the name of a model,
// "string", "[T]" ... A null fits anything that is not required.
void CheckType(const Json& value, std::string_view type, const std::string& path,
               Violations& violations);

// The body of a call of `method` and `path` ("PUT", "/api/v2/routing/queues/{queueId}"), which
// must be in the models. INVALID_ARGUMENT names every wrong property.
absl::StatusOr<Json> ReadBody(const ApiCall& call);

}  // namespace evenkeel::sim
