// Commands over decision models: decide, check, simulate.
#pragma once

#include "base/room.h"

namespace citybrain::cli {

Command decide_command();
Command check_command();
Command simulate_command();

}  // namespace citybrain::cli
