// The names by which a scenario's parts refer to one another.
#pragma once

#include <map>
#include <string>

#include "tools/genesys_sim/scenario/yaml_reader.h"

namespace evenkeel::sim {

class References {
 public:
  explicit References(const char* what) : what_(what) {}

  // Knows the item `name`, the next one of its list; a name that occurs twice is noted.
  void Add(const std::string& name, YamlMap& map);
  // The position of `name`; 0, with a note at `key`, when there is none.
  int Find(const std::string& name, YamlMap& map, const std::string& key) const;
  // Of what stands under `key`, which is required.
  int Read(YamlMap& map, const char* key) const { return Find(map.Text(key), map, key); }

 private:
  const char* what_;
  std::map<std::string, int> positions_;
  int count_ = 0;
};

}  // namespace evenkeel::sim
