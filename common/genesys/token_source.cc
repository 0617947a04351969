#include "common/genesys/token_source.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "common/base/error_details.h"
#include "common/base/status_macros.h"
#include "common/genesys/redact.h"
#include "common/json/reader.h"

namespace evenkeel::genesys {
namespace {

// No client of Genesys Cloud gets a token for longer.
constexpr absl::Duration kLongestLifetime = absl::Hours(48);

// What the login says in its error: {"error", "description", "error_description"}.
std::string LoginError(std::string_view body) {
  std::string error, description;
  const absl::Status status = json::Reader().Parse(body, [&](json::Value root) -> absl::Status {
    static constexpr std::array<std::string_view, 3> kKeys = {"error", "description",
                                                              "error_description"};
    json::Object object(root);
    while (object.Next(kKeys)) {
      EVENKEEL_RETURN_IF_ERROR(object.value().Read(object.field() == 0 ? error : description));
    }
    return object.Finish();
  });
  if (!status.ok()) return Redact(body, 200);
  return Redact(description.empty() ? error : absl::StrCat(error, ", ", description), 200);
}

absl::Status LoginStatus(const http::Response& response, absl::Time now) {
  const std::string message =
      absl::StrCat("the login answered ", response.status, " (", LoginError(response.body), ")");
  switch (response.status) {
    case 400:
    case 401:
    case 403:
      return absl::UnauthenticatedError(
          absl::StrCat(message, ": check the client's id and secret, and the region"));
    case 429: {
      absl::Status status = absl::ResourceExhaustedError(message);
      if (const auto wait = http::ParseRetryAfter(response.Header("Retry-After"), now)) {
        SetRetryAfter(status, *wait);
      }
      return status;
    }
    default:
      return absl::UnavailableError(message);
  }
}

}  // namespace

absl::StatusOr<TokenAnswer> ParseTokenAnswer(std::string_view body) {
  std::string token, type = "bearer";
  double seconds = 0;
  const absl::Status status = json::Reader().Parse(body, [&](json::Value root) -> absl::Status {
    static constexpr std::array<std::string_view, 3> kKeys = {"access_token", "expires_in",
                                                              "token_type"};
    json::Object object(root);
    while (object.Next(kKeys)) {
      switch (object.field()) {
        case 0:
          EVENKEEL_RETURN_IF_ERROR(object.value().Read(token));
          if (token.empty() || token.find_first_of("\r\n") != std::string::npos) {
            return object.value().Error("must be a token");
          }
          break;
        case 1:
          EVENKEEL_RETURN_IF_ERROR(object.value().Read(seconds));
          if (seconds <= 0) return object.value().Error("must be above 0");
          break;
        case 2:
          EVENKEEL_RETURN_IF_ERROR(object.value().Read(type));
          break;
      }
    }
    return object.Finish({0, 1});
  });
  if (!status.ok()) {
    return absl::DataLossError(
        absl::StrCat("the login's answer cannot be understood: ", status.message()));
  }
  return TokenAnswer{Secret(std::move(token)), std::min(absl::Seconds(seconds), kLongestLifetime)};
}

absl::Duration RefreshMargin(absl::Duration lifetime) {
  return std::min(absl::Seconds(300), lifetime / 10);
}

TokenSource::TokenSource(Dialect dialect, std::string login_base_url, CredentialsReader credentials,
                         http::Transport& transport, http::CircuitBreakers& breakers, Clock& clock,
                         CallObserver* observer)
    : dialect_(dialect),
      login_base_url_(std::move(login_base_url)),
      credentials_(std::move(credentials)),
      transport_(transport),
      breakers_(breakers),
      clock_(clock),
      observer_(observer) {}

absl::StatusOr<Token> TokenSource::Get(absl::Duration timeout) {
  RealClock stopwatch;
  const SteadyTime last_moment = stopwatch.SteadyNow() + timeout;
  std::unique_lock lock(mutex_);
  while (true) {
    const SteadyTime now = clock_.SteadyNow();
    if (Alive(now) && (now < refresh_at_ || fetching_ || now < retry_at_)) return *token_;
    if (!fetching_) {
      if (failure_.ok() || now >= retry_at_) break;
      absl::Status failure = failure_;
      if (GetRetryAfter(failure)) SetRetryAfter(failure, retry_at_ - now);
      return failure;
    }
    const uint64_t before = fetches_;
    if (!fetched_.wait_for(lock, absl::ToChronoNanoseconds(last_moment - stopwatch.SteadyNow()),
                           [&] { return fetches_ != before; })) {
      return absl::DeadlineExceededError("another call is still fetching the token");
    }
    if (!token_ && !failure_.ok()) return failure_;
  }
  // Whoever waited out its time does not begin what it cannot end.
  if (stopwatch.SteadyNow() >= last_moment) {
    return absl::DeadlineExceededError("no time is left to fetch the token");
  }
  fetching_ = true;
  lock.unlock();
  absl::StatusOr<TokenAnswer> answer = Fetch(last_moment - stopwatch.SteadyNow());
  lock.lock();
  const SteadyTime now = clock_.SteadyNow();
  fetching_ = false;
  ++fetches_;
  fetched_.notify_all();
  if (answer.ok()) {
    failure_ = absl::OkStatus();
    failures_ = 0;
    retry_at_ = now;
    token_ = Token{std::move(answer->access_token), fetches_};
    dies_at_ = now + answer->lifetime;
    refresh_at_ = dies_at_ + -RefreshMargin(answer->lifetime);
    return *token_;
  }
  failure_ = answer.status();
  const absl::Duration backoff =
      std::min(absl::Seconds(30), absl::Seconds(1) * std::exp2(std::min(failures_, 10)));
  retry_at_ = now + std::max(backoff, GetRetryAfter(failure_).value_or(absl::ZeroDuration()));
  ++failures_;
  // A token that still lives is better than none.
  if (Alive(now)) return *token_;
  token_.reset();
  return failure_;
}

void TokenSource::Reject(uint64_t generation) {
  std::lock_guard lock(mutex_);
  if (token_ && token_->generation == generation) token_.reset();
}

absl::StatusOr<TokenAnswer> TokenSource::Fetch(absl::Duration timeout) {
  RealClock stopwatch;
  const SteadyTime last_moment = stopwatch.SteadyNow() + timeout;
  EVENKEEL_ASSIGN_OR_RETURN(const Credentials credentials, credentials_());
  absl::StatusOr<http::Response> response = Send(credentials, "/oauth/token", timeout);
  // Guide 1 and guide 2 name different paths.
  if (dialect_ == Dialect::kGuide && response.ok() && response->status == 404) {
    response = Send(credentials, "/login/oauth2/token", last_moment - stopwatch.SteadyNow());
  }
  if (!response.ok()) return response.status();
  if (response->status != 200) return LoginStatus(*response, clock_.Now());
  return ParseTokenAnswer(response->body);
}

absl::StatusOr<http::Response> TokenSource::Send(const Credentials& credentials, const char* path,
                                                 absl::Duration timeout) {
  http::Request request;
  request.method = "POST";
  request.url = absl::StrCat(login_base_url_, path);
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                     {"Accept", "application/json"}};
  request.body = "grant_type=client_credentials";
  if (dialect_ == Dialect::kGuide) {
    absl::StrAppend(&request.body, "&client_id=", http::UrlEncode(credentials.client_id),
                    "&client_secret=", http::UrlEncode(credentials.client_secret.Reveal()));
  } else {
    request.headers.emplace_back("Authorization",
                                 absl::StrCat("Basic ", absl::Base64Escape(absl::StrCat(
                                                            credentials.client_id, ":",
                                                            credentials.client_secret.Reveal()))));
  }
  if (timeout <= absl::ZeroDuration()) {
    return absl::DeadlineExceededError("no time is left to fetch the token");
  }
  const std::string host = http::UrlHost(request.url);
  EVENKEEL_RETURN_IF_ERROR(breakers_.Allow(host, clock_.SteadyNow()));
  RealClock stopwatch;
  const SteadyTime start = stopwatch.SteadyNow();
  absl::StatusOr<http::Response> response = transport_.Send(request, timeout);
  const int status = response.ok() ? response->status : 0;
  breakers_.Record(host, http::IsHostFailure({status, response.status().code(), ""}),
                   clock_.SteadyNow());
  if (observer_ != nullptr) {
    observer_->OnAttempt(kTokenOperation, status, stopwatch.SteadyNow() - start, 1);
  }
  return response;
}

}  // namespace evenkeel::genesys
