#include "tools/ctl/table.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <regex>

namespace evenkeel::ctl {
namespace {

// Characters, not bytes: UTF-8 continuation bytes take no room.
size_t Width(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string Cut(const std::string& text, size_t max_cell) {
  if (Width(text) <= max_cell) return text;
  size_t end = 0, width = 0;
  while (end < text.size()) {
    if ((static_cast<unsigned char>(text[end]) & 0xc0) != 0x80 && ++width > max_cell - 3) break;
    ++end;
  }
  return text.substr(0, end) + "...";
}

}  // namespace

Table::Table(std::vector<std::string> headings) {
  for (std::string& heading : headings) {
    const bool numeric = heading.starts_with('>');
    numeric_.push_back(numeric);
    headings_.push_back(numeric ? heading.substr(1) : heading);
  }
}

void Table::Add(std::vector<std::string> cells) {
  assert(cells.size() == headings_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::Text(size_t max_line) const {
  constexpr size_t kLeastLast = 20;
  const size_t last = headings_.size() - 1;
  std::vector<size_t> widths;
  for (const std::string& heading : headings_) widths.push_back(Width(heading));
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  const size_t before_last =
      std::accumulate(widths.begin(), widths.end() - 1, size_t{0}) + 2 * last;
  const size_t room = std::max(kLeastLast, max_line - std::min(max_line, before_last));
  widths[last] = std::min(widths[last], room);
  std::string text;
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string out;
    for (size_t i = 0; i < cells.size(); ++i) {
      const std::string cell = i == last ? Cut(cells[i], room) : cells[i];
      const std::string padding(widths[i] - Width(cell), ' ');
      if (i > 0) out += "  ";
      out += numeric_[i] ? padding + cell : cell + padding;
    }
    out.erase(out.find_last_not_of(' ') + 1);
    text += out + "\n";
  };
  line(headings_);
  std::vector<std::string> rule;
  for (const size_t width : widths) rule.emplace_back(width, '-');
  line(rule);
  for (const auto& row : rows_) line(row);
  return text;
}

std::string ShortIds(std::string_view text) {
  static const std::regex& uuid = *new std::regex(
      "\\b([0-9a-fA-F]{4})[0-9a-fA-F]{4}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{8}([0-9a-fA-F]{4})\\b");
  return std::regex_replace(std::string(text), uuid, "$1..$2");
}

std::string SecondsText(double seconds) {
  if (!std::isfinite(seconds)) return "-";
  if (std::abs(seconds) < 120) return absl::StrFormat("%.1f s", seconds);
  if (std::abs(seconds) < 7200) return absl::StrFormat("%.1f min", seconds / 60);
  return absl::StrFormat("%.1f h", seconds / 3600);
}

std::string PercentText(double ratio) {
  return std::isfinite(ratio) ? absl::StrFormat("%.1f %%", 100 * ratio) : "-";
}

}  // namespace evenkeel::ctl
