#include "common/genesys/redact.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>

#include <algorithm>
#include <array>

namespace evenkeel::genesys {
namespace {

// Parts of key names, lower case.
constexpr std::array<const char*, 12> kTelling = {"name",  "email",   "phone",  "address",
                                                  "ani",   "dnis",    "secret", "password",
                                                  "token", "message", "jabber", "authorization"};

bool IsTelling(std::string_view key) {
  const std::string lower = absl::AsciiStrToLower(std::string(key));
  // The API's own words about an error are worth showing; so is which field it means.
  if (lower == "message" || lower == "fieldname") return false;
  for (const char* part : kTelling) {
    if (absl::StrContains(lower, part)) return true;
  }
  return false;
}

// The end of a JSON string that starts at `at` (a quote): the index after its closing quote, or the
// end of the text.
size_t StringEnd(std::string_view text, size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return text.size();
}

size_t SkipSpace(std::string_view text, size_t at) {
  while (at < text.size() && absl::ascii_isspace(text[at])) ++at;
  return at;
}

void AppendPrintable(std::string_view text, std::string& out) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isspace(c)) {
      out.push_back(' ');
    } else {
      out.push_back(byte < 0x20 || byte == 0x7f || byte >= 0x80 ? '?' : c);
    }
  }
}

}  // namespace

std::string Redact(std::string_view text, size_t max_bytes) {
  std::string out;
  size_t at = 0;
  while (at < text.size() && out.size() <= max_bytes) {
    if (text[at] != '"') {
      AppendPrintable(text.substr(at, 1), out);
      ++at;
      continue;
    }
    const size_t key_end = StringEnd(text, at);
    AppendPrintable(text.substr(at, key_end - at), out);
    const std::string_view key = text.substr(at + 1, std::max<size_t>(key_end - at, 2) - 2);
    at = key_end;
    const size_t colon = SkipSpace(text, at);
    if (colon >= text.size() || text[colon] != ':' || !IsTelling(key)) continue;
    const size_t value = SkipSpace(text, colon + 1);
    if (value >= text.size() || text[value] != '"') continue;
    out += ": \"***\"";
    at = StringEnd(text, value);
  }
  if (out.size() > max_bytes) {
    out.resize(max_bytes);
    out += "...";
  }
  return out;
}

}  // namespace evenkeel::genesys
