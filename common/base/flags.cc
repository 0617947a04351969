#include "common/base/flags.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <utility>

#include "common/base/string_bridge.h"

namespace evenkeel {
namespace {

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string NearestName(std::string_view wrong, const std::vector<std::string>& known) {
  const auto best = std::min_element(known.begin(), known.end(), [&](const auto& a, const auto& b) {
    return EditDistance(wrong, a) < EditDistance(wrong, b);
  });
  return best != known.end() && EditDistance(wrong, *best) <= 2 ? *best : std::string();
}

Flags::Flags(std::string program, std::string summary)
    : program_(std::move(program)), summary_(std::move(summary)) {}

Flags& Flags::Add(std::string name, std::string placeholder, std::string help, std::string* value) {
  flags_.push_back({std::move(name), std::move(placeholder), std::move(help), value, nullptr});
  return *this;
}

Flags& Flags::AddSwitch(std::string name, std::string help, bool* value) {
  flags_.push_back({std::move(name), "", std::move(help), nullptr, value});
  return *this;
}

const Flags::Flag* Flags::Find(std::string_view name) const {
  for (const Flag& flag : flags_) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

absl::StatusOr<std::vector<std::string>> Flags::Parse(int argc, const char* const* argv) {
  std::vector<std::string> rest;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with("--")) {
      rest.emplace_back(argument);
      continue;
    }
    const size_t equals = argument.find('=');
    const std::string name(
        argument.substr(2, equals == std::string_view::npos ? equals : equals - 2));
    if (name == "help") {
      help_asked_ = true;
      continue;
    }
    const Flag* flag = Find(name);
    if (flag == nullptr) {
      std::vector<std::string> known = {"help"};
      for (const Flag& candidate : flags_) known.push_back(candidate.name);
      const std::string meant = NearestName(name, known);
      return absl::InvalidArgumentError(
          absl::StrCat("unknown flag --", name,
                       meant.empty() ? "; --help lists the flags"
                                     : absl::StrCat("; did you mean --", meant, "?")));
    }
    if (flag->on != nullptr) {
      if (equals != std::string_view::npos) {
        return absl::InvalidArgumentError(absl::StrCat("flag --", name, " takes no value"));
      }
      *flag->on = true;
    } else if (equals != std::string_view::npos) {
      *flag->text = std::string(argument.substr(equals + 1));
    } else if (i + 1 < argc) {
      *flag->text = argv[++i];
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("flag --", name, " needs a value: --", name, " ", flag->placeholder));
    }
  }
  return rest;
}

std::string Flags::Help() const {
  std::string help = absl::StrCat(program_, ": ", summary_, "\n");
  for (const Flag& flag : flags_) {
    const std::string left =
        absl::StrCat("--", flag.name, flag.placeholder.empty() ? "" : " ", flag.placeholder);
    absl::StrAppend(&help, absl::StrFormat("  %-28s %s", left, flag.help));
    if (flag.text != nullptr && !flag.text->empty()) {
      absl::StrAppend(&help, " (default ", *flag.text, ")");
    }
    absl::StrAppend(&help, "\n");
  }
  return help;
}

}  // namespace evenkeel
