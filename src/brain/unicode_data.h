// The generated table's names: see unicode_data.cc and tools/unicode_tables.py.
#pragma once

namespace citybrain::brain {

extern const char* const unicode_categories;
extern const char* const unicode_lower;
extern const char* const unicode_upper;
extern const char* const unicode_upper_full;
extern const char* const unicode_blocks;

}  // namespace citybrain::brain
