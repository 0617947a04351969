// The distributions of handle times and of patience, by the two figures that people know of them:
// mean and coefficient of variation.
#pragma once

#include <absl/time/time.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/base/error_details.h"
#include "tools/genesys_sim/engine/random.h"

namespace evenkeel::sim {

enum class Shape { kConstant, kExponential, kLogNormal, kGamma, kUniform, kEmpirical };
inline constexpr Shape kShapes[] = {Shape::kConstant, Shape::kExponential, Shape::kLogNormal,
                                    Shape::kGamma,    Shape::kUniform,     Shape::kEmpirical};

// "constant", "exponential", "lognormal", "gamma", "uniform", "empirical".
std::string_view ShapeName(Shape shape);

struct Distribution {
  Shape shape = Shape::kConstant;
  absl::Duration mean = {};   // of all shapes but uniform and empirical
  double cv_ratio = 1;        // standard deviation / mean: lognormal and gamma
  absl::Duration least = {};  // uniform
  absl::Duration most = {};   // uniform
  // Empirical: durations that were observed, each as likely as any other.
  std::vector<absl::Duration> observed = {};

  absl::Duration Mean() const;
  friend bool operator==(const Distribution&, const Distribution&) = default;
};

// Adds what is wrong: a mean that is negative (zero is fine for constant only) or above a day,
// cv_ratio outside (0, 10], least > most, nothing observed.
void Check(const Distribution& distribution, const std::string& path, Violations& violations);

// A distribution made ready for fast drawing. `distribution` must pass Check.
class Sampler {
 public:
  Sampler() = default;
  explicit Sampler(const Distribution& distribution);

  double DrawSeconds(Stream& stream) const;

 private:
  Shape shape_ = Shape::kConstant;
  double a_ = 0;
  double b_ = 0;
  std::vector<double> observed_;
};

}  // namespace evenkeel::sim
