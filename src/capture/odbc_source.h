// The source "odbc": any database with an ODBC driver (Oracle, SQL Server, DM, Kingbase …), pulled.
#pragma once

#include <memory>

#include "capture/capture.h"

namespace citybrain::capture {

// Errors: invalid, with the keyword of the address that is wrong.
Result<std::unique_ptr<Source>> open_odbc(Settings settings);

}  // namespace citybrain::capture
