// The layers of docs/architecture.md, read off the #include lines of every source file.
#include "tests/architecture/layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace evenkeel::architecture {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(LayersTest, EverySourceFileKeepsToItsLayer) {
  const std::filesystem::path root = EVENKEEL_SOURCE_DIR;
  std::vector<std::string> breaches;
  int files = 0;
  for (const char* folder : {"common", "services", "tools", "tests"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      const std::string extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      std::stringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      const auto found =
          CheckIncludes(std::filesystem::relative(entry.path(), root).string(), text.str());
      breaches.insert(breaches.end(), found.begin(), found.end());
      ++files;
    }
  }
  EXPECT_GT(files, 50);
  EXPECT_THAT(breaches, IsEmpty());
}

// The checker itself: a core that includes gRPC must be caught, and so on.
TEST(LayersTest, CatchesBreaches) {
  const std::string core = "services/optimizer/core/capacity/planner.cc";
  EXPECT_THAT(CheckIncludes(core, "#include <grpcpp/grpcpp.h>\n"),
              ElementsAre(core + ":1: may not include <grpcpp/grpcpp.h>"));
  EXPECT_THAT(CheckIncludes(core, "\n#include \"evenkeel/types/v1/snapshot.pb.h\"\n"),
              ElementsAre(core + ":2: may not include evenkeel/types/v1/snapshot.pb.h"));
  EXPECT_THAT(
      CheckIncludes(core, "#include <glpk.h>\n#include <mutex>\n#include <vector>\n"),
      ElementsAre(core + ":1: may not include <glpk.h>", core + ":2: pure code includes mutex"));
  EXPECT_THAT(CheckIncludes(core, "#include \"services/optimizer/adapters/glpk_solver.h\"\n"),
              testing::SizeIs(1));
  EXPECT_THAT(CheckIncludes("services/ingest/app.cc", "#include \"services/actuator/app.h\"\n"),
              testing::SizeIs(1));
  EXPECT_THAT(CheckIncludes("common/http/x.cc", "#include <simdjson.h>\n"), testing::SizeIs(1));
  EXPECT_THAT(CheckIncludes("new_folder/x.cc", ""), testing::SizeIs(1));
}

TEST(LayersTest, AllowsWhatTheTableAllows) {
  EXPECT_THAT(CheckIncludes("services/optimizer/core/capacity/planner.cc",
                            "#include <vector>\n#include <absl/time/time.h>\n"
                            "#include \"common/model/snapshot.h\"\n"
                            "#include \"common/stats/erlang.h\"\n"),
              IsEmpty());
  EXPECT_THAT(CheckIncludes("services/optimizer/adapters/grpc_optimizer_service.cc",
                            "#include <grpcpp/grpcpp.h>\n"
                            "#include \"services/optimizer/core/capacity/planner.h\"\n"),
              IsEmpty());
}

}  // namespace
}  // namespace evenkeel::architecture
