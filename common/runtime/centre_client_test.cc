// API-1: where a client's credentials come from, and what a configuration makes of a client.
#include "common/runtime/centre_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "common/config/defaults.h"

namespace evenkeel::runtime {
namespace {

using testing::HasSubstr;

class CentreClientTest : public testing::Test {
 protected:
  CentreClientTest() { centre_.set_region("mypurecloud.ie"); }
  ~CentreClientTest() override { std::filesystem::remove_all(folder_); }

  config::Environment Environment() {
    return [this](const char* name) -> std::optional<std::string> {
      const auto it = environment_.find(name);
      if (it == environment_.end()) return std::nullopt;
      return it->second;
    };
  }
  std::string File(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  absl::Status Make(ClientRole role) {
    return MakeCentreClient(centre_, role, Environment(), clock_, nullptr).status();
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      ("centre_client_" + std::to_string(testing::UnitTest::GetInstance()->random_seed()) + "_" +
       testing::UnitTest::GetInstance()->current_test_info()->name());
  SimulatedClock clock_{absl::UnixEpoch()};
  config::v1::CentreConfig centre_ = config::DefaultConfig().centre();
  std::map<std::string, std::string> environment_;
};

TEST_F(CentreClientTest, API1_NoCredentialsSaysWhatToSet) {
  const absl::Status read = Make(ClientRole::kRead);
  EXPECT_EQ(read.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(read.message()), HasSubstr("GENESYS_CLIENT_ID"));
  environment_ = {{"GENESYS_CLIENT_ID", "id"}, {"GENESYS_CLIENT_SECRET", " \n"}};
  EXPECT_THAT(std::string(Make(ClientRole::kRead).message()), HasSubstr("GENESYS_CLIENT_SECRET"));
  EXPECT_THAT(std::string(Make(ClientRole::kWrite).message()),
              HasSubstr("GENESYS_WRITE_CLIENT_ID"));
  environment_["GENESYS_CLIENT_SECRET"] = "s";
  EXPECT_TRUE(Make(ClientRole::kRead).ok());
  EXPECT_FALSE(Make(ClientRole::kWrite).ok());  // the reader's credentials are not the writer's
}

TEST_F(CentreClientTest, API1_FilesGoBeforeTheEnvironmentAndAreReadAgain) {
  environment_ = {{"GENESYS_CLIENT_ID", "env"}, {"GENESYS_CLIENT_SECRET", "env"}};
  centre_.mutable_read_client()->set_client_secret_file(File("secret", "one\n"));
  const genesys::CredentialsReader read = CredentialsOf(centre_, ClientRole::kRead, Environment());
  EXPECT_EQ(read()->client_id, "env");
  EXPECT_EQ(read()->client_secret.Reveal(), "one");
  File("secret", "two\n");
  EXPECT_EQ(read()->client_secret.Reveal(), "two");
  File("secret", "");
  EXPECT_THAT(std::string(read().status().message()), HasSubstr("is empty"));
  centre_.mutable_read_client()->set_client_id_file((folder_ / "absent").string());
  EXPECT_THAT(
      std::string(CredentialsOf(centre_, ClientRole::kRead, Environment())().status().message()),
      HasSubstr("cannot be read"));
}

TEST_F(CentreClientTest, API1_AWrongRegionIsRefused) {
  environment_ = {{"GENESYS_CLIENT_ID", "id"}, {"GENESYS_CLIENT_SECRET", "s"}};
  centre_.set_region("foo");
  EXPECT_EQ(Make(ClientRole::kRead).code(), absl::StatusCode::kInvalidArgument);
  centre_.set_api_base_url("http://127.0.0.1:1");
  centre_.set_login_base_url("http://127.0.0.1:1");
  EXPECT_TRUE(Make(ClientRole::kRead).ok());
}

}  // namespace
}  // namespace evenkeel::runtime
