// PostgreSQL's types in ours: which Field a column gets, and its text in the canonical form of
// RowText.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/schema.h"
#include "capture/row_text.h"

namespace citybrain::capture {

// A type by its number in pg_type, and the modifier that carries precision or length. Of a domain
// those of its base.
struct PgType {
  std::uint32_t oid = 0;
  std::int32_t modifier = -1;
  friend bool operator==(const PgType&, const PgType&) = default;
};

// What has no type of ours is text: floats (no double touches a record), money, times of day,
// intervals, arrays, json, enums, and numeric wider than 18 digits or without a scale.
Field pg_field(const std::string& name, PgType type);
// Characters of varchar(n) and char(n); 0 = not declared.
std::int64_t pg_length_max(PgType type);
// "numeric(12,2)", for types of the system; "type 16401" for others.
std::string pg_type_name(PgType type);
// Appends a value, as the server wrote it, in canonical form.
void add_canonical(PgType type, std::string_view text, RowText& row);

}  // namespace citybrain::capture
