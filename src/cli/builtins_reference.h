// The reference of FEEL's built-in functions as Markdown, made of the table that the parser runs
// on.
#pragma once

#include <string>

#include "base/room.h"

namespace citybrain::cli {

// docs/reference/feel-builtins.md; a test says when that file is not this text.
std::string builtins_reference();
Command builtins_command();

}  // namespace citybrain::cli
