// Writer of ordinary resources (permits, parking places, water levels …): each item is filled as
// its `demo` cell in city/items.csv says.
#pragma once

#include "demo_file.h"
#include "demo_world.h"

namespace citybrain::cli {

// Rows that the resource should have at the world's size; its keys may allow fewer.
std::int64_t ordinary_rows(const DemoWorld& world, const DemoResource& resource);
Result<void> write_ordinary(const DemoWorld& world, const DemoResource& resource, DemoFile& out);

}  // namespace citybrain::cli
