// The SVG plots of a comparison.
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "tools/lab/compare/comparison.h"

namespace evenkeel::lab {
namespace {

// Told apart by people who do not see all colours (Okabe and Ito).
constexpr const char* kColours[] = {"#000000", "#0072B2", "#D55E00", "#009E73",
                                    "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F"};

class Drawing {
 public:
  Drawing(double width, double height) {
    absl::StrAppendFormat(&text_,
                          "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%g\" height=\"%g\" "
                          "viewBox=\"0 0 %g %g\" font-family=\"sans-serif\" font-size=\"13\">\n"
                          "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
                          width, height, width, height);
  }
  void Line(double x1, double y1, double x2, double y2, const char* colour, double width = 1) {
    absl::StrAppendFormat(&text_,
                          "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" "
                          "stroke-width=\"%g\"/>\n",
                          x1, y1, x2, y2, colour, width);
  }
  void Dot(double x, double y, const char* colour) {
    absl::StrAppendFormat(&text_, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n", x, y,
                          colour);
  }
  // `anchor`: start, middle or end.
  void Words(double x, double y, const std::string& words, const char* anchor = "start",
             const char* weight = "normal") {
    absl::StrAppendFormat(&text_,
                          "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" "
                          "font-weight=\"%s\">%s</text>\n",
                          x, y, anchor, weight, Escaped(words));
  }
  void Path(const std::vector<std::pair<double, double>>& points, const char* colour) {
    text_ += "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"";
    absl::StrAppend(&text_, colour, "\" points=\"");
    for (const auto& [x, y] : points) absl::StrAppendFormat(&text_, "%.1f,%.1f ", x, y);
    text_ += "\"/>\n";
  }
  std::string Take() { return std::move(text_) + "</svg>\n"; }

 private:
  static std::string Escaped(const std::string& words) {
    std::string escaped;
    for (const char c : words) {
      if (c == '<') {
        escaped += "&lt;";
      } else if (c == '&') {
        escaped += "&amp;";
      } else {
        escaped += c;
      }
    }
    return escaped;
  }
  std::string text_;
};

// Round marks from 0 or below `least` to `most`, five or so.
std::vector<double> Marks(double least, double most) {
  if (most - least < 1e-9) most = least + 1;
  const double rough = (most - least) / 4;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
    if (factor * power >= rough) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> marks;
  const auto first = static_cast<int64_t>(std::floor(least / step));
  for (int64_t i = first;; ++i) {
    marks.push_back(static_cast<double>(i) * step);
    if (i > first && marks.back() >= most - 1e-9 * step) return marks;
  }
}

std::string Title(const Comparison& comparison) {
  return absl::StrFormat("%s, %s, %d seeds", comparison.scenario,
                         absl::FormatDuration(comparison.length), comparison.seeds.size());
}

}  // namespace

std::string IntervalsSvg(const Comparison& comparison) {
  constexpr double kNames = 190, kWidth = 300, kGap = 40, kRow = 22, kHead = 34, kFoot = 30;
  const auto rows = static_cast<double>(comparison.policies.size());
  const double panel = kHead + rows * kRow + kFoot;
  const auto panels = std::size(kMetrics);
  Drawing drawing(kNames + 2 * kWidth + kGap + 30,
                  40 + panel * static_cast<double>((panels + 1) / 2));
  drawing.Words(12, 24, Title(comparison) + ": mean and 95 % interval", "start", "bold");
  for (size_t m = 0; m < panels; ++m) {
    const Metric& metric = kMetrics[m];
    const double left = kNames + (m % 2 == 0 ? 0 : kWidth + kGap);
    const double top = 40 + panel * static_cast<double>(m / 2);
    double least = 1e300, most = -1e300;
    std::vector<Estimate> estimates;
    for (const PolicyRun& run : comparison.policies) {
      Estimate estimate = MeanOf(run, metric.value);
      if (!std::isfinite(estimate.half_width)) estimate.half_width = 0;
      estimate.mean *= metric.scale;
      estimate.half_width *= metric.scale;
      // None of the figures can be negative.
      least = std::min(least, std::max(0.0, estimate.mean - estimate.half_width));
      most = std::max(most, estimate.mean + estimate.half_width);
      estimates.push_back(estimate);
    }
    // From 0 where that leaves room to see differences.
    if (least < 0.6 * most) least = std::min(least, 0.0);
    const std::vector<double> marks = Marks(least, most);
    const auto x = [&](double value) {
      return left + (value - marks.front()) / (marks.back() - marks.front()) * kWidth;
    };
    const double bottom = top + kHead + rows * kRow;
    drawing.Words(left, top + 20, std::string(metric.heading), "start", "bold");
    for (const double mark : marks) {
      drawing.Line(x(mark), top + kHead - 6, x(mark), bottom, "#DDDDDD");
      drawing.Words(x(mark), bottom + 16, absl::StrFormat("%g", mark), "middle");
    }
    for (size_t p = 0; p < estimates.size(); ++p) {
      const double y = top + kHead + (static_cast<double>(p) + 0.5) * kRow;
      const char* colour = kColours[p % std::size(kColours)];
      if (m % 2 == 0) drawing.Words(kNames - 12, y + 4, comparison.policies[p].name, "end");
      drawing.Line(x(std::max(marks.front(), estimates[p].mean - estimates[p].half_width)), y,
                   x(estimates[p].mean + estimates[p].half_width), y, colour, 2);
      drawing.Dot(x(estimates[p].mean), y, colour);
    }
  }
  return drawing.Take();
}

std::string SeriesSvg(const Comparison& comparison) {
  constexpr double kLeft = 70, kTop = 64, kWidth = 640, kHeight = 320, kLegend = 220;
  Drawing drawing(kLeft + kWidth + kLegend, kTop + kHeight + 56);
  drawing.Words(12, 24, Title(comparison) + ": mean wait by time of leaving the line", "start",
                "bold");
  const size_t steps = comparison.policies.front().shifts.front().wait_series_seconds.size();
  std::vector<std::vector<double>> lines;
  double most = 0;
  for (const PolicyRun& run : comparison.policies) {
    std::vector<double>& line = lines.emplace_back();
    for (size_t i = 0; i < steps; ++i) {
      line.push_back(MeanWaitAt(run, i));
      if (line.back() > most) most = line.back();
    }
  }
  const std::vector<double> marks = Marks(0, most);
  const double hours = absl::ToDoubleHours(comparison.length);
  const auto x = [&](double at) { return kLeft + at / hours * kWidth; };
  const auto y = [&](double wait) { return kTop + kHeight * (1 - wait / marks.back()); };
  for (const double mark : marks) {
    drawing.Line(kLeft, y(mark), kLeft + kWidth, y(mark), "#DDDDDD");
    drawing.Words(kLeft - 8, y(mark) + 4, absl::StrFormat("%g", mark), "end");
  }
  drawing.Words(kLeft, kTop - 14, "seconds");
  for (const double mark : Marks(0, hours)) {
    if (mark > hours + 1e-9) break;
    drawing.Line(x(mark), kTop + kHeight, x(mark), kTop + kHeight + 5, "#000000");
    drawing.Words(x(mark), kTop + kHeight + 20, absl::StrFormat("%g", mark), "middle");
  }
  drawing.Line(kLeft, kTop + kHeight, kLeft + kWidth, kTop + kHeight, "#000000");
  drawing.Words(kLeft + kWidth / 2, kTop + kHeight + 42, "hours since the start", "middle");
  const double step_hours = absl::ToDoubleHours(kSeriesStep);
  for (size_t p = 0; p < lines.size(); ++p) {
    const char* colour = kColours[p % std::size(kColours)];
    std::vector<std::pair<double, double>> points;
    for (size_t i = 0; i < steps; ++i) {
      if (!std::isnan(lines[p][i])) {
        points.push_back({x((static_cast<double>(i) + 0.5) * step_hours), y(lines[p][i])});
        continue;
      }
      drawing.Path(points, colour);  // a gap
      points.clear();
    }
    drawing.Path(points, colour);
    const double at = kTop + 14 + 20 * static_cast<double>(p);
    drawing.Line(kLeft + kWidth + 14, at - 4, kLeft + kWidth + 34, at - 4, colour, 2);
    drawing.Words(kLeft + kWidth + 40, at, comparison.policies[p].name);
  }
  return drawing.Take();
}

}  // namespace evenkeel::lab
