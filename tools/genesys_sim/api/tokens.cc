#include "tools/genesys_sim/api/tokens.h"

namespace evenkeel::sim {

std::vector<OAuthClient> DefaultClients() {
  return {{"evenkeel-demo", "evenkeel-demo", true},
          {"evenkeel-write", "evenkeel-write", true},
          {"evenkeel-readonly", "evenkeel-readonly", false}};
}

Tokens::Tokens(std::vector<OAuthClient> clients, absl::Duration lifetime, int64_t limit,
               absl::Duration window, IdSource& ids)
    : clients_(std::move(clients)),
      lifetime_(lifetime),
      limit_(limit),
      window_(window),
      ids_(ids) {}

const OAuthClient* Tokens::Authenticate(const std::string& id, const std::string& secret) const {
  for (const OAuthClient& client : clients_) {
    if (client.id == id && client.secret == secret) return &client;
  }
  return nullptr;
}

std::string Tokens::Issue(const OAuthClient& client, absl::Time now) {
  std::erase_if(tokens_, [&](const auto& entry) { return entry.second.expiry <= now; });
  std::string token = ids_.NewId();
  tokens_.emplace(token, Token{&client, now + lifetime_});
  return token;
}

const OAuthClient* Tokens::Find(const std::string& token, absl::Time now) const {
  const auto found = tokens_.find(token);
  return found == tokens_.end() || found->second.expiry <= now ? nullptr : found->second.client;
}

Allowance Tokens::Spend(const std::string& name, absl::Time now) {
  Token& token = tokens_.at(name);
  if (now >= token.window_start + window_) {
    token.window_start = now;
    token.used = 0;
  }
  Allowance allowance;
  allowance.exceeded = token.used >= limit_;
  token.used += allowance.exceeded ? 0 : 1;
  allowance.used = token.used;
  allowance.allowed = limit_;
  allowance.reset = token.window_start + window_ - now;
  return allowance;
}

int64_t Tokens::RevokeAll() {
  const auto count = static_cast<int64_t>(tokens_.size());
  tokens_.clear();
  return count;
}

}  // namespace evenkeel::sim
