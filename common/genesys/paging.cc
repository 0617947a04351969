#include "common/genesys/paging.h"

#include <absl/strings/str_cat.h>

#include <set>

#include "common/base/string_bridge.h"
#include "common/genesys/redact.h"

namespace evenkeel::genesys {
namespace {

std::string UrlDecode(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'                 ? c - '0'
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                : -1;
  };
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 &&
        digit(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

// The query of a nextUri ("/api/v2/...?a=b", with or without a host); the path must be the
// operation's own.
absl::StatusOr<Parameters> QueryOf(const Operation& operation, const ApiRequest& request,
                                   const std::string& next_uri) {
  std::string_view rest = next_uri;
  if (const size_t scheme = rest.find("://"); scheme != std::string_view::npos) {
    const size_t path = rest.find('/', scheme + 3);
    rest = path == std::string_view::npos ? std::string_view() : rest.substr(path);
  }
  const size_t question = rest.find('?');
  if (UrlDecode(rest.substr(0, question)) !=
      UrlDecode(RequestTarget(operation, {request.path, {}, ""}))) {
    return absl::DataLossError(
        absl::StrCat(operation.name, ": nextUri leads to another path: ", Redact(next_uri, 200)));
  }
  Parameters query;
  if (question == std::string_view::npos) return query;
  rest = rest.substr(question + 1);
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    const size_t equals = std::min(pair.find('='), pair.size());
    if (!pair.empty()) {
      query.emplace_back(UrlDecode(pair.substr(0, equals)),
                         UrlDecode(pair.substr(std::min(equals + 1, pair.size()))));
    }
    rest = rest.substr(std::min(end + 1, rest.size()));
  }
  return query;
}

}  // namespace

absl::StatusOr<Paged> ReadPages(ApiClient& api, const Operation& operation,
                                const ApiRequest& request, PagingStyle style,
                                const CallLimits& limits, const TakePage& take) {
  Paged paged;
  std::set<std::string> followed;
  std::string last_body;
  ApiRequest page = request;
  const bool numbered = style == PagingStyle::kPageNumber || style == PagingStyle::kUntilEmpty;
  for (int number = 1; number <= kMaxPages; ++number) {
    if (numbered) {
      page.query = request.query;
      page.query.emplace_back("pageNumber", absl::StrCat(number));
    }
    EVENKEEL_ASSIGN_OR_RETURN(http::Response response, api.Call(operation, page, limits));
    ++paged.requests;
    EVENKEEL_ASSIGN_OR_RETURN(const PageInfo info, take(response.body));
    paged.entries += info.entries;
    if (info.total) {
      paged.moved = paged.moved || (paged.total && *paged.total != *info.total);
      paged.total = info.total;
    }
    std::string next;  // what must not lead in a circle
    if (style == PagingStyle::kPageNumber) {
      if (info.entries == 0) return paged;
      if (info.page_count ? number >= *info.page_count : info.next_uri.empty()) return paged;
    } else if (style == PagingStyle::kUntilEmpty) {
      // An API that does not know the page number would send the first page for ever.
      if (info.entries == 0 || response.body == last_body) return paged;
      last_body = std::move(response.body);
    } else if (style == PagingStyle::kNextUri) {
      if (info.next_uri.empty()) return paged;
      next = info.next_uri;
      EVENKEEL_ASSIGN_OR_RETURN(page.query, QueryOf(operation, request, next));
    } else {
      if (info.continuation_token.empty()) return paged;
      next = info.continuation_token;
      page.query = request.query;
      page.query.emplace_back("continuation_token", next);
    }
    if (!next.empty() && !followed.insert(next).second) {
      return absl::DataLossError(absl::StrCat(
          operation.name, ": the pages lead in a circle: ", Redact(next, 200), " came twice"));
    }
  }
  return absl::DataLossError(
      absl::StrCat(operation.name, ": did not end after ", kMaxPages, " pages"));
}

}  // namespace evenkeel::genesys
