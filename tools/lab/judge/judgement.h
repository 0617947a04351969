// What a judgement says.
#pragma once

#include <string>

namespace evenkeel::lab {

// Tables for people, and whether each bar is met.
struct Judgement {
  std::string text;
  bool met = false;
};

}  // namespace evenkeel::lab
