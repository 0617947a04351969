#include "common/config/yaml.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/time/time.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <yaml-cpp/yaml.h>

#include <cmath>
#include <set>
#include <vector>

#include "common/base/flags.h"

namespace evenkeel::config {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string Suggest(const std::string& wrong, const std::vector<std::string>& known) {
  const std::string meant = NearestName(wrong, known);
  return meant.empty() ? absl::StrCat("; known: ", absl::StrJoin(known, ", "))
                       : absl::StrCat("; did you mean \"", meant, "\"?");
}

// "MODE_DRY_RUN" of enum Mode -> "dry_run".
std::string ShortName(const google::protobuf::EnumValueDescriptor& value) {
  std::string prefix;
  for (const char c : value.type()->name()) {
    if (absl::ascii_isupper(c) && !prefix.empty()) prefix.push_back('_');
    prefix.push_back(absl::ascii_toupper(c));
  }
  prefix.push_back('_');
  const std::string& name = value.name();
  return absl::AsciiStrToLower(absl::StartsWith(name, prefix) ? name.substr(prefix.size()) : name);
}

class Merger {
 public:
  Merger(const std::string& file, const std::function<void(Message&)>& init_element,
         Violations& violations)
      : file_(file), init_element_(init_element), violations_(violations) {}

  void MergeMessage(const YAML::Node& node, const std::string& path, Message& message) {
    if (node.IsNull()) return;  // "section:" with everything commented out
    if (!node.IsMap()) return Fail(node, path, "must be a mapping");
    const Descriptor& type = *message.GetDescriptor();
    std::set<std::string> seen;
    for (const auto& entry : node) {
      const std::string key = entry.first.Scalar();
      const std::string at = path.empty() ? key : absl::StrCat(path, ".", key);
      const FieldDescriptor* field = type.FindFieldByName(key);
      if (field == nullptr) {
        std::vector<std::string> known;
        for (int i = 0; i < type.field_count(); ++i) known.push_back(type.field(i)->name());
        Fail(entry.first, at, absl::StrCat("is an unknown key", Suggest(key, known)));
      } else if (!seen.insert(key).second) {
        Fail(entry.first, at, "is given twice");
      } else {
        MergeField(entry.second, at, *field, message);
      }
    }
  }

 private:
  void Fail(const YAML::Node& node, const std::string& path, const std::string& problem) {
    const std::string line = absl::StrCat(file_, ":", node.Mark().line + 1);
    violations_.Add(path.empty() ? line : absl::StrCat(line, ": ", path), problem);
  }

  void MergeField(const YAML::Node& node, const std::string& path, const FieldDescriptor& field,
                  Message& message) {
    const Reflection& reflection = *message.GetReflection();
    if (field.is_map()) return MergeMap(node, path, field, message);
    if (field.is_repeated()) {
      reflection.ClearField(&message, &field);
      if (node.IsNull()) return;
      if (!node.IsSequence()) return Fail(node, path, "must be a list");
      int index = 0;
      for (const auto& item : node) {
        const std::string at = absl::StrCat(path, "[", index++, "]");
        if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
          Message& element = *reflection.AddMessage(&message, &field);
          init_element_(element);
          MergeMessage(item, at, element);
        } else {
          MergeScalar(item, at, field, message);
        }
      }
      return;
    }
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      return MergeScalar(node, path, field, message);
    }
    Message& child = *reflection.MutableMessage(&message, &field);
    if (auto* duration = dynamic_cast<google::protobuf::Duration*>(&child)) {
      MergeDuration(node, path, *duration);
    } else if (auto* timestamp = dynamic_cast<google::protobuf::Timestamp*>(&child)) {
      MergeTimestamp(node, path, *timestamp);
    } else {
      MergeMessage(node, path, child);
    }
  }

  void MergeMap(const YAML::Node& node, const std::string& path, const FieldDescriptor& field,
                Message& message) {
    const Reflection& reflection = *message.GetReflection();
    reflection.ClearField(&message, &field);
    if (node.IsNull()) return;
    if (!node.IsMap()) return Fail(node, path, "must be a mapping");
    std::set<std::string> seen;
    for (const auto& entry : node) {
      const std::string key = entry.first.Scalar();
      const std::string at = absl::StrCat(path, ".", key);
      if (!seen.insert(key).second) {
        Fail(entry.first, at, "is given twice");
        continue;
      }
      Message& pair = *reflection.AddMessage(&message, &field);
      pair.GetReflection()->SetString(&pair, field.message_type()->map_key(), key);
      MergeField(entry.second, at, *field.message_type()->map_value(), pair);
    }
  }

  void MergeDuration(const YAML::Node& node, const std::string& path,
                     google::protobuf::Duration& duration) {
    absl::Duration span;
    if (!node.IsScalar() || !absl::ParseDuration(node.Scalar(), &span) ||
        absl::AbsDuration(span) == absl::InfiniteDuration()) {
      return Fail(node, path, "must be a duration such as 15s, 10m or 4h");
    }
    duration.set_seconds(absl::IDivDuration(span, absl::Seconds(1), &span));
    duration.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(span)));
  }

  void MergeTimestamp(const YAML::Node& node, const std::string& path,
                      google::protobuf::Timestamp& timestamp) {
    absl::Time time;
    std::string problem;
    if (!node.IsScalar() || !absl::ParseTime(absl::RFC3339_full, node.Scalar(), &time, &problem)) {
      return Fail(node, path, "must be an instant such as 2024-05-15T10:30:00Z");
    }
    absl::Duration rest = time - absl::UnixEpoch();
    timestamp.set_seconds(absl::IDivDuration(rest, absl::Seconds(1), &rest));
    timestamp.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  }

  void MergeEnum(const YAML::Node& node, const std::string& path, const FieldDescriptor& field,
                 Message& message) {
    const EnumDescriptor& type = *field.enum_type();
    std::vector<std::string> known;
    for (int i = 1; i < type.value_count(); ++i) {  // 0 is "unspecified"
      known.push_back(ShortName(*type.value(i)));
      if (known.back() == node.Scalar()) return Store(field, message, *type.value(i));
    }
    Fail(node, path, absl::StrCat("must be one of ", absl::StrJoin(known, ", ")));
  }

  static void Store(const FieldDescriptor& field, Message& message,
                    const google::protobuf::EnumValueDescriptor& value) {
    if (field.is_repeated()) {
      message.GetReflection()->AddEnum(&message, &field, &value);
    } else {
      message.GetReflection()->SetEnum(&message, &field, &value);
    }
  }

  void MergeScalar(const YAML::Node& node, const std::string& path, const FieldDescriptor& field,
                   Message& message) {
    if (!node.IsScalar()) return Fail(node, path, "must be a single value");
    const Reflection& reflection = *message.GetReflection();
    const std::string& text = node.Scalar();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        if (field.is_repeated()) return reflection.AddString(&message, &field, text);
        return reflection.SetString(&message, &field, text);
      case FieldDescriptor::CPPTYPE_ENUM:
        return MergeEnum(node, path, field, message);
      case FieldDescriptor::CPPTYPE_BOOL:
        if (text == "true") return reflection.SetBool(&message, &field, true);
        if (text == "false") return reflection.SetBool(&message, &field, false);
        return Fail(node, path, "must be true or false");
      case FieldDescriptor::CPPTYPE_INT32: {
        int32_t number = 0;
        if (!absl::SimpleAtoi(text, &number)) return Fail(node, path, "must be a whole number");
        return reflection.SetInt32(&message, &field, number);
      }
      case FieldDescriptor::CPPTYPE_DOUBLE: {
        double number = 0;
        if (!absl::SimpleAtod(text, &number) || !std::isfinite(number)) {
          return Fail(node, path, "must be a number");
        }
        return reflection.SetDouble(&message, &field, number);
      }
      default:
        return Fail(node, path, "is of a type that cannot be configured");
    }
  }

  const std::string& file_;
  const std::function<void(Message&)>& init_element_;
  Violations& violations_;
};

}  // namespace

bool MergeYaml(const std::string& yaml, const std::string& file,
               const std::function<void(Message&)>& init_element, Message& message,
               Violations& violations) {
  std::vector<YAML::Node> documents;
  try {
    documents = YAML::LoadAll(yaml);
  } catch (const YAML::Exception& error) {
    violations.Add(absl::StrCat(file, ":", error.mark.line + 1),
                   absl::StrCat("is not YAML: ", error.msg));
    return false;
  }
  if (documents.empty()) return true;
  if (documents.size() > 1) {
    violations.Add(file, "holds more than one YAML document");
    return false;
  }
  Merger(file, init_element, violations).MergeMessage(documents.front(), "", message);
  return documents.front().IsMap() || documents.front().IsNull();
}

}  // namespace evenkeel::config
