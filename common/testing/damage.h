// Damages what a parser of answers should take, and expects it to notice (API-6): an error with a
// path, never a crash.
#pragma once

#include <absl/status/status.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>
#include <string_view>

namespace evenkeel::testing {

struct Case {
  const char* name;
  const char* good;
  std::function<absl::Status(std::string_view)> parse;
  bool bare_array = false;  // the answer is one, not an object
};

// Nothing at all, other JSON, HTML, something more, bytes that are not UTF-8, a part of it.
inline void ExpectDamageIsFound(const Case& test) {
  ASSERT_TRUE(test.parse(test.good).ok()) << test.name << ": " << test.parse(test.good);
  const std::string good = test.good;
  for (const std::string& bad :
       {std::string(), std::string("null"), std::string(test.bare_array ? "{}" : "[]"),
        std::string("7"), std::string("<html><body>502 Bad Gateway</body></html>"), good + "x",
        good + good, "\xff" + good,
        std::string(R"({"entities":"x","results":7,"metrics":0,"conversations":1,"calls":{}})"),
        std::string(100000, '['), std::string(1, '\0')}) {
    const absl::Status status = test.parse(bad);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument)
        << test.name << ": " << bad.substr(0, 50);
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("$")) << test.name;
  }
  // Cut anywhere, it is never taken.
  for (size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(test.parse(good.substr(0, length)).ok()) << test.name << " cut at " << length;
  }
}

// Random changes: whatever comes, no crash, and an error always has a path.
inline void ExpectRandomDamageIsSurvived(const Case& test) {
  std::mt19937 random(17);
  const std::string bytes = "{}[]\",:0123456789.-eE+ntf \\u\xc3\xff";
  for (int round = 0; round < 3000; ++round) {
    std::string text = test.good;
    for (size_t i = 1 + random() % 3; i > 0; --i) {
      const size_t at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = bytes[random() % bytes.size()];
          break;
        case 1:
          text.insert(at, 1, bytes[random() % bytes.size()]);
          break;
        case 2:
          text.erase(at, 1 + random() % 20);
          break;
        case 3:
          text.insert(at, text.substr(random() % text.size(), random() % 60));
          break;
      }
      if (text.empty()) text = " ";
    }
    const absl::Status status = test.parse(text);
    if (!status.ok()) {
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
      EXPECT_THAT(std::string(status.message()), ::testing::StartsWith("$")) << test.name;
    }
  }
}

}  // namespace evenkeel::testing
