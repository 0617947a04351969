#include "tools/genesys_sim/scenario/yaml_reader.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <cmath>

#include "common/base/string_bridge.h"

namespace evenkeel::sim {
namespace {

std::optional<double> AsNumber(const YAML::Node& node) {
  double number = 0;
  if (!node.IsScalar() || !absl::SimpleAtod(node.Scalar(), &number) || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

YamlMap::YamlMap(const YAML::Node& node, std::string path, Violations& violations)
    : node_(node), path_(std::move(path)), violations_(violations), is_map_(node.IsMap()) {
  if (!is_map_) violations_.Add(path_.empty() ? "scenario" : path_, "must be a mapping");
}

YamlMap::~YamlMap() {
  if (!is_map_) return;
  std::set<std::string> seen;
  for (const auto& entry : node_) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
    if (!known_.contains(key)) Fail(key, "is no known key");
    if (!seen.insert(key).second) Fail(key, "occurs twice");
  }
}

YAML::Node YamlMap::Take(const char* key, bool required) {
  known_.insert(key);
  if (Has(key)) return node_[key];
  if (required && is_map_) Fail(key, "is missing");
  return YAML::Node(YAML::NodeType::Undefined);
}

std::string YamlMap::Text(const char* key) {
  const YAML::Node node = Take(key, true);
  if (!node.IsDefined()) return "";
  if (!node.IsScalar() || node.Scalar().empty()) {
    Fail(key, "must be a text");
    return "";
  }
  return node.Scalar();
}

std::string YamlMap::Text(const char* key, const std::string& fallback) {
  known_.insert(key);
  return Has(key) ? Text(key) : fallback;
}

absl::Duration YamlMap::Duration(const char* key) {
  const YAML::Node node = Take(key, true);
  absl::Duration span;
  if (node.IsDefined() && (!node.IsScalar() || !absl::ParseDuration(node.Scalar(), &span) ||
                           absl::AbsDuration(span) == absl::InfiniteDuration())) {
    Fail(key, "must be a duration such as 15s, 10m or 4h");
    return absl::ZeroDuration();
  }
  return span;
}

absl::Duration YamlMap::Duration(const char* key, absl::Duration fallback) {
  known_.insert(key);
  return Has(key) ? Duration(key) : fallback;
}

double YamlMap::Number(const char* key) {
  const YAML::Node node = Take(key, true);
  if (!node.IsDefined()) return 0;
  const std::optional<double> number = AsNumber(node);
  if (!number) Fail(key, "must be a number");
  return number.value_or(0);
}

double YamlMap::Number(const char* key, double fallback) {
  known_.insert(key);
  return Has(key) ? Number(key) : fallback;
}

std::optional<int64_t> YamlMap::Integer(const char* key) {
  const YAML::Node node = Take(key, false);
  if (!node.IsDefined()) return std::nullopt;
  int64_t number = 0;
  if (!node.IsScalar() || !absl::SimpleAtoi(node.Scalar(), &number)) {
    Fail(key, "must be a whole number");
    return std::nullopt;
  }
  return number;
}

int YamlMap::SmallInteger(const char* key, int fallback) {
  const int64_t number = Integer(key).value_or(fallback);
  if (std::abs(number) <= 1'000'000'000) return static_cast<int>(number);
  Fail(key, "must be -1e9 to 1e9");
  return fallback;
}

bool YamlMap::Flag(const char* key, bool fallback) {
  const YAML::Node node = Take(key, false);
  if (!node.IsDefined()) return fallback;
  const std::string text = node.IsScalar() ? node.Scalar() : "";
  if (text != "true" && text != "false") Fail(key, "must be true or false");
  return text == "true";
}

size_t YamlMap::ChoiceOf(const char* key, const std::string_view* names, size_t count,
                         size_t fallback) {
  const YAML::Node node = Take(key, false);
  if (!node.IsDefined()) return fallback;
  const std::string text = node.IsScalar() ? node.Scalar() : "";
  std::string all;
  for (size_t i = 0; i < count; ++i) {
    if (names[i] == text) return i;
    absl::StrAppend(&all, i == 0 ? "" : (i + 1 == count ? " or " : ", "), ToAbsl(names[i]));
  }
  Fail(key, "must be " + all);
  return fallback;
}

std::vector<int64_t> YamlMap::Integers(const char* key) {
  std::vector<int64_t> whole;
  const std::vector<double> numbers = Numbers(key);
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] != std::floor(numbers[i]) || std::abs(numbers[i]) > 1e15) {
      Fail(absl::StrCat(key, "[", i, "]"), "must be a whole number");
    }
    whole.push_back(static_cast<int64_t>(numbers[i]));
  }
  return whole;
}

std::vector<absl::Duration> YamlMap::Durations(const char* key) {
  std::vector<absl::Duration> spans;
  const std::vector<std::string> texts = Texts(key);
  for (size_t i = 0; i < texts.size(); ++i) {
    absl::Duration& span = spans.emplace_back();
    if (!absl::ParseDuration(texts[i], &span) ||
        absl::AbsDuration(span) == absl::InfiniteDuration()) {
      Fail(absl::StrCat(key, "[", i, "]"), "must be a duration such as 15s, 10m or 4h");
    }
  }
  return spans;
}

std::vector<std::string> YamlMap::Texts(const char* key) {
  std::vector<std::string> texts;
  const YAML::Node node = Take(key, false);
  if (!node.IsDefined()) return texts;
  if (!node.IsSequence()) {
    Fail(key, "must be a list of texts");
    return texts;
  }
  for (size_t i = 0; i < node.size(); ++i) {
    if (node[i].IsScalar()) {
      texts.push_back(node[i].Scalar());
    } else {
      Fail(absl::StrCat(key, "[", i, "]"), "must be a text");
    }
  }
  return texts;
}

std::vector<double> YamlMap::Numbers(const char* key) {
  std::vector<double> numbers;
  const YAML::Node node = Take(key, true);
  if (!node.IsDefined()) return numbers;
  if (!node.IsSequence() || node.size() == 0) {
    Fail(key, "must be a list of numbers");
    return numbers;
  }
  for (size_t i = 0; i < node.size(); ++i) {
    const std::optional<double> number = AsNumber(node[i]);
    if (!number) Fail(absl::StrCat(key, "[", i, "]"), "must be a number");
    numbers.push_back(number.value_or(0));
  }
  return numbers;
}

void YamlMap::Map(const char* key, const std::function<void(YamlMap&)>& read) {
  const YAML::Node node = Take(key, true);
  if (!node.IsDefined()) return;
  YamlMap map(node, PathOf(key), violations_);
  if (map.is_map_) read(map);
}

void YamlMap::Maps(const char* key, const std::function<void(YamlMap&)>& read) {
  const YAML::Node node = Take(key, false);
  if (!node.IsDefined()) return;
  if (!node.IsSequence()) return Fail(key, "must be a list");
  for (size_t i = 0; i < node.size(); ++i) {
    YamlMap map(node[i], absl::StrCat(PathOf(key), "[", i, "]"), violations_);
    if (map.is_map_) read(map);
  }
}

}  // namespace evenkeel::sim
