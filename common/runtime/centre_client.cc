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

// "id" or "secret" as `part`: the file's text without space around it, else the variable's.
absl::StatusOr<std::string> ReadOne(bool write, const std::string& part, const std::string& file,
                                    const config::Environment& environment) {
  const std::string what = absl::StrCat(write ? "write client " : "client ", part);
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
  const std::string variable =
      absl::StrCat("GENESYS_", write ? "WRITE_CLIENT_" : "CLIENT_", absl::AsciiStrToUpper(part));
  if (const auto given = environment(variable.c_str())) {
    value = std::string(absl::StripAsciiWhitespace(*given));
  }
  if (value.empty()) {
    return absl::NotFoundError(absl::StrCat("no ", what, ": set ", variable,
                                            ", or name a file in centre.", write ? "write" : "read",
                                            "_client.client_", part, "_file"));
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
    EVENKEEL_ASSIGN_OR_RETURN(credentials.client_id,
                              ReadOne(write, "id", files.client_id_file(), environment));
    EVENKEEL_ASSIGN_OR_RETURN(std::string secret,
                              ReadOne(write, "secret", files.client_secret_file(), environment));
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
