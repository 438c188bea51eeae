// The command `audit`.
#pragma once

#include "base/room.h"

namespace citybrain::cli {

Command audit_command();

}  // namespace citybrain::cli
