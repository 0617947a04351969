// An HTTP transport that answers from a function and remembers what it was sent. Thread-safe if the
// function is.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/http/transport.h"

namespace evenkeel::testing {

class FakeTransport final : public http::Transport {
 public:
  using Handler = std::function<absl::StatusOr<http::Response>(const http::Request&)>;

  explicit FakeTransport(Handler handler) : handler_(std::move(handler)) {}

  absl::StatusOr<http::Response> Send(const http::Request& request,
                                      absl::Duration timeout) override {
    Handler handler;
    {
      std::lock_guard lock(mutex_);
      sent_.push_back(request);
      timeouts_.push_back(timeout);
      handler = handler_;
    }
    return handler(request);
  }

  void set_handler(Handler handler) {
    std::lock_guard lock(mutex_);
    handler_ = std::move(handler);
  }
  std::vector<http::Request> sent() const {
    std::lock_guard lock(mutex_);
    return sent_;
  }
  // One for each of sent().
  std::vector<absl::Duration> timeouts() const {
    std::lock_guard lock(mutex_);
    return timeouts_;
  }

 private:
  mutable std::mutex mutex_;
  Handler handler_;
  std::vector<http::Request> sent_;
  std::vector<absl::Duration> timeouts_;
};

inline http::Response Answer(int status, std::string body = "",
                             std::vector<std::pair<std::string, std::string>> headers = {}) {
  return {status, std::move(headers), std::move(body)};
}

// What a token endpoint answers.
inline http::Response TokenAnswer(const std::string& token, int seconds = 86400) {
  return Answer(200, "{\"access_token\":\"" + token +
                         "\",\"token_type\":\"bearer\",\"expires_in\":" + std::to_string(seconds) +
                         "}");
}

inline bool IsLogin(const http::Request& request) {
  return request.url.ends_with("/oauth/token") || request.url.ends_with("/login/oauth2/token");
}

}  // namespace evenkeel::testing
