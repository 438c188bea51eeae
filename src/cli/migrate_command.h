// The command `migrate`.
#pragma once

#include "base/room.h"

namespace citybrain::cli {

Command migrate_command();

}  // namespace citybrain::cli
