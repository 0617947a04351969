#include "tools/genesys_sim/engine/distribution.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace evenkeel::sim {

std::string_view ShapeName(Shape shape) {
  switch (shape) {
    case Shape::kConstant:
      return "constant";
    case Shape::kExponential:
      return "exponential";
    case Shape::kLogNormal:
      return "lognormal";
    case Shape::kGamma:
      return "gamma";
    case Shape::kUniform:
      return "uniform";
    case Shape::kEmpirical:
      return "empirical";
  }
  return "";
}

absl::Duration Distribution::Mean() const {
  if (shape == Shape::kUniform) return (least + most) / 2;
  if (shape != Shape::kEmpirical) return mean;
  absl::Duration sum;
  for (const absl::Duration duration : observed) sum += duration;
  return observed.empty() ? sum : sum / static_cast<double>(observed.size());
}

void Check(const Distribution& distribution, const std::string& path, Violations& violations) {
  if (distribution.shape == Shape::kUniform) {
    if (distribution.least < absl::ZeroDuration() || distribution.least > distribution.most ||
        distribution.most > absl::Hours(24)) {
      violations.Add(path, "needs 0 <= least <= most <= 24h");
    }
    return;
  }
  if (distribution.shape == Shape::kEmpirical) {
    const auto wrong = [](absl::Duration duration) {
      return duration < absl::ZeroDuration() || duration > absl::Hours(24);
    };
    if (distribution.observed.empty() ||
        std::any_of(distribution.observed.begin(), distribution.observed.end(), wrong)) {
      violations.Add(path + ".observed", "needs at least one duration, each 0 to 24h");
    }
    return;
  }
  const bool zero_allowed = distribution.shape == Shape::kConstant;
  if (distribution.mean < absl::ZeroDuration() || distribution.mean > absl::Hours(24) ||
      (distribution.mean == absl::ZeroDuration() && !zero_allowed)) {
    violations.Add(path + ".mean", zero_allowed ? "must be 0 to 24h" : "must be above 0, to 24h");
  }
  const bool has_cv =
      distribution.shape == Shape::kLogNormal || distribution.shape == Shape::kGamma;
  if (has_cv && !(distribution.cv_ratio > 0 && distribution.cv_ratio <= 10)) {
    violations.Add(path + ".cv_ratio", "must be above 0, to 10");
  }
}

Sampler::Sampler(const Distribution& distribution) : shape_(distribution.shape) {
  const double mean = absl::ToDoubleSeconds(distribution.mean);
  const double variance_ratio = distribution.cv_ratio * distribution.cv_ratio;
  switch (shape_) {
    case Shape::kConstant:
    case Shape::kExponential:
      a_ = mean;
      break;
    case Shape::kLogNormal:  // exp(a + b Z)
      b_ = std::sqrt(std::log1p(variance_ratio));
      a_ = std::log(mean) - b_ * b_ / 2;
      break;
    case Shape::kGamma:  // b Gamma(a)
      a_ = 1 / variance_ratio;
      b_ = mean * variance_ratio;
      break;
    case Shape::kUniform:  // a + b U
      a_ = absl::ToDoubleSeconds(distribution.least);
      b_ = absl::ToDoubleSeconds(distribution.most) - a_;
      break;
    case Shape::kEmpirical:
      for (const absl::Duration duration : distribution.observed) {
        observed_.push_back(absl::ToDoubleSeconds(duration));
      }
      break;
  }
}

double Sampler::DrawSeconds(Stream& stream) const {
  switch (shape_) {
    case Shape::kConstant:
      return a_;
    case Shape::kExponential:
      return a_ * stream.Exponential();
    case Shape::kLogNormal:
      return std::exp(a_ + b_ * stream.Normal());
    case Shape::kGamma:
      return b_ * stream.Gamma(a_);
    case Shape::kUniform:
      return a_ + b_ * stream.Uniform();
    case Shape::kEmpirical:
      return observed_[static_cast<size_t>(stream.Uniform() *
                                           static_cast<double>(observed_.size()))];
  }
  assert(false);
  return 0;
}

}  // namespace evenkeel::sim
