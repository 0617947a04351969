// SIM-3: what a client does to its connection touches nobody else's.
#include "tools/genesys_sim/api/http_server.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace evenkeel::sim {
namespace {

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    auto server = HttpServer::Start("127.0.0.1", 0, 1000, [](const HttpRequest&) {
      HttpAnswer answer;
      answer.body = "good";
      return answer;
    });
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  // A connection over which `bytes` have been sent.
  int Connect(const std::string& bytes) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(server_->port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    return fd;
  }

  // What comes until the server closes, and closes; "no end" when that takes half of the server's
  // own patience.
  static std::string ReadAll(int fd) {
    std::string all;
    char buffer[4096];
    while (true) {
      pollfd ready = {fd, POLLIN, 0};
      const ssize_t size = poll(&ready, 1, 30'000) == 1 ? recv(fd, buffer, sizeof(buffer), 0) : -2;
      if (size > 0) {
        all.append(buffer, static_cast<size_t>(size));
        continue;
      }
      close(fd);
      return size == -2 ? "no end" : all;
    }
  }

  std::unique_ptr<HttpServer> server_;
};

const char* const kParts[] = {"",
                              "G",
                              "GET /api",
                              "GET / HTTP/1.1\r\nHost: x",
                              "\r\n\r\n",
                              "\x01\x02\x03",
                              "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"};

TEST_F(HttpServerTest, Sim3WhoStopsSendingHalfWayIsClosedAtOnce) {
  for (const char* part : kParts) {
    const int fd = Connect(part);
    shutdown(fd, SHUT_WR);
    EXPECT_EQ(ReadAll(fd), "") << part;
  }
  const int fd = Connect("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  shutdown(fd, SHUT_WR);
  EXPECT_NE(ReadAll(fd).find("good"), std::string::npos) << "a whole request is answered";
}

TEST_F(HttpServerTest, Sim3BrokenOffRequestsUseUpNoConnections) {
  // More than the server has room for at once.
  for (int i = 0; i < 1500; ++i) close(Connect(kParts[i % std::size(kParts)]));
  EXPECT_NE(ReadAll(Connect("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).find("good"),
            std::string::npos);
}

}  // namespace
}  // namespace evenkeel::sim
