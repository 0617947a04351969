// A secret that cannot be printed by accident: no stream operator, no formatting, no comparison
// with text. Whoever really needs the bytes says so by calling Reveal().
#pragma once

#include <string>
#include <utility>

namespace evenkeel {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  const std::string& Reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string value_;
};

}  // namespace evenkeel
