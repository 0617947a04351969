#include "tools/genesys_sim/api/platform_body.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <set>

#include "common/base/status_macros.h"
#include "common/base/string_bridge.h"
#include "tools/genesys_sim/api/api.h"
#include "tools/genesys_sim/api/platform_models.h"

namespace evenkeel::sim {
namespace {

// Deeper than any model; each level takes room on the stack.
constexpr int kMostDepth = 64;
// Named at once: a body of garbage is not answered by a larger one.
constexpr size_t kMostViolations = 100;

const Json& Nothing() {
  static const Json& nothing = *new Json;
  return nothing;
}

const Json& Models() {
  static const Json& models = *new Json(*Json::Parse(kPlatformModels));
  return models;
}

// "string(A|B)"
void CheckChoice(const Json& value, std::string_view choices, const std::string& path,
                 Violations& violations) {
  const std::vector<std::string> allowed = absl::StrSplit(ToAbsl(choices), '|');
  if (std::find(allowed.begin(), allowed.end(), value.text()) == allowed.end()) {
    violations.Add(path, absl::StrCat("must be one of ", ToAbsl(choices)));
  }
}

void CheckObject(const Json& value, const Json& model, const std::string& path,
                 Violations& violations) {
  for (const auto& [key, member] : value.members()) {
    if (violations.found().size() >= kMostViolations) return;
    const std::string at = path + "." + key;
    if (!model[key].is_text()) {
      violations.Add(at, "is no known property");
      continue;
    }
    std::string_view type = model[key].text();
    if (type.ends_with("!")) type.remove_suffix(1);
    CheckType(member, type, at, violations);
  }
  for (const auto& [key, type] : model.members()) {
    if (!type.text().ends_with("!") || value.Has(key)) continue;
    // A number may be sent as null where that deletes it; what else is required must be something.
    if (type.text() == "number!" && value.Contains(key)) continue;
    violations.Add(path + "." + key, "is missing");
  }
}

// The kind that a type's name stands for; a model is an object.
Json::Kind KindOf(std::string_view type) {
  if (type.starts_with("[")) return Json::Kind::kArray;
  if (type.starts_with("string")) return Json::Kind::kText;
  if (type == "boolean") return Json::Kind::kTruth;
  if (type == "integer" || type == "number") return Json::Kind::kNumber;
  return Json::Kind::kObject;
}

const char* NameOf(Json::Kind kind) {
  switch (kind) {
    case Json::Kind::kNull:
      return "null";
    case Json::Kind::kTruth:
      return "true or false";
    case Json::Kind::kNumber:
      return "a number";
    case Json::Kind::kText:
      return "a string";
    case Json::Kind::kArray:
      return "an array";
    case Json::Kind::kObject:
      return "an object";
  }
  return "";
}

}  // namespace

Json Json::Truth(bool truth) {
  Json json;
  json.kind_ = Kind::kTruth;
  json.number_ = truth ? 1 : 0;
  return json;
}

Json Json::Number(double number) {
  Json json;
  json.kind_ = Kind::kNumber;
  json.number_ = number;
  return json;
}

Json Json::Text(std::string text) {
  Json json;
  json.kind_ = Kind::kText;
  json.text_ = std::move(text);
  return json;
}

Json Json::Array() {
  Json json;
  json.kind_ = Kind::kArray;
  return json;
}

Json Json::Object() {
  Json json;
  json.kind_ = Kind::kObject;
  return json;
}

absl::StatusOr<Json> Json::Parse(std::string_view text) {
  Json json;
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(
      reader.Parse(text, [&](json::Value root) { return json.ReadParts(root, 0); }));
  return json;
}

absl::Status Json::Read(json::Value value, int depth) {
  if (value.IsNull()) return absl::OkStatus();
  if (bool truth; json::Value(value).Read(truth).ok()) {
    *this = Truth(truth);
    return absl::OkStatus();
  }
  if (double number; json::Value(value).Read(number).ok()) {
    *this = Number(number);
    return absl::OkStatus();
  }
  if (std::string text; json::Value(value).Read(text).ok()) {
    *this = Text(std::move(text));
    return absl::OkStatus();
  }
  return ReadParts(value, depth);
}

// An array or an object: all that a document can be.
absl::Status Json::ReadParts(json::Value value, int depth) {
  if (depth > kMostDepth) return value.Error("is nested too deeply");
  if (json::Array array(value); array.Finish().ok()) {
    kind_ = Kind::kArray;
    while (array.Next())
      EVENKEEL_RETURN_IF_ERROR(items_.emplace_back().Read(array.value(), depth + 1));
    return array.Finish();
  }
  kind_ = Kind::kObject;
  json::Object object(value);
  std::set<std::string> seen;
  while (object.NextAny()) {
    members_.emplace_back(object.key(), Json());
    if (!seen.insert(members_.back().first).second) return object.value().Error("occurs twice");
    EVENKEEL_RETURN_IF_ERROR(members_.back().second.Read(object.value(), depth + 1));
  }
  return object.Finish();
}

bool Json::Contains(std::string_view key) const {
  return std::any_of(members_.begin(), members_.end(),
                     [&](const Member& member) { return member.first == key; });
}

const Json& Json::operator[](std::string_view key) const {
  for (const Member& member : members_) {
    if (member.first == key) return member.second;
  }
  return Nothing();
}

Json& Json::Set(std::string key, Json value) {
  for (Member& member : members_) {
    if (member.first == key) {
      member.second = std::move(value);
      return *this;
    }
  }
  members_.emplace_back(std::move(key), std::move(value));
  return *this;
}

void Json::Remove(std::string_view key) {
  std::erase_if(members_, [&](const Member& member) { return member.first == key; });
}

Json& Json::Append(Json value) {
  items_.push_back(std::move(value));
  return *this;
}

void Json::Write(json::Writer& writer) const {
  switch (kind_) {
    case Kind::kNull:
      writer.Null();
      break;
    case Kind::kTruth:
      writer.Bool(truth());
      break;
    case Kind::kNumber:
      writer.Double(number_);
      break;
    case Kind::kText:
      writer.String(text_);
      break;
    case Kind::kArray:
      writer.BeginArray();
      for (const Json& item : items_) item.Write(writer);
      writer.EndArray();
      break;
    case Kind::kObject:
      writer.BeginObject();
      WriteMembers(writer);
      writer.EndObject();
      break;
  }
}

void Json::WriteMembers(json::Writer& writer) const {
  for (const auto& [key, member] : members_) {
    writer.Key(key);
    member.Write(writer);
  }
}

void CheckType(const Json& value, std::string_view type, const std::string& path,
               Violations& violations) {
  if (type == "any" || value.is_null() || violations.found().size() >= kMostViolations) return;
  if (value.kind() != KindOf(type)) {
    violations.Add(path,
                   absl::StrCat("must be ", NameOf(KindOf(type)), ", is ", NameOf(value.kind())));
  } else if (type.starts_with("[")) {
    const std::string_view item_type = type.substr(1, type.size() - 2);
    for (size_t i = 0; i < value.items().size(); ++i) {
      CheckType(value.items()[i], item_type, absl::StrCat(path, "[", i, "]"), violations);
    }
  } else if (type.starts_with("{")) {
    for (const auto& [key, member] : value.members()) {
      CheckType(member, type.substr(1, type.size() - 2), path + "." + key, violations);
    }
  } else if (type == "integer") {
    if (value.number() != std::floor(value.number()) ||
        std::abs(value.number()) > std::numeric_limits<int32_t>::max()) {
      violations.Add(path, "must be a whole number of at most 32 bits");
    }
  } else if (type.starts_with("string(")) {
    CheckChoice(value, type.substr(7, type.size() - 8), path, violations);
  } else if (value.kind() == Json::Kind::kObject) {
    const Json& model = Models()["models"][type];
    assert(!model.is_null());
    CheckObject(value, model, path, violations);
  }
}

absl::StatusOr<Json> ReadBody(const ApiCall& call) {
  const std::string name =
      absl::StrCat(ToAbsl(call.operation->method), " ", ToAbsl(call.operation->path));
  const Json& type = Models()["bodies"][name];
  assert(type.is_text());
  EVENKEEL_ASSIGN_OR_RETURN(Json body, Json::Parse(call.request.body));
  Violations violations;
  CheckType(body, type.text(), "$", violations);
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  return body;
}

}  // namespace evenkeel::sim
