// Command line flags of our programs: "--name value" or "--name=value", "--name" alone for
// switches. A wrong command line ends in one line that says what to fix.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

namespace evenkeel {

class Flags {
 public:
  // `summary` is the first line of the help: what the program does.
  Flags(std::string program, std::string summary);

  // `value` holds the default and must outlive this; `placeholder` names what to give ("FILE").
  Flags& Add(std::string name, std::string placeholder, std::string help, std::string* value);
  Flags& AddSwitch(std::string name, std::string help, bool* value);

  // Sets the values; returns what is not a flag. INVALID_ARGUMENT for an unknown flag or a missing
  // value, with the nearest known flag. "--help" sets help_asked().
  absl::StatusOr<std::vector<std::string>> Parse(int argc, const char* const* argv);

  bool help_asked() const { return help_asked_; }
  std::string Help() const;

 private:
  struct Flag {
    std::string name;
    std::string placeholder;  // empty: a switch
    std::string help;
    std::string* text = nullptr;
    bool* on = nullptr;
  };
  const Flag* Find(std::string_view name) const;

  std::string program_;
  std::string summary_;
  std::vector<Flag> flags_;
  bool help_asked_ = false;
};

// The entry of `known` nearest to `wrong` by edit distance, when it is near enough to have been
// meant; empty else.
std::string NearestName(std::string_view wrong, const std::vector<std::string>& known);

}  // namespace evenkeel
