// Two numbers worked on at once, which every x86-64 and ARM64 processor does as fast as one: for
// the few loops over whole columns that are worth it. Each half is rounded as a double alone would
// be.
#pragma once

#include <cstdint>
#include <cstring>

namespace evenkeel::stats {

using Pair = double __attribute__((vector_size(16)));
// What comparing two Pairs gives: all bits set where it holds, none elsewhere.
using PairMask = int64_t __attribute__((vector_size(16)));

inline Pair Both(double value) { return Pair{value, value}; }

// Of two numbers that stand next to one another, at any address.
inline Pair LoadPair(const double* from) {
  Pair pair;
  std::memcpy(&pair, from, sizeof pair);
  return pair;
}
inline void StorePair(double* to, Pair pair) { std::memcpy(to, &pair, sizeof pair); }

inline Pair Larger(Pair a, Pair b) { return a > b ? a : b; }
inline Pair Smaller(Pair a, Pair b) { return a < b ? a : b; }

// 0 where the mask is not set, whatever the pair has there.
inline Pair Where(PairMask mask, Pair pair) {
  return reinterpret_cast<Pair>(mask & reinterpret_cast<PairMask>(pair));
}
inline Pair WhereOr(PairMask mask, Pair pair, Pair otherwise) {
  return reinterpret_cast<Pair>((mask & reinterpret_cast<PairMask>(pair)) |
                                (~mask & reinterpret_cast<PairMask>(otherwise)));
}

inline double Sum(Pair pair) { return pair[0] + pair[1]; }

}  // namespace evenkeel::stats
