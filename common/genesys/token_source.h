// OAuth tokens by client credentials (API-1): cached, refreshed before they end, fetched by one
// caller at a time, fetched again when the API refuses one. The secret is read at each fetch, so a
// changed file or environment counts from the next token on.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/base/secret.h"
#include "common/genesys/call_observer.h"
#include "common/genesys/operations.h"
#include "common/http/retry.h"
#include "common/http/transport.h"

namespace evenkeel::genesys {

struct Credentials {
  std::string client_id;
  Secret client_secret;
};
// Reads the credentials where they are kept; NOT_FOUND with where it looked when there are none.
using CredentialsReader = std::function<absl::StatusOr<Credentials>()>;

struct Token {
  Secret value;
  uint64_t generation = 0;  // which fetch it came from
};

// Parses the answer of the token endpoint. `lifetime` is above zero. DATA_LOSS for what is not one.
struct TokenAnswer {
  Secret access_token;
  absl::Duration lifetime;
};
absl::StatusOr<TokenAnswer> ParseTokenAnswer(std::string_view body);

// How long before its end a token is replaced: 300 s or a tenth of its life, whichever is less.
absl::Duration RefreshMargin(absl::Duration lifetime);

// Thread-safe. Everything passed by reference outlives it. Lifetimes are clock time.
class TokenSource {
 public:
  TokenSource(Dialect dialect, std::string login_base_url, CredentialsReader credentials,
              http::Transport& transport, http::CircuitBreakers& breakers, Clock& clock,
              CallObserver* observer);

  // A token that is good for now. While one caller fetches, the others use the old token as long as
  // it lives, else wait for the outcome and share it; `timeout` (real time) bounds both.
  // After a failure the next fetch is not tried before 1 s of clock time, doubling up to 30 s, nor
  // before the login's Retry-After; until then callers get the same failure. UNAUTHENTICATED: the
  // login refused the credentials. UNAVAILABLE, DEADLINE_EXCEEDED: no answer, or none that tells.
  // RESOURCE_EXHAUSTED: too many logins. NOT_FOUND: no credentials.
  absl::StatusOr<Token> Get(absl::Duration timeout);

  // The API refused the token of this generation: the next Get fetches a new one. Saying it of an
  // older generation than the present one does nothing.
  void Reject(uint64_t generation);

 private:
  absl::StatusOr<TokenAnswer> Fetch(absl::Duration timeout);
  absl::StatusOr<http::Response> Send(const Credentials& credentials, const char* path,
                                      absl::Duration timeout);
  bool Alive(SteadyTime now) const { return token_ && now < dies_at_; }

  const Dialect dialect_;
  const std::string login_base_url_;
  const CredentialsReader credentials_;
  http::Transport& transport_;
  http::CircuitBreakers& breakers_;
  Clock& clock_;
  CallObserver* const observer_;

  std::mutex mutex_;
  std::condition_variable fetched_;
  bool fetching_ = false;
  uint64_t fetches_ = 0;  // ended, good or bad
  std::optional<Token> token_;
  SteadyTime refresh_at_, dies_at_;
  absl::Status failure_;  // of the last fetch
  int failures_ = 0;      // in a row
  SteadyTime retry_at_;
};

}  // namespace evenkeel::genesys
