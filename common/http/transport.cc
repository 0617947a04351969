#include "common/http/transport.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <curl/curl.h>

#include <algorithm>
#include <fstream>
#include <mutex>

#include "common/base/error_details.h"
#include "common/base/string_bridge.h"

namespace evenkeel::http {
namespace {

struct CurlDeleter {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
using CurlHandle = std::unique_ptr<CURL, CurlDeleter>;

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct Receiver {
  Response response;
  size_t max_bytes = 0;
  bool too_large = false;
};

size_t OnBody(char* data, size_t size, size_t count, void* user) {
  auto* receiver = static_cast<Receiver*>(user);
  const size_t bytes = size * count;
  if (receiver->response.body.size() + bytes > receiver->max_bytes) {
    receiver->too_large = true;
    return 0;  // makes curl stop with CURLE_WRITE_ERROR
  }
  receiver->response.body.append(data, bytes);
  return bytes;
}

size_t OnHeader(char* data, size_t size, size_t count, void* user) {
  auto* receiver = static_cast<Receiver*>(user);
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) {
    receiver->response.headers.clear();  // an interim answer (100) came before
  } else if (const size_t colon = line.find(':'); colon != std::string_view::npos) {
    receiver->response.headers.emplace_back(
        std::string(line.substr(0, colon)),
        ToString(absl::StripAsciiWhitespace(ToAbsl(line.substr(colon + 1)))));
  }
  return size * count;
}

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(const CurlOptions& options) : options_(options) {}

  absl::StatusOr<Response> Send(const Request& request, absl::Duration timeout) override {
    const std::string host = UrlHost(request.url);
    if (std::find(options_.hosts.begin(), options_.hosts.end(), host) == options_.hosts.end()) {
      return absl::PermissionDeniedError(
          absl::StrCat("host \"", host, "\" is not one of the configured hosts"));
    }
    if (timeout <= absl::ZeroDuration()) {
      return absl::DeadlineExceededError("no time left to send the request");
    }
    CurlHandle handle = Take();
    CURL* curl = handle.get();
    if (curl == nullptr) return absl::InternalError("curl_easy_init failed");

    Receiver receiver;
    receiver.max_bytes = options_.max_response_bytes;
    char error[CURL_ERROR_SIZE] = "";
    curl_slist* raw_headers = nullptr;
    for (const auto& [name, value] : request.headers) {
      raw_headers = curl_slist_append(raw_headers, absl::StrCat(name, ": ", value).c_str());
    }
    raw_headers = curl_slist_append(raw_headers, "Expect:");
    const std::unique_ptr<curl_slist, ListDeleter> headers(raw_headers);

    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    const absl::Duration connect_within =
        std::min(options_.connect_timeout, request.connect_within);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     std::max<int64_t>(1, absl::ToInt64Milliseconds(connect_within)));
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, request.only_once ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                     std::max<int64_t>(1, absl::ToInt64Milliseconds(timeout)));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_USERAGENT, options_.user_agent.c_str());
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(curl, CURLOPT_PROXY, options_.proxy.c_str());
    // Besides the system's folder of certificates, which stays in force.
    if (!options_.ca_file.empty()) {
      curl_easy_setopt(curl, CURLOPT_CAINFO, options_.ca_file.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    if (!request.body.empty() || request.method != "GET") {
      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    }
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, OnBody);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receiver);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, OnHeader);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &receiver);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);

    const CURLcode code = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    long request_bytes = 0;  // that left, whatever came of the connection afterwards
    curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &request_bytes);
    curl_easy_reset(curl);
    Give(std::move(handle));

    if (code == CURLE_OK) {
      receiver.response.status = static_cast<int>(status);
      return std::move(receiver.response);
    }
    const std::string message = absl::StrCat(request.method, " ", host, ": ",
                                             error[0] != '\0' ? error : curl_easy_strerror(code));
    if (receiver.too_large) {
      return absl::InternalError(absl::StrCat(message, ": the answer is larger than ",
                                              options_.max_response_bytes, " bytes"));
    }
    absl::Status failed = code == CURLE_OPERATION_TIMEDOUT ? absl::DeadlineExceededError(message)
                                                           : absl::UnavailableError(message);
    if (request_bytes == 0) SetNotSent(failed);
    return failed;
  }

 private:
  // A handle keeps its connection open; as many exist as there were calls at once.
  CurlHandle Take() {
    std::lock_guard lock(mutex_);
    if (idle_.empty()) return CurlHandle(curl_easy_init());
    CurlHandle handle = std::move(idle_.back());
    idle_.pop_back();
    return handle;
  }
  void Give(CurlHandle handle) {
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(handle));
  }

  const CurlOptions options_;
  std::mutex mutex_;
  std::vector<CurlHandle> idle_;
};

}  // namespace

std::string_view Response::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (absl::EqualsIgnoreCase(key, ToAbsl(name))) return value;
  }
  return {};
}

absl::StatusOr<std::unique_ptr<Transport>> MakeCurlTransport(const CurlOptions& options) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (!options.ca_file.empty() && !std::ifstream(options.ca_file).good()) {
    return absl::InvalidArgumentError(
        absl::StrCat("CA file \"", options.ca_file, "\" cannot be read"));
  }
  return std::make_unique<CurlTransport>(options);
}

std::string UrlEncode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
      out.push_back(kHex[c & 15]);
    }
  }
  return out;
}

std::string UrlHost(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return "";
  std::string_view authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    authority = authority.substr(at + 1);
  }
  if (authority.starts_with('[')) return std::string(authority.substr(0, authority.find(']') + 1));
  return std::string(authority.substr(0, authority.find(':')));
}

}  // namespace evenkeel::http
