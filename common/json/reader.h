// Reads JSON in one forward pass over simdjson's on-demand parser (API-6). Every error names the
// path of the value ("$.entities[3].skills[0].proficiency"); nothing is guessed: a wrong type, a
// missing required field, a duplicate of a known key, an out-of-range number, bytes that are not
// UTF-8 and truncation are errors. Unknown keys are skipped.
//
//   absl::Status ReadSkill(json::Value value, Skill& skill) {
//     static constexpr std::array<std::string_view, 2> kKeys = {"id", "proficiency"};
//     json::Object object(value);
//     while (object.Next(kKeys)) {
//       switch (object.field()) {
//         case 0: EVENKEEL_RETURN_IF_ERROR(object.value().Read(skill.id)); break;
//         case 1: EVENKEEL_RETURN_IF_ERROR(object.value().Read(skill.proficiency)); break;
//       }
//     }
//     return object.Finish(/*required=*/{0});
//   }
//
// A Value can be read once, and only while it is the newest of its parent: that is how the parser
// works, and why this code is fast.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>
#include <simdjson.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace evenkeel::json {

// "2024-05-15T10:30:00.000Z", or any other RFC 3339 form. False: it is none.
bool ParseInstant(std::string_view text, absl::Time& out);

// Where a value stands; rendered only when an error needs it.
struct Frame {
  const Frame* parent = nullptr;
  std::string_view key;  // of the member being read, when `index` < 0
  int64_t index = -1;    // of the element being read
};

class Value {
 public:
  Value(simdjson::ondemand::value value, const Frame* frame) : value_(value), frame_(frame) {}

  bool IsNull();
  absl::Status Read(std::string& out);
  absl::Status Read(std::string_view& out);  // valid until the reader parses again
  absl::Status Read(bool& out);
  absl::Status Read(int64_t& out);  // an integer, or a number with no fraction such as 3.0
  absl::Status Read(double& out);   // finite
  // ISO-8601 with offset ("2024-05-15T10:30:00.000Z").
  absl::Status Read(absl::Time& out);
  // null leaves the optional empty.
  template <typename T>
  absl::Status Read(std::optional<T>& out) {
    out.reset();
    if (IsNull()) return absl::OkStatus();
    return Read(out.emplace());
  }

  // INVALID_ARGUMENT "<path>: <problem>".
  absl::Status Error(std::string_view problem) const;

 private:
  friend class Object;
  friend class Array;
  friend absl::Status Check(Value value);
  simdjson::ondemand::value value_;
  const Frame* frame_;
};

class Object {
 public:
  explicit Object(Value value);

  // Moves on to the next member whose key is in `keys` (at most 64). False at the end or on an
  // error, which Finish() then returns.
  bool Next(std::span<const std::string_view> keys);
  // Moves on to the next member whatever its key is. Do not mix with Next(keys).
  bool NextAny();

  int field() const { return field_; }  // index in `keys` of the current member
  std::string_view key() const { return frame_.key; }
  Value value() { return Value(current_, &frame_); }

  // The first error met; else an error that names the missing field when one of `required`
  // (indices) did not occur.
  absl::Status Finish(std::initializer_list<int> required = {});

 private:
  bool Fail(absl::Status status);
  bool Advance();

  Frame frame_;
  absl::Status status_;
  simdjson::ondemand::object_iterator at_, end_;
  simdjson::ondemand::object object_;
  simdjson::ondemand::value current_;
  std::span<const std::string_view> keys_;
  uint64_t seen_ = 0;
  int field_ = -1;
  bool started_ = false;
};

class Array {
 public:
  explicit Array(Value value);

  // False at the end or on an error, which Finish() then returns.
  bool Next();
  Value value() { return Value(current_, &frame_); }
  absl::Status Finish() { return status_; }

 private:
  Frame frame_;
  absl::Status status_;
  simdjson::ondemand::array_iterator at_, end_;
  simdjson::ondemand::array array_;
  simdjson::ondemand::value current_;
  bool started_ = false;
};

// Parses documents one after another. Not thread-safe; cheap enough to make one a call: the buffers
// of one that goes are kept for the next of its thread, unless they are large.
class Reader {
 public:
  Reader();
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Calls `read(json::Value)` -> absl::Status with the document's root, which must be an object or
  // an array, and checks that nothing follows it. INVALID_ARGUMENT on any fault.
  template <typename Read>
  absl::Status Parse(std::string_view text, Read read) {
    simdjson::ondemand::document document;
    simdjson::ondemand::value root;
    absl::Status status = Begin(text, document, root);
    if (!status.ok()) return status;
    status = read(Value(root, &root_));
    if (!status.ok()) return status;
    return End(document);
  }

 private:
  absl::Status Begin(std::string_view text, simdjson::ondemand::document& document,
                     simdjson::ondemand::value& root);
  absl::Status End(simdjson::ondemand::document& document);

  struct Buffers {
    simdjson::ondemand::parser parser;
    std::unique_ptr<char[]> text;  // with the padding that the parser reads beyond the end
    size_t capacity = 0;
  };
  static std::unique_ptr<Buffers>& Spare();  // of this thread

  std::unique_ptr<Buffers> buffers_;
  Frame root_;
};

}  // namespace evenkeel::json
