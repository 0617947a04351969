// Reads YAML strictly: each problem is noted with its path, and a key that nobody asked for is one.
#pragma once

#include <absl/time/time.h>
#include <yaml-cpp/yaml.h>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error_details.h"

namespace evenkeel::sim {

// One mapping. What is missing or wrong is noted, and reads as the fallback. Unknown keys are noted
// when the reader goes.
class YamlMap {
 public:
  YamlMap(const YAML::Node& node, std::string path, Violations& violations);
  ~YamlMap();
  YamlMap(const YamlMap&) = delete;
  YamlMap& operator=(const YamlMap&) = delete;

  // Another reader's key.
  void Leave(const char* key) { known_.insert(key); }
  bool Has(const char* key) const { return is_map_ && node_[key].IsDefined(); }

  std::string Text(const char* key);  // required
  std::string Text(const char* key, const std::string& fallback);
  absl::Duration Duration(const char* key);
  absl::Duration Duration(const char* key, absl::Duration fallback);
  double Number(const char* key);
  double Number(const char* key, double fallback);
  std::optional<int64_t> Integer(const char* key);
  int SmallInteger(const char* key, int fallback);  // -1e9 to 1e9
  bool Flag(const char* key, bool fallback);        // true or false
  // One of `names`, by its position, which is that of `fallback` when absent.
  template <typename Enum, size_t kCount>
  Enum Choice(const char* key, const std::string_view (&names)[kCount], Enum fallback) {
    return static_cast<Enum>(ChoiceOf(key, names, kCount, static_cast<size_t>(fallback)));
  }
  std::vector<std::string> Texts(const char* key);         // empty when absent
  std::vector<double> Numbers(const char* key);            // required
  std::vector<int64_t> Integers(const char* key);          // required
  std::vector<absl::Duration> Durations(const char* key);  // empty when absent
  // The mapping under `key`, which must be there.
  void Map(const char* key, const std::function<void(YamlMap&)>& read);
  // Each mapping of the list under `key`; none when absent.
  void Maps(const char* key, const std::function<void(YamlMap&)>& read);

  void Fail(const std::string& key, std::string problem) {
    violations_.Add(PathOf(key), std::move(problem));
  }
  std::string PathOf(const std::string& key) const {
    return path_.empty() ? key : path_ + "." + key;
  }

 private:
  size_t ChoiceOf(const char* key, const std::string_view* names, size_t count, size_t fallback);
  // The node under `key`; undefined when absent, which is noted if it is required.
  YAML::Node Take(const char* key, bool required);

  const YAML::Node node_;
  const std::string path_;
  Violations& violations_;
  const bool is_map_;
  std::set<std::string> known_;
};

}  // namespace evenkeel::sim
