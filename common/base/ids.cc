#include "common/base/ids.h"

#include <absl/strings/str_format.h>

#include <array>
#include <random>

namespace evenkeel {

std::string RandomIdSource::NewId() {
  thread_local std::random_device device;
  std::array<uint32_t, 4> bits = {device(), device(), device(), device()};
  bits[1] = (bits[1] & 0xffff0fffu) | 0x00004000u;  // version 4
  bits[2] = (bits[2] & 0x3fffffffu) | 0x80000000u;  // variant of RFC 4122
  return absl::StrFormat("%08x-%04x-%04x-%04x-%04x%08x", bits[0], bits[1] >> 16, bits[1] & 0xffffu,
                         bits[2] >> 16, bits[2] & 0xffffu, bits[3]);
}

}  // namespace evenkeel
