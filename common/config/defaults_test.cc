// docs/defaults.md against the code: every default is listed, with its true value, a unit or none,
// and a reason.
#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include "common/config/defaults.h"
#include "common/convert/time.h"

namespace evenkeel::config {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void Collect(const Message& message, const std::string& path,
             std::map<std::string, std::string>& values) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string at = path + field->name();
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const Message& child = reflection.GetMessage(message, field);
      if (const auto* span = dynamic_cast<const google::protobuf::Duration*>(&child)) {
        values[at] = absl::FormatDuration(convert::FromProto(*span));
      } else {
        Collect(child, at + ".", values);
      }
      continue;
    }
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        values[at] = reflection.GetString(message, field);
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        values[at] = absl::StrCat(reflection.GetInt32(message, field));
        break;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        values[at] = absl::StrCat(reflection.GetDouble(message, field));
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        values[at] = reflection.GetBool(message, field) ? "true" : "false";
        break;
      case FieldDescriptor::CPPTYPE_ENUM: {
        const std::string name = reflection.GetEnum(message, field)->name();
        values[at] = absl::AsciiStrToLower(name.substr(name.find('_') + 1));
        break;
      }
      default:
        FAIL() << at;
    }
  }
}

TEST(DefaultsTest, TheDocumentIsTheCode) {
  std::map<std::string, std::string> code;
  Collect(DefaultConfig(), "", code);
  Collect(DefaultQueue(), "scope.queues[].", code);

  std::map<std::string, std::string> document;
  std::ifstream file(EVENKEEL_SOURCE_DIR "/docs/defaults.md");
  ASSERT_TRUE(file.good());
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `")) continue;
    const std::vector<std::string> cells = absl::StrSplit(line, '|');
    ASSERT_EQ(cells.size(), 6u) << line;
    const std::string key(absl::StripAsciiWhitespace(cells[1]));
    document[key.substr(1, key.size() - 2)] = std::string(absl::StripAsciiWhitespace(cells[2]));
  }
  EXPECT_EQ(document, code);
}

}  // namespace
}  // namespace evenkeel::config
