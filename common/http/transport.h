// The port through which HTTP leaves a process, and its libcurl implementation (API-12: HTTPS
// proxy, extra CA file, connections only to configured hosts; API-9: connect 5 s, request 15 s).
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace evenkeel::http {

struct Request {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // On a connection of its own: where one that was kept alive turns out dead, the library sends the
  // request again by itself, and a write may then happen twice.
  bool only_once = false;
  // A connection that takes longer to make is given up. Real time.
  absl::Duration connect_within = absl::InfiniteDuration();
};

struct Response {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  // The value of the first header with this name, whatever its case; empty when absent.
  std::string_view Header(std::string_view name) const;
};

// Thread-safe.
class Transport {
 public:
  virtual ~Transport() = default;

  // Sends once; any HTTP status is a Response. `timeout` is real time.
  // UNAVAILABLE: no connection, or it broke: the request may or may not have been acted on, unless
  // the status IsNotSent.
  // DEADLINE_EXCEEDED: no whole answer in time; same doubt.
  // PERMISSION_DENIED: the host is not one of the configured ones; nothing was sent.
  // INTERNAL: the answer is larger than allowed.
  virtual absl::StatusOr<Response> Send(const Request& request, absl::Duration timeout) = 0;
};

struct CurlOptions {
  absl::Duration connect_timeout = absl::Seconds(5);
  std::string proxy;               // empty: none (the environment is not consulted)
  std::string ca_file;             // PEM, besides the system's; empty: none
  std::vector<std::string> hosts;  // host names that may be connected to
  size_t max_response_bytes = 64u << 20;
  std::string user_agent = "evenkeel";
};

// Keeps connections alive and reuses them over threads. Redirects are not followed.
// INVALID_ARGUMENT when `ca_file` cannot be read.
absl::StatusOr<std::unique_ptr<Transport>> MakeCurlTransport(const CurlOptions& options);

// Percent-encodes all but unreserved characters (RFC 3986).
std::string UrlEncode(std::string_view text);

// "https://host:port/path" -> "host"; empty when there is none.
std::string UrlHost(std::string_view url);

}  // namespace evenkeel::http
