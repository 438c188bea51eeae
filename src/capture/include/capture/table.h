// ForeignTable: a table of a foreign database, as that database describes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/schema.h"

namespace citybrain::capture {

struct ForeignColumn {
  std::string name;
  std::string type;        // as the database writes it: "numeric(12,2)", "varchar(40)"
  Field field;             // our type for it, under the same name; what has none of ours is text
  bool required = false;   // NOT NULL
  bool defaulted = false;  // rows from before it was added may have a value that no change told
  std::int64_t length_max = 0;  // characters of text; 0 = not declared
  std::string comment;
  friend bool operator==(const ForeignColumn&, const ForeignColumn&) = default;
};

struct ForeignTable {
  std::string schema;  // "public"; of MariaDB the database
  std::string name;
  std::vector<ForeignColumn> columns;  // those that are captured, in the table's order
  std::vector<std::string> key;        // columns that tell rows apart; of the primary key first
  std::string comment;
  std::int64_t rows_estimate = 0;
  std::int64_t bytes = 0;
  // Why it cannot be captured, with the remedy; "" = it can be.
  std::string obstacle;
  // What is worth knowing though it stops nothing: columns that are left out, and why.
  std::vector<std::string> notes;

  std::string full_name() const { return schema + "." + name; }
  std::optional<std::size_t> find(std::string_view column) const {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].name == column) return i;
    }
    return std::nullopt;
  }
  friend bool operator==(const ForeignTable&, const ForeignTable&) = default;
};

}  // namespace citybrain::capture
