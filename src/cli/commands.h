// The program's commands.
#pragma once

#include <string>
#include <vector>

#include "base/room.h"

namespace citybrain::cli {

// All commands, in the order in which help shows them.
std::vector<Command> commands();

// Runs words[0] with the rest; no words, "help" or "--help" print the commands.
Result<void> run_command(const std::vector<std::string>& words);

}  // namespace citybrain::cli
