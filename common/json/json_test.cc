#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "common/base/status_macros.h"
#include "common/json/reader.h"
#include "common/json/writer.h"

namespace evenkeel::json {
namespace {

struct Skill {
  std::string id;
  double proficiency = 0;
  std::optional<int64_t> level;
};

struct User {
  std::string id;
  bool active = true;
  std::vector<Skill> skills;
};

absl::Status ReadSkill(Value value, Skill& skill) {
  static constexpr std::array<std::string_view, 3> kKeys = {"id", "proficiency", "level"};
  Object object(value);
  while (object.Next(kKeys)) {
    switch (object.field()) {
      case 0:
        EVENKEEL_RETURN_IF_ERROR(object.value().Read(skill.id));
        break;
      case 1:
        EVENKEEL_RETURN_IF_ERROR(object.value().Read(skill.proficiency));
        break;
      case 2:
        EVENKEEL_RETURN_IF_ERROR(object.value().Read(skill.level));
        break;
    }
  }
  return object.Finish({0});
}

absl::Status ReadUser(Value value, User& user) {
  static constexpr std::array<std::string_view, 3> kKeys = {"id", "active", "skills"};
  Object object(value);
  while (object.Next(kKeys)) {
    switch (object.field()) {
      case 0:
        EVENKEEL_RETURN_IF_ERROR(object.value().Read(user.id));
        break;
      case 1:
        EVENKEEL_RETURN_IF_ERROR(object.value().Read(user.active));
        break;
      case 2: {
        Array array(object.value());
        while (array.Next()) {
          EVENKEEL_RETURN_IF_ERROR(ReadSkill(array.value(), user.skills.emplace_back()));
        }
        EVENKEEL_RETURN_IF_ERROR(array.Finish());
        break;
      }
    }
  }
  return object.Finish({0});
}

absl::Status ReadUsers(std::string_view text, std::vector<User>& users) {
  Reader reader;
  return reader.Parse(text, [&](Value root) -> absl::Status {
    static constexpr std::array<std::string_view, 1> kKeys = {"entities"};
    Object object(root);
    while (object.Next(kKeys)) {
      Array array(object.value());
      while (array.Next()) EVENKEEL_RETURN_IF_ERROR(ReadUser(array.value(), users.emplace_back()));
      EVENKEEL_RETURN_IF_ERROR(array.Finish());
    }
    return object.Finish({0});
  });
}

std::string ErrorOf(std::string_view text) {
  std::vector<User> users;
  const absl::Status status = ReadUsers(text, users);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(status.message());
}

TEST(JsonReaderTest, ReadsWhatItKnowsAndSkipsTheRest) {
  std::vector<User> users;
  ASSERT_TRUE(ReadUsers(R"({"total": 2, "entities": [
      {"x": {"deep": [1, {"id": "no"}]}, "skills": [{"proficiency": 3, "id": "s\u00e9"},
       {"id": "t", "level": null}], "id": "u1", "active": false},
      {"id": "u2", "skills": []}], "tail": null})",
                        users)
                  .ok());
  ASSERT_EQ(users.size(), 2u);
  EXPECT_EQ(users[0].id, "u1");
  EXPECT_FALSE(users[0].active);
  EXPECT_EQ(users[0].skills[0].id, "sé");
  EXPECT_EQ(users[0].skills[0].proficiency, 3.0);
  EXPECT_FALSE(users[0].skills[1].level.has_value());
  EXPECT_EQ(users[1].id, "u2");
}

// API-6
TEST(JsonReaderTest, ErrorsNameThePath) {
  EXPECT_EQ(ErrorOf(R"({"entities":[{"id":"a"},{"id":7}]})"),
            "$.entities[1].id: must be a string, is a number");
  EXPECT_EQ(ErrorOf(R"({"entities":[{"id":null}]})"),
            "$.entities[0].id: must be a string, is null");
  EXPECT_EQ(ErrorOf(R"({"entities":[{"id":"a","skills":[{"id":"s","proficiency":"x"}]}]})"),
            "$.entities[0].skills[0].proficiency: must be a number, is a string");
  EXPECT_EQ(ErrorOf(R"({"entities":[{"id":"a","skills":[{"proficiency":1}]}]})"),
            "$.entities[0].skills[0].id: is missing");
  EXPECT_EQ(ErrorOf(R"({"entities":[{"id":"a","skills":[{"id":"s","level":1.5}]}]})"),
            "$.entities[0].skills[0].level: must be an integer");
  EXPECT_EQ(ErrorOf(R"({"entities":{"a":1}})"), "$.entities: must be an array, is an object");
  EXPECT_EQ(ErrorOf(R"({"entities":[{"id":"a","id":"b"}]})"), "$.entities[0].id: occurs twice");
  EXPECT_EQ(ErrorOf(R"({})"), "$.entities: is missing");
  EXPECT_EQ(ErrorOf(R"([])"), "$: must be an object, is an array");
  EXPECT_EQ(ErrorOf("7"), "$: must be an object or an array");
  EXPECT_EQ(ErrorOf(""), "$: the text ends too early");
  EXPECT_EQ(ErrorOf("<html><body>502 Bad Gateway</body></html>"),
            "$: is not JSON but HTML or XML, as a gateway sends");
  EXPECT_THAT(ErrorOf("{\"entities\":[{\"id\":\"\xff\xfe\"}]}"), testing::HasSubstr("not UTF-8"));
  EXPECT_THAT(ErrorOf(R"({"entities":[{"id":"a","skills":[{"id":"s","proficiency":NaN}]}]})"),
              testing::StartsWith("$.entities[0].skills[0].proficiency: must be a number"));
  EXPECT_THAT(ErrorOf(R"({"entities":[{"id":"a","skills":[{"id":"s","proficiency":1e999}]}]})"),
              testing::StartsWith("$.entities[0].skills[0].proficiency: must be a"));
  EXPECT_THAT(ErrorOf(R"({"entities":[]} {"entities":[]})"), testing::StartsWith("$"));
}

TEST(JsonReaderTest, EveryTruncationIsAnError) {
  const std::string text =
      R"({"entities":[{"id":"u1","active":true,"skills":[{"id":"s","proficiency":2.5}]}]})";
  for (size_t length = 0; length < text.size(); ++length) {
    std::vector<User> users;
    EXPECT_FALSE(ReadUsers(text.substr(0, length), users).ok()) << text.substr(0, length);
  }
}

TEST(JsonReaderTest, DeepNestingDoesNotCrash) {
  for (const int depth : {100, 1000, 100000}) {
    std::vector<User> users;
    const std::string deep = R"({"x":)" + std::string(depth, '[') + std::string(depth, ']') +
                             R"(,"entities":[{"id":"a"}]})";
    // Either read or refused; never a crash.
    (void)ReadUsers(deep, users);
  }
}

TEST(JsonReaderTest, RandomDamageNeverCrashes) {
  const std::string text =
      R"({"entities":[{"id":"u1","active":true,"skills":[{"id":"s","proficiency":2.5}]}],"n":1})";
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string damaged = text;
    for (int k = 0; k < 3; ++k) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    std::vector<User> users;
    (void)ReadUsers(damaged, users);
  }
}

TEST(JsonReaderTest, ReadsTimes) {
  Reader reader;
  absl::Time time;
  const auto read = [&](Value root) {
    static constexpr std::array<std::string_view, 1> kKeys = {"t"};
    Object object(root);
    while (object.Next(kKeys)) EVENKEEL_RETURN_IF_ERROR(object.value().Read(time));
    return object.Finish();
  };
  ASSERT_TRUE(reader.Parse(R"({"t":"2024-05-15T10:30:00.250Z"})", read).ok());
  EXPECT_EQ(absl::ToUnixMillis(time), 1715769000250);
  EXPECT_FALSE(reader.Parse(R"({"t":"yesterday"})", read).ok());
}

TEST(JsonWriterTest, WritesWhatReadersRead) {
  Writer writer;
  writer.BeginObject()
      .Field("text", "a\"b\\\n\x01")
      .Field("n", 3)
      .Field("x", 0.1)
      .Field("big", std::numeric_limits<int64_t>::max())
      .Field("nan", std::numeric_limits<double>::quiet_NaN())
      .Field("yes", true)
      .Field("t", absl::FromUnixMillis(1715769000250));
  writer.Key("list").BeginArray().Int(1).BeginObject().EndObject().Null().EndArray();
  writer.EndObject();
  EXPECT_EQ(writer.text(),
            "{\"text\":\"a\\\"b\\\\\\n\\u0001\",\"n\":3,\"x\":0.1,\"big\":9223372036854775807,"
            "\"nan\":null,\"yes\":true,\"t\":\"2024-05-15T10:30:00.250Z\",\"list\":[1,{},null]}");
}

TEST(InstantTest, API6_TheFastFormAgreesWithTheSlowOne) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 20000; ++i) {
    const absl::Time time = absl::FromUnixMillis(
        std::uniform_int_distribution<int64_t>(-62'000'000'000'000, 253'000'000'000'000)(random));
    const std::string text = absl::FormatTime(
        i % 2 == 0 ? "%Y-%m-%dT%H:%M:%E3SZ" : "%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
    absl::Time read;
    ASSERT_TRUE(ParseInstant(text, read)) << text;
    ASSERT_EQ(read, time) << text;
  }
  absl::Time slow, fast;
  std::string problem;
  // Whatever stands at any place, both say the same.
  const std::string whole = "2024-02-29T23:59:59.125Z";
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const char c : std::string("09:.-TZ+ x5")) {
      std::string text = whole;
      text[at] = c;
      const bool ok = text[0] != '-' &&  // a year before 1
                      absl::ParseTime(absl::RFC3339_full, text, &slow, &problem);
      ASSERT_EQ(ParseInstant(text, fast), ok) << text;
      if (ok) {
        ASSERT_EQ(fast, slow) << text;
      }
    }
  }
  for (const char* text :
       {"", "Z", "2024-05-15T10:30:00", "2024-05-15T10:30:00Z", "2023-02-29T00:00:00Z",
        "2024-05-15T10:30:60Z", "2024-05-15T24:00:00Z", "2024-05-15T10:30:00+02:00",
        "2024-05-15T10:30:00.Z", "2024-05-15T10:30:00.1234567891Z", "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z"}) {
    const bool ok = absl::ParseTime(absl::RFC3339_full, text, &slow, &problem);
    EXPECT_EQ(ParseInstant(text, fast), ok) << text;
    if (ok) {
      EXPECT_EQ(fast, slow) << text;
    }
  }
}

TEST(InstantTest, WhatNoClockShowsIsNoInstant) {
  absl::Time time;
  for (const char* text : {"infinite-past", "infinite-future", "0000-12-31T23:59:59Z",
                           "10000-01-01T00:00:00Z", "-2024-05-15T10:30:00Z"}) {
    EXPECT_FALSE(ParseInstant(text, time)) << text;
  }
}

TEST(ReaderTest, API6_AReaderWithinAnotherLeavesItsTextAlone) {
  std::string_view outer;
  Reader reader;
  const absl::Status status = reader.Parse(R"(["outer text"])", [&](Value root) -> absl::Status {
    Array array(root);
    if (!array.Next()) return array.Finish();
    EVENKEEL_RETURN_IF_ERROR(array.value().Read(outer));
    EVENKEEL_RETURN_IF_ERROR(
        Reader().Parse(R"(["inner text"])", [](Value) { return absl::OkStatus(); }));
    EXPECT_EQ(outer, "outer text");
    while (array.Next()) continue;
    return array.Finish();
  });
  // The inner one was not read to its end, and says so.
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(outer, "outer text");
}

}  // namespace
}  // namespace evenkeel::json
