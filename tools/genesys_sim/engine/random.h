// Random numbers of the simulated centre: small streams that are cheap to make, so that each call
// owns one. A stream is named by the seed and what it is for; its numbers depend on nothing else,
// which is what keeps the same calls coming whatever the routing or a controller does (common
// random numbers). The draws are written here because those of the C++ library differ between
// libraries.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace evenkeel::sim {

// SplitMix64 (Steele, Lea, Flood 2014).
class Stream {
 public:
  // The stream of `seed` for the purpose that `name` states, e.g. {kind, call type, call number}.
  Stream(uint64_t seed, std::initializer_list<uint64_t> name);

  uint64_t Next();
  // Uniform in (0, 1), never an end.
  double Uniform();
  // Exponential with mean 1.
  double Exponential();
  // Standard normal, by inversion (Wichura's AS 241): one uniform a draw.
  double Normal();
  // Gamma with mean `shape` and scale 1 (Marsaglia and Tsang 2000). Requires shape > 0.
  double Gamma(double shape);

 private:
  uint64_t state_;
};

// The quantile of the standard normal at `p` in (0, 1), to about 1e-16 relative (AS 241).
double NormalQuantile(double p);

}  // namespace evenkeel::sim
