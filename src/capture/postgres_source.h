// A foreign PostgreSQL as a source.
#pragma once

#include <memory>

#include "capture/capture.h"

namespace citybrain::capture {

Result<std::unique_ptr<Source>> open_postgres(Settings settings);

}  // namespace citybrain::capture
