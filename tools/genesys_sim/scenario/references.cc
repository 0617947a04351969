#include "tools/genesys_sim/scenario/references.h"

#include <absl/strings/str_cat.h>

#include <vector>

#include "common/base/flags.h"

namespace evenkeel::sim {

void References::Add(const std::string& name, YamlMap& map) {
  if (!positions_.emplace(name, count_++).second) map.Fail("name", "occurs twice");
}

int References::Find(const std::string& name, YamlMap& map, const std::string& key) const {
  const auto found = positions_.find(name);
  if (found != positions_.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& entry : positions_) known.push_back(entry.first);
  const std::string nearest = NearestName(name, known);
  map.Fail(key, absl::StrCat("there is no ", what_, " \"", name, "\"",
                             nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
  return 0;
}

}  // namespace evenkeel::sim
