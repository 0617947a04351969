// ACT-1: nobody but the actuator can write. The sources and binaries of the others are searched for
// the operations that write (API-11), by name and by what is said only in a write; the verb would
// not do, because some reads are POSTs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "services/actuator/adapters/write_operations.h"

namespace evenkeel::architecture {
namespace {

using testing::IsEmpty;

std::string ReadFile(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// Names of our rows that write, and pieces of paths and bodies that no read of the API has, for the
// operations of later loops too. A campaign's pace is read as well as written: for it the
// permission stands.
std::vector<std::string> WriteMarks() {
  std::vector<std::string> marks = {
      "queues.members.patch",
      "externalmetrics/data",        // publishing scores
      "/presences/",                 // an agent's presence
      "/utilization",                // an agent's capacity
      "/availability",               // the guides' presence
      "customFields",                // the guides' score
      "/api/v2/routing/rules",       // the guides' routing rules
      "routing:queueMember:manage",  // permissions to write
      "routing:queue:edit",
      "routing:queue:write",
      "outbound:campaign:edit",
      "outbound:campaign:write",
  };
  for (const genesys::Operation* operation : actuator::kWriteOperations) {
    marks.emplace_back(operation->name);
  }
  return marks;
}

std::vector<std::string> Find(const std::filesystem::path& path,
                              const std::vector<std::string>& marks) {
  std::vector<std::string> found;
  const std::string text = ReadFile(path);
  for (const std::string& mark : marks) {
    if (text.find(mark) != std::string::npos)
      found.push_back(path.filename().string() + ": " + mark);
  }
  return found;
}

TEST(OnlyWriterTest, Act1NoOtherSourceHoldsAWrite) {
  const std::filesystem::path root = EVENKEEL_SOURCE_DIR;
  std::vector<std::string> marks = WriteMarks();
  for (const char* verb : {"\"PUT\"", "\"PATCH\"", "\"DELETE\""}) marks.emplace_back(verb);
  std::vector<std::string> found;
  int files = 0;
  for (const char* folder : {"common", "services/ingest", "services/optimizer",
                             "services/fairness_scorer", "services/suite", "tools/ctl"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      const std::string name = entry.path().filename();
      if (entry.path().extension() != ".h" && entry.path().extension() != ".cc") continue;
      if (name.ends_with("_test.cc")) continue;
      const auto in_file = Find(entry.path(), marks);
      found.insert(found.end(), in_file.begin(), in_file.end());
      ++files;
    }
  }
  EXPECT_GT(files, 100);
  EXPECT_THAT(found, IsEmpty());
}

TEST(OnlyWriterTest, Act1NoOtherBinaryHoldsAWrite) {
  const std::filesystem::path bin = EVENKEEL_BIN_DIR;
  for (const char* name :
       {"evenkeel-ingest", "evenkeel-optimizer", "evenkeel-fairness-scorer", "evenkeelctl"}) {
    ASSERT_TRUE(std::filesystem::exists(bin / name)) << name;
    EXPECT_THAT(Find(bin / name, WriteMarks()), IsEmpty());
  }
}

// The search itself: it must find what the actuator does hold.
TEST(OnlyWriterTest, TheSearchFindsTheActuatorsWrites) {
  const std::filesystem::path bin = EVENKEEL_BIN_DIR;
  const auto found = Find(bin / "evenkeel-actuator", WriteMarks());
  for (const genesys::Operation* operation : actuator::kWriteOperations) {
    EXPECT_THAT(found, testing::Contains("evenkeel-actuator: " + std::string(operation->name)));
  }
}

}  // namespace
}  // namespace evenkeel::architecture
