// A small HTTP server over libmicrohttpd for the simulator: hands whole requests to one handler and
// sends what it answers, if asked to late, cut short or not at all. GET requests may carry a body.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::sim {

struct HttpRequest {
  std::string method;
  std::string target;                          // path and query as they stood in the request line
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  bool too_large = false;  // longer than allowed; `body` is not whole
};

enum class Delivery {
  kWhole,
  kTruncated,  // announces the whole length, sends half, closes the connection
  kDropped,    // closes the connection without a word
};

struct HttpAnswer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  Delivery delivery = Delivery::kWhole;
  absl::Duration delay;  // real time between the decision and its sending
};

class HttpServer {
 public:
  // Called from the server's one thread.
  using Handler = std::function<HttpAnswer(const HttpRequest&)>;

  // Listens on `host` (an IPv4 address or "localhost") and `port` (0: any free one).
  // INVALID_ARGUMENT: no such address. UNAVAILABLE: cannot listen there.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::string& host, int port,
                                                           size_t max_body_bytes, Handler handler);
  // Answers what is delayed at once and stops.
  virtual ~HttpServer() = default;

  virtual int port() const = 0;
};

}  // namespace evenkeel::sim
