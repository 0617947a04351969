// Everything that one OAuth client needs to call the API, put together: transport, circuit
// breakers, rate budget, token source, ApiClient. A program has one for each client it is; threads
// share it.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <memory>
#include <mutex>
#include <random>
#include <string>

#include "common/genesys/api_client.h"
#include "common/genesys/regions.h"
#include "common/genesys/token_source.h"

namespace evenkeel::genesys {

struct ClientOptions {
  Dialect dialect = Dialect::kPlatform;
  std::string region;          // see ResolveRegion; not needed when both URLs are given
  std::string api_base_url;    // instead of the region's
  std::string login_base_url;  // instead of the region's
  CredentialsReader credentials;
  double rate_share = 0.8;         // of the API's limit; above 0 to 1
  double requests_per_minute = 0;  // the limit before the API tells; 0: the dialect's default
  std::string proxy;               // empty: none
  std::string ca_file;             // empty: the system's only
  absl::Duration connect_timeout = absl::Seconds(5);
  absl::Duration request_timeout = absl::Seconds(15);
};

class Client {
 public:
  // INVALID_ARGUMENT for a region that is not known, a URL that is none, an unreadable CA file.
  // Nothing is sent yet. `transport` takes the place of libcurl in tests; null: libcurl.
  static absl::StatusOr<std::unique_ptr<Client>> Make(
      const ClientOptions& options, Clock& clock, CallObserver* observer,
      std::unique_ptr<http::Transport> transport = nullptr);

  Dialect dialect() const { return dialect_; }
  ApiClient& api() { return api_; }
  http::Pacer& pacer() { return pacer_; }
  TokenSource& tokens() { return tokens_; }
  const BaseUrls& urls() const { return urls_; }

 private:
  Client(const ClientOptions& options, BaseUrls urls, Clock& clock, CallObserver* observer,
         std::unique_ptr<http::Transport> transport);
  double Jitter();

  const Dialect dialect_;
  const BaseUrls urls_;
  std::mutex jitter_mutex_;
  std::minstd_rand jitter_{std::random_device()()};
  const std::unique_ptr<http::Transport> transport_;
  http::CircuitBreakers breakers_;
  http::Pacer pacer_;
  TokenSource tokens_;
  ApiClient api_;
};

}  // namespace evenkeel::genesys
