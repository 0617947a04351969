#include "tools/genesys_sim/engine/random.h"

#include <cassert>
#include <cmath>

namespace evenkeel::sim {
namespace {

uint64_t Mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

constexpr uint64_t kGolden = 0x9e3779b97f4a7c15u;

double Polynomial(std::initializer_list<double> highest_first, double x) {
  double sum = 0;
  for (const double c : highest_first) sum = sum * x + c;
  return sum;
}

}  // namespace

Stream::Stream(uint64_t seed, std::initializer_list<uint64_t> name) : state_(seed) {
  // Not symmetric in its parts: streams {1, 2} and {2, 1} have nothing in common.
  for (const uint64_t part : name) state_ = Mix(Mix(state_ + kGolden) ^ part);
}

uint64_t Stream::Next() { return Mix(state_ += kGolden); }

double Stream::Uniform() { return (static_cast<double>(Next() >> 11) + 0.5) * 0x1p-53; }

double Stream::Exponential() { return -std::log(Uniform()); }

double Stream::Normal() { return NormalQuantile(Uniform()); }

double Stream::Gamma(double shape) {
  assert(shape > 0);
  if (shape < 1) return Gamma(shape + 1) * std::pow(Uniform(), 1 / shape);
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = Normal();
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(Uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

double NormalQuantile(double p) {
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q *
           Polynomial({2509.0809287301226727, 33430.575583588128105, 67265.770927008700853,
                       45921.953931549871457, 13731.693765509461125, 1971.5909503065514427,
                       133.14166789178437745, 3.387132872796366608},
                      r) /
           Polynomial({5226.495278852545925, 28729.085735721942674, 39307.89580009271061,
                       21213.794301586595867, 5394.1960214247511077, 687.1870074920579083,
                       42.313330701600911252, 1.0},
                      r);
  }
  double r = std::sqrt(-std::log(q < 0 ? p : 1 - p));
  double value;
  if (r <= 5) {
    r -= 1.6;
    value = Polynomial({7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
                        1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055,
                        4.6303378461565452959, 1.42343711074968357734},
                       r) /
            Polynomial({1.05075007164441684324e-9, 5.475938084995344946e-4,
                        0.0151986665636164571966, 0.14810397642748007459, 0.68976733498510000455,
                        1.6763848301838038494, 2.05319162663775882187, 1.0},
                       r);
  } else {
    r -= 5;
    value = Polynomial({2.01033439929228813265e-7, 2.71155556874348757815e-5,
                        0.0012426609473880784386, 0.026532189526576123093, 0.29656057182850489123,
                        1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772},
                       r) /
            Polynomial({2.04426310338993978564e-15, 1.4215117583164458887e-7,
                        1.8463183175100546818e-5, 7.868691311456132591e-4, 0.0148753612908506148525,
                        0.13692988092273580531, 0.59983220655588793769, 1.0},
                       r);
  }
  return q < 0 ? -value : value;
}

}  // namespace evenkeel::sim
