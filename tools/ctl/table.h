// Tables for people: columns as wide as their widest cell, numbers to the right.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::ctl {

class Table {
 public:
  // A heading that starts with ">" is a column of numbers, aligned to the right.
  explicit Table(std::vector<std::string> headings);
  // As many cells as headings.
  void Add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  // With a heading line; each line ends with a newline. The last column is cut with "..." where a
  // line would have more than `max_line` characters, but never to fewer than 20.
  std::string Text(size_t max_line = 100) const;

 private:
  std::vector<std::string> headings_;
  std::vector<bool> numeric_;
  std::vector<std::vector<std::string>> rows_;
};

// For people: "5a1e0000-0000-4000-8000-000000005003" becomes "5a1e..5003", wherever it stands.
std::string ShortIds(std::string_view text);
// "12.3 s", "4.1 min", "2.0 h".
std::string SecondsText(double seconds);
// "12.3 %".
std::string PercentText(double ratio);

}  // namespace evenkeel::ctl
