// The libcurl transport against a TCP server that behaves badly on purpose (API-2, API-9, API-12).
#include "common/http/transport.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "common/base/error_details.h"

namespace evenkeel::http {
namespace {

// Accepts connections one after another and hands each to `serve`, which gets the request's head
// and body as text and answers on the socket.
class TinyServer {
 public:
  using Serve = std::function<void(int socket, const std::string& request)>;

  explicit TinyServer(Serve serve) {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 16), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, serve = std::move(serve)] {
      while (true) {
        const int client = accept(listener_, nullptr, nullptr);
        if (client < 0) return;
        serve(client, ReadRequest(client));
        close(client);
      }
    });
  }
  ~TinyServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

  static std::string ReadRequest(int client) {
    std::string text;
    char buffer[4096];
    size_t body_from = std::string::npos, length = 0;
    while (body_from == std::string::npos || text.size() < body_from + length) {
      const ssize_t got = recv(client, buffer, sizeof(buffer), 0);
      if (got <= 0) break;
      text.append(buffer, got);
      if (const size_t end = text.find("\r\n\r\n"); end != std::string::npos) {
        body_from = end + 4;
        const size_t at = text.find("Content-Length: ");
        if (at != std::string::npos && at < end) length = std::stoul(text.substr(at + 16));
      }
    }
    return text;
  }

 private:
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

void Say(int socket, const std::string& text) {
  send(socket, text.data(), text.size(), MSG_NOSIGNAL);
}

CurlOptions LocalOnly() {
  CurlOptions options;
  options.hosts = {"127.0.0.1"};
  options.max_response_bytes = 1000;
  return options;
}

absl::StatusOr<Response> Get(const CurlOptions& options, const std::string& url,
                             absl::Duration timeout = absl::Seconds(20)) {
  Request request;
  request.url = url;
  return (*MakeCurlTransport(options))->Send(request, timeout);
}

TEST(TransportTest, SendsMethodHeadersAndBodyAndReadsTheAnswer) {
  std::string seen;
  TinyServer server([&](int socket, const std::string& request) {
    seen = request;
    Say(socket, "HTTP/1.1 429 Too Many\r\nRetry-After: 3\r\nContent-Length: 2\r\n\r\n{}");
  });
  Request request{"PATCH", server.url("/a?b=c"), {{"Authorization", "Bearer x"}}, "[1]"};
  const auto response = (*MakeCurlTransport(LocalOnly()))->Send(request, absl::Seconds(20));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 429);
  EXPECT_EQ(response->body, "{}");
  EXPECT_EQ(response->Header("retry-after"), "3");
  EXPECT_EQ(response->Header("absent"), "");
  EXPECT_THAT(seen, testing::StartsWith("PATCH /a?b=c HTTP/1.1\r\n"));
  EXPECT_THAT(seen, testing::HasSubstr("Authorization: Bearer x\r\n"));
  EXPECT_THAT(seen, testing::EndsWith("\r\n\r\n[1]"));
}

// Guide 4's query is a GET with a body.
TEST(TransportTest, AGetMayCarryABody) {
  std::string seen;
  TinyServer server([&](int socket, const std::string& request) {
    seen = request;
    Say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  Request request{"GET", server.url(), {}, "{\"a\": 1}"};
  ASSERT_TRUE((*MakeCurlTransport(LocalOnly()))->Send(request, absl::Seconds(20)).ok());
  EXPECT_THAT(seen, testing::StartsWith("GET / HTTP/1.1\r\n"));
  EXPECT_THAT(seen, testing::EndsWith("{\"a\": 1}"));
}

TEST(TransportTest, API2_ARefusedConnectionIsUnavailable) {
  std::string url;
  {
    TinyServer server([](int, const std::string&) {});
    url = server.url();
  }
  const absl::Status refused = Get(LocalOnly(), url).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(IsNotSent(refused));
}

// libcurl sends a request again by itself where a connection that was kept alive dies.
TEST(TransportTest, Act5AWriteIsNeverSentTwice) {
  std::atomic<int> writes = 0;
  std::vector<std::thread> kept;
  {
    TinyServer server([&](int socket, const std::string& request) {
      if (request.rfind("GET", 0) != 0) {
        ++writes;  // heard, and no answer
        return;
      }
      const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
      (void)!write(socket, answer.data(), answer.size());
      kept.emplace_back([&writes, alive = dup(socket)] {
        writes += TinyServer::ReadRequest(alive).empty() ? 0 : 1;
        close(alive);
      });
    });
    const auto transport = *MakeCurlTransport(LocalOnly());
    ASSERT_TRUE(transport->Send({"GET", server.url(), {}, ""}, absl::Seconds(5)).ok());
    Request request{"PATCH", server.url(), {}, "{}"};
    request.only_once = true;
    const auto answer = transport->Send(request, absl::Seconds(5));
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_FALSE(IsNotSent(answer.status())) << "it was heard";
  }
  for (std::thread& thread : kept) thread.join();
  EXPECT_EQ(writes, 1);
}

TEST(TransportTest, Act6AConnectionThatComesTooLateIsNotUsed) {
  // Nobody accepts, and the queue of connections is full.
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener, 0), 0);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::vector<int> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    (void)connect(waiting.back(), reinterpret_cast<sockaddr*>(&address), size);
  }
  Request request{"PUT", "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)), {}, "{}"};
  request.only_once = true;
  request.connect_within = absl::Milliseconds(50);
  const absl::Status late =
      (*MakeCurlTransport(LocalOnly()))->Send(request, absl::Minutes(5)).status();
  EXPECT_EQ(late.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(IsNotSent(late));
  for (const int socket : waiting) close(socket);
  close(listener);
}

TEST(TransportTest, API9_AnAnswerThatDoesNotComeIsDeadlineExceeded) {
  TinyServer server([](int socket, const std::string&) {
    char byte;
    recv(socket, &byte, 1, 0);  // until the client gives up
  });
  EXPECT_EQ(Get(LocalOnly(), server.url(), absl::Milliseconds(50)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Get(LocalOnly(), server.url(), absl::ZeroDuration()).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST(TransportTest, API2_ATruncatedAnswerOrNoneIsUnavailable) {
  for (const char* answer : {"", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"a\":",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    TinyServer server([&](int socket, const std::string&) { Say(socket, answer); });
    EXPECT_EQ(Get(LocalOnly(), server.url()).status().code(), absl::StatusCode::kUnavailable)
        << answer;
  }
}

TEST(TransportTest, ATooLargeAnswerIsResourceExhausted) {
  TinyServer server([](int socket, const std::string&) {
    Say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'));
  });
  const auto response = Get(LocalOnly(), server.url());
  EXPECT_EQ(response.status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(response.status().message()), testing::HasSubstr("1000 bytes"));
}

TEST(TransportTest, API12_OnlyConfiguredHostsAreConnectedTo) {
  for (const char* url : {"https://example.org/", "http://127.0.0.1.evil.example/",
                          "http://127.0.0.1@evil.example/", "http://localhost/", "nonsense", ""}) {
    EXPECT_EQ(Get(LocalOnly(), url).status().code(), absl::StatusCode::kPermissionDenied) << url;
  }
}

TEST(TransportTest, API12_RedirectsAreNotFollowed) {
  TinyServer server([](int socket, const std::string&) {
    Say(socket, "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_EQ(Get(LocalOnly(), server.url())->status, 302);
}

TEST(TransportTest, API12_GoesThroughTheProxy) {
  std::string seen;
  TinyServer proxy([&](int socket, const std::string& request) {
    seen = request;
    Say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  CurlOptions options = LocalOnly();
  options.hosts = {"api.mypurecloud.ie"};
  options.proxy = proxy.url("");
  ASSERT_TRUE(Get(options, "http://api.mypurecloud.ie/x").ok());
  EXPECT_THAT(seen, testing::StartsWith("GET http://api.mypurecloud.ie/x HTTP/1.1\r\n"));
}

TEST(TransportTest, API12_AnUnreadableCaFileIsRefusedAtOnce) {
  CurlOptions options;
  options.ca_file = "/nonexistent/ca.pem";
  EXPECT_EQ(MakeCurlTransport(options).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(TransportTest, EncodesUrlsAndFindsHosts) {
  EXPECT_EQ(UrlEncode("a b/ü&=~-._"), "a%20b%2F%C3%BC%26%3D~-._");
  EXPECT_EQ(UrlHost("https://api.mypurecloud.ie:8443/x?y"), "api.mypurecloud.ie");
  EXPECT_EQ(UrlHost("https://u:p@h/x"), "h");
  EXPECT_EQ(UrlHost("http://[::1]:80/"), "[::1]");
  EXPECT_EQ(UrlHost("/x"), "");
}

}  // namespace
}  // namespace evenkeel::http
