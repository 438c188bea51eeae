// copy_file: copies a file that this process holds locked.
#pragma once

#include <string>

#include "base/result.h"

namespace citybrain::lake {

// Copies and syncs `from` to `to` (by way of `to`.part) in a child process: closing any descriptor
// of a file drops all POSIX locks that a process has on it, and DuckDB's lock must stay.
Result<void> copy_file(const std::string& from, const std::string& to);

}  // namespace citybrain::lake
