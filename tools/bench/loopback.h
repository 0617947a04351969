// A client's request as the simulated API takes it, without a socket between them.
#pragma once

#include <absl/strings/ascii.h>

#include "common/http/transport.h"
#include "tools/genesys_sim/api/http_server.h"

namespace evenkeel::bench {

inline sim::HttpRequest FromClient(const http::Request& request) {
  sim::HttpRequest to_centre;
  to_centre.method = request.method;
  to_centre.target = request.url.substr(request.url.find('/', request.url.find("://") + 3));
  for (const auto& [name, value] : request.headers) {
    to_centre.headers[absl::AsciiStrToLower(name)] = value;
  }
  to_centre.body = request.body;
  return to_centre;
}

}  // namespace evenkeel::bench
