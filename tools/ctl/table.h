// Tables for people: columns as wide as their widest cell, numbers to the right.
#pragma once

#include <string>
#include <vector>

namespace evenkeel::ctl {

class Table {
 public:
  // A heading that starts with ">" is a column of numbers, aligned to the right.
  explicit Table(std::vector<std::string> headings);
  // As many cells as headings.
  void Add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  // With a heading line; each line ends with a newline. A cell of more than `max_cell` characters
  // is cut with "...".
  std::string Text(size_t max_cell = 60) const;

 private:
  std::vector<std::string> headings_;
  std::vector<bool> numeric_;
  std::vector<std::vector<std::string>> rows_;
};

// "12.3 s", "4.1 min", "2.0 h".
std::string SecondsText(double seconds);
// "12.3 %".
std::string PercentText(double ratio);

}  // namespace evenkeel::ctl
