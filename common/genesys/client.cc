#include "common/genesys/client.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/strip.h>

#include "common/base/status_macros.h"

namespace evenkeel::genesys {
namespace {

http::RateBudgetOptions BudgetOf(const ClientOptions& options) {
  http::RateBudgetOptions budget;
  budget.share = options.rate_share;
  // The published API counts by the minute, the guides' by the second.
  const bool guide = options.dialect == Dialect::kGuide;
  const double per_minute =
      options.requests_per_minute > 0 ? options.requests_per_minute : (guide ? 6000 : 300);
  // A second of a low limit holds no whole request.
  budget.window = guide && per_minute >= 1200 ? absl::Seconds(1) : absl::Minutes(1);
  budget.requests_per_window = per_minute * absl::ToDoubleMinutes(budget.window);
  return budget;
}

ApiClientOptions ApiOptions(const ClientOptions& options, const BaseUrls& urls) {
  ApiClientOptions api;
  api.api_base_url = urls.api;
  api.request_timeout = options.request_timeout;
  return api;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Client::Make(const ClientOptions& options, Clock& clock,
                                                     CallObserver* observer,
                                                     std::unique_ptr<http::Transport> transport) {
  BaseUrls urls;
  if (options.api_base_url.empty() || options.login_base_url.empty()) {
    EVENKEEL_ASSIGN_OR_RETURN(urls, ResolveRegion(options.region, options.dialect));
  }
  for (const auto& [given, used] : {std::pair(&options.api_base_url, &urls.api),
                                    std::pair(&options.login_base_url, &urls.login)}) {
    if (!given->empty()) *used = std::string(absl::StripSuffix(*given, "/"));
    if (http::UrlHost(*used).empty()) {
      return absl::InvalidArgumentError(absl::StrCat("\"", *used, "\" is not a URL"));
    }
  }
  if (transport == nullptr) {
    http::CurlOptions curl;
    curl.connect_timeout = options.connect_timeout;
    curl.proxy = options.proxy;
    curl.ca_file = options.ca_file;
    curl.hosts = {http::UrlHost(urls.api), http::UrlHost(urls.login)};
    EVENKEEL_ASSIGN_OR_RETURN(transport, http::MakeCurlTransport(curl));
  }
  return std::unique_ptr<Client>(
      new Client(options, std::move(urls), clock, observer, std::move(transport)));
}

Client::Client(const ClientOptions& options, BaseUrls urls, Clock& clock, CallObserver* observer,
               std::unique_ptr<http::Transport> transport)
    : dialect_(options.dialect),
      urls_(std::move(urls)),
      transport_(std::move(transport)),
      breakers_(http::BreakerOptions()),
      pacer_(BudgetOf(options), clock),
      tokens_(options.dialect, urls_.login, options.credentials, *transport_, breakers_, clock,
              observer),
      api_(
          ApiOptions(options, urls_), *transport_, tokens_, pacer_, breakers_, clock,
          [this] { return Jitter(); }, observer) {}

double Client::Jitter() {
  std::lock_guard lock(jitter_mutex_);
  return std::uniform_real_distribution<double>(0, 1)(jitter_);
}

}  // namespace evenkeel::genesys
