// Bridge between std::string_view and Debian's absl::string_view, which is a type of its own there
// and does not convert. Our signatures use std types; conversions happen here and nowhere else.
#pragma once

#include <absl/strings/string_view.h>

#include <string>
#include <string_view>

namespace evenkeel {

inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }
inline std::string ToString(absl::string_view text) { return {text.data(), text.size()}; }

}  // namespace evenkeel
