// The commands of captured sources: source, reconcile, where. Each asks the server that holds the
// city; where none runs, it calls the same handlers in a city that it opens.
#pragma once

#include "base/room.h"

namespace citybrain::cli {

Command source_command();
Command reconcile_command();
Command where_command();

}  // namespace citybrain::cli
