// Texts of requests and answers as they may be shown: shortened, and without what names people or
// opens doors (API-9, SEC).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace evenkeel::genesys {

// `text` with the string values of telling JSON keys (names, addresses, numbers, secrets, tokens)
// replaced by "***", line breaks by spaces, and cut after `max_bytes`. Works on any bytes: what is
// not JSON is only cut; bytes that are not printable ASCII are shown as "?".
std::string Redact(std::string_view text, size_t max_bytes = 1000);

}  // namespace evenkeel::genesys
