// Identifiers are a dependency like time: random in production, counted in tests.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace evenkeel {

// Thread-safe.
class IdSource {
 public:
  virtual ~IdSource() = default;
  // A new identifier, never given before by this source.
  virtual std::string NewId() = 0;
};

// UUIDs of version 4 from the operating system's random source.
class RandomIdSource final : public IdSource {
 public:
  std::string NewId() override;
};

// "<prefix>1", "<prefix>2", ...
class SequentialIdSource final : public IdSource {
 public:
  explicit SequentialIdSource(std::string prefix) : prefix_(std::move(prefix)) {}
  std::string NewId() override { return prefix_ + std::to_string(++last_); }

 private:
  const std::string prefix_;
  std::atomic<int64_t> last_ = 0;
};

}  // namespace evenkeel
