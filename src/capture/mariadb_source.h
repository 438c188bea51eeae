// The source "mariadb": a MariaDB (10.2 and later) or MySQL (5.7 and later, with GTIDs) server.
#pragma once

#include <memory>

#include "capture/capture.h"

namespace citybrain::capture {

// Errors: invalid, with the keyword of the address that is wrong.
Result<std::unique_ptr<Source>> open_mariadb(Settings settings);

}  // namespace citybrain::capture
