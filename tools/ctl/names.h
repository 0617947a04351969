// Names for people, where ingest tells them.
#pragma once

#include <map>
#include <string>

#include "tools/ctl/context.h"

namespace evenkeel::ctl {

// By queue id; empty when ingest does not answer.
std::map<std::string, std::string> QueueNames(const Context& context);

// The name, or the id where there is none.
std::string NameOf(const std::map<std::string, std::string>& names, const std::string& id);

}  // namespace evenkeel::ctl
