#include "common/runtime/centre_client.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include <fstream>
#include <optional>
#include <sstream>

#include "common/base/status_macros.h"
#include "common/convert/time.h"

namespace evenkeel::runtime {
namespace {

// One of id and secret: the file's text without space around it, else the variable's.
absl::StatusOr<std::string> ReadOne(const std::string& what, const std::string& file,
                                    const char* variable, const config::Environment& environment) {
  std::string value;
  if (!file.empty()) {
    std::ifstream stream(file);
    if (!stream.is_open()) {
      return absl::NotFoundError(absl::StrCat("no ", what, ": file ", file, " cannot be read"));
    }
    std::stringstream text;
    text << stream.rdbuf();
    value = std::string(absl::StripAsciiWhitespace(text.str()));
    if (value.empty()) {
      return absl::NotFoundError(absl::StrCat("no ", what, ": file ", file, " is empty"));
    }
    return value;
  }
  if (const auto given = environment(variable)) {
    value = std::string(absl::StripAsciiWhitespace(*given));
  }
  if (value.empty()) {
    return absl::NotFoundError(
        absl::StrCat("no ", what, ": set ", variable, ", or name a file in the configuration"));
  }
  return value;
}

}  // namespace

genesys::Dialect DialectOf(const config::v1::CentreConfig& centre) {
  return centre.dialect() == config::v1::DIALECT_GUIDE ? genesys::Dialect::kGuide
                                                       : genesys::Dialect::kPlatform;
}

genesys::CredentialsReader CredentialsOf(const config::v1::CentreConfig& centre, ClientRole role,
                                         config::Environment environment) {
  const bool write = role == ClientRole::kWrite;
  return [files = write ? centre.write_client() : centre.read_client(), write,
          environment = std::move(environment)]() -> absl::StatusOr<genesys::Credentials> {
    genesys::Credentials credentials;
    EVENKEEL_ASSIGN_OR_RETURN(
        credentials.client_id,
        ReadOne(write ? "write client id" : "client id", files.client_id_file(),
                write ? "GENESYS_WRITE_CLIENT_ID" : "GENESYS_CLIENT_ID", environment));
    EVENKEEL_ASSIGN_OR_RETURN(
        std::string secret,
        ReadOne(write ? "write client secret" : "client secret", files.client_secret_file(),
                write ? "GENESYS_WRITE_CLIENT_SECRET" : "GENESYS_CLIENT_SECRET", environment));
    credentials.client_secret = Secret(std::move(secret));
    return credentials;
  };
}

absl::StatusOr<std::unique_ptr<genesys::Client>> MakeCentreClient(
    const config::v1::CentreConfig& centre, ClientRole role, config::Environment environment,
    Clock& clock, genesys::CallObserver* observer) {
  genesys::ClientOptions options;
  options.dialect = DialectOf(centre);
  options.region = centre.region();
  options.api_base_url = centre.api_base_url();
  options.login_base_url = centre.login_base_url();
  options.credentials = CredentialsOf(centre, role, std::move(environment));
  options.rate_share = centre.rate_share();
  options.requests_per_minute = centre.requests_per_minute();
  options.proxy = centre.proxy();
  options.ca_file = centre.ca_file();
  options.connect_timeout = convert::FromProto(centre.connect_timeout());
  options.request_timeout = convert::FromProto(centre.request_timeout());
  EVENKEEL_RETURN_IF_ERROR(options.credentials().status());
  return genesys::Client::Make(options, clock, observer);
}

}  // namespace evenkeel::runtime
