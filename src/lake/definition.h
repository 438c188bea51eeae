// Definitions of resources: as text, and what may change in them; and the checks of a landing that
// both forms share.
#pragma once

#include <string>
#include <string_view>

#include "lake/lake.h"

namespace citybrain::lake {

std::string schema_to_text(const Schema& schema);
Result<Schema> schema_from_text(std::string_view text);

// Is this a resource at all: code, fields, key? Invalid says what is wrong.
Result<void> check_resource(const Resource& resource);
// May `next` follow `old`? Only fields at the end may be new; else conflict.
Result<void> check_change(const Resource& old, const Resource& next);
// Does a batch, with these ops, fit the resource?
Result<void> check_batch(const Resource& resource, const Landing& landing, const Batch& batch);
// Conflict where landing.from is set and is not the stored position.
Result<void> check_from(const Landing& landing, std::string_view stored);
Error other_resource(const Landing& landing);

}  // namespace citybrain::lake
