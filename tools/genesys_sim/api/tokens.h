// OAuth clients, the tokens that they hold, and what each token may still ask in its window.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/ids.h"

namespace evenkeel::sim {

struct OAuthClient {
  std::string id;
  std::string secret;
  bool may_write = true;
};

// "evenkeel-demo" and "evenkeel-write" may do all, "evenkeel-readonly" may not write; each one's
// secret is its name.
std::vector<OAuthClient> DefaultClients();

struct Allowance {
  int64_t used = 0;  // in this window, with this request
  int64_t allowed = 0;
  absl::Duration reset;   // until the window ends
  bool exceeded = false;  // this request is one too many and was not counted
};

class Tokens {
 public:
  // Each token may make `limit` requests in a window of `window`, which begins with the first.
  Tokens(std::vector<OAuthClient> clients, absl::Duration lifetime, int64_t limit,
         absl::Duration window, IdSource& ids);

  // Null: no such client, or another secret.
  const OAuthClient* Authenticate(const std::string& id, const std::string& secret) const;
  std::string Issue(const OAuthClient& client, absl::Time now);
  // Null: unknown, expired or revoked.
  const OAuthClient* Find(const std::string& token, absl::Time now) const;
  // Requires a token that Find knows.
  Allowance Spend(const std::string& token, absl::Time now);
  absl::Time Expiry(const std::string& token) const { return tokens_.at(token).expiry; }
  // Answers how many there were.
  int64_t RevokeAll();

  absl::Duration lifetime() const { return lifetime_; }
  int64_t limit() const { return limit_; }

 private:
  struct Token {
    const OAuthClient* client;
    absl::Time expiry;
    absl::Time window_start = absl::InfinitePast();
    int64_t used = 0;
  };
  const std::vector<OAuthClient> clients_;
  const absl::Duration lifetime_;
  const int64_t limit_;
  const absl::Duration window_;
  IdSource& ids_;
  std::map<std::string, Token> tokens_;
};

}  // namespace evenkeel::sim
