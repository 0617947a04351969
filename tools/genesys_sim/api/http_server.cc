#include "tools/genesys_sim/api/http_server.h"

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <queue>
#include <thread>

namespace evenkeel::sim {
namespace {

constexpr uint64_t kMostDiscardedBytes = 64 << 20;

// One request from its first line to the end of its answer.
struct Exchange {
  HttpRequest request;
  std::optional<HttpAnswer> answer;
  bool begun = false;
};

// Resumes suspended connections when their time has come.
class Resumer {
 public:
  Resumer() : thread_([this] { Run(); }) {}
  ~Resumer() { Stop(); }

  void ResumeAfter(MHD_Connection* connection, absl::Duration delay) {
    std::lock_guard lock(mutex_);
    waiting_.emplace(std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(delay),
                     connection);
    changed_.notify_one();
  }

  // Resumes all and waits for none any more.
  void Stop() {
    {
      std::lock_guard lock(mutex_);
      stopped_ = true;
      changed_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
  }

 private:
  using Entry = std::pair<std::chrono::steady_clock::time_point, MHD_Connection*>;

  void Run() {
    std::unique_lock lock(mutex_);
    while (true) {
      if (waiting_.empty()) {
        if (stopped_) return;
        changed_.wait(lock);
        continue;
      }
      const Entry next = waiting_.top();
      if (!stopped_ && std::chrono::steady_clock::now() < next.first) {
        changed_.wait_until(lock, next.first);
        continue;
      }
      waiting_.pop();
      MHD_resume_connection(next.second);
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> waiting_;
  bool stopped_ = false;
  std::thread thread_;
};

class MicroHttpServer final : public HttpServer {
 public:
  MicroHttpServer(size_t max_body_bytes, Handler handler)
      : max_body_bytes_(max_body_bytes), handler_(std::move(handler)) {}

  ~MicroHttpServer() override {
    // Connections must not be suspended when the daemon stops, nor any become so afterwards.
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    resumer_.Stop();
    if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
  }

  absl::Status Listen(const std::string& host, int port) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    const std::string ip = host == "localhost" ? "127.0.0.1" : host;
    if (port < 0 || port > 65535 || inet_pton(AF_INET, ip.c_str(), &address.sin_addr) != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", host, ":", port, "\" is no address to listen on"));
    }
    // Not epoll: with it libmicrohttpd 0.9.75 misses the end of a connection whose last bytes are
    // no whole request, and keeps it until the timeout; a thousand of those keep everybody else
    // out.
    daemon_ = MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr,
                               nullptr, &OnRequest, this, MHD_OPTION_SOCK_ADDR,
                               reinterpret_cast<sockaddr*>(&address), MHD_OPTION_URI_LOG_CALLBACK,
                               &OnTarget, this, MHD_OPTION_NOTIFY_COMPLETED, &OnCompleted, this,
                               MHD_OPTION_CONNECTION_TIMEOUT, 60u, MHD_OPTION_END);
    if (daemon_ == nullptr) {
      return absl::UnavailableError(
          absl::StrCat("cannot listen on ", host, ":", port, ": ", std::strerror(errno)));
    }
    port_ = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT)->port;
    return absl::OkStatus();
  }

  int port() const override { return port_; }

 private:
  // Called before the target is cut into path and parameters, which the simulator does itself.
  static void* OnTarget(void*, const char* target, MHD_Connection*) {
    auto* exchange = new Exchange;
    exchange->request.target = target;
    return exchange;
  }

  static void OnCompleted(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    delete static_cast<Exchange*>(*state);
    *state = nullptr;
  }

  static MHD_Result OnHeader(void* state, MHD_ValueKind, const char* name, const char* value) {
    auto* request = static_cast<HttpRequest*>(state);
    request->headers[absl::AsciiStrToLower(name)] = value == nullptr ? "" : value;
    return MHD_YES;
  }

  static MHD_Result OnRequest(void* self, MHD_Connection* connection, const char*,
                              const char* method, const char*, const char* data, size_t* size,
                              void** state) {
    return static_cast<MicroHttpServer*>(self)->Handle(connection, method, data, size,
                                                       static_cast<Exchange*>(*state));
  }

  MHD_Result Handle(MHD_Connection* connection, const char* method, const char* data, size_t* size,
                    Exchange* exchange) {
    HttpRequest& request = exchange->request;
    if (!exchange->begun) {
      exchange->begun = true;
      request.method = method;
      MHD_get_connection_values(connection, MHD_HEADER_KIND, &OnHeader, &request);
      uint64_t length = 0;
      if (absl::SimpleAtoi(request.headers["content-length"], &length)) {
        request.too_large = length > max_body_bytes_;
      }
      // A refusal while the body is still coming would end in a broken connection, not in an
      // answer: what is not endless is received and thrown away.
      if (length > kMostDiscardedBytes) return Send(connection, handler_(request));
      return MHD_YES;
    }
    if (*size > 0) {
      if (request.body.size() + *size > max_body_bytes_) request.too_large = true;
      if (!request.too_large) request.body.append(data, *size);
      *size = 0;
      return MHD_YES;
    }
    if (!exchange->answer) {
      exchange->answer = handler_(request);
      if (exchange->answer->delay > absl::ZeroDuration()) {
        std::lock_guard lock(mutex_);
        if (!stopping_) {
          MHD_suspend_connection(connection);
          resumer_.ResumeAfter(connection, exchange->answer->delay);
          return MHD_YES;  // called again once resumed
        }
      }
    }
    return Send(connection, *exchange->answer);
  }

  static ssize_t CutShort(void* state, uint64_t position, char* buffer, size_t room) {
    const auto* half = static_cast<const std::string*>(state);
    if (position >= half->size()) return MHD_CONTENT_READER_END_WITH_ERROR;
    const size_t bytes = std::min<size_t>(room, half->size() - position);
    std::memcpy(buffer, half->data() + position, bytes);
    return static_cast<ssize_t>(bytes);
  }
  static void FreeHalf(void* state) { delete static_cast<std::string*>(state); }

  static MHD_Result Send(MHD_Connection* connection, const HttpAnswer& answer) {
    if (answer.delivery == Delivery::kDropped) return MHD_NO;
    const std::string& body = answer.body;
    MHD_Response* response;
    if (answer.delivery == Delivery::kTruncated) {
      response = MHD_create_response_from_callback(
          body.size() + 1, 4096, &CutShort, new std::string(body, 0, body.size() / 2), &FreeHalf);
    } else {
      response = MHD_create_response_from_buffer(body.size(), const_cast<char*>(body.data()),
                                                 MHD_RESPMEM_MUST_COPY);
    }
    for (const auto& [name, value] : answer.headers) {
      MHD_add_response_header(response, name.c_str(), value.c_str());
    }
    const MHD_Result result =
        MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
    MHD_destroy_response(response);
    return result;
  }

  const size_t max_body_bytes_;
  const Handler handler_;
  std::mutex mutex_;
  bool stopping_ = false;
  int port_ = 0;
  Resumer resumer_;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& host, int port,
                                                              size_t max_body_bytes,
                                                              Handler handler) {
  auto server = std::make_unique<MicroHttpServer>(max_body_bytes, std::move(handler));
  if (absl::Status status = server->Listen(host, port); !status.ok()) return status;
  return server;
}

}  // namespace evenkeel::sim
