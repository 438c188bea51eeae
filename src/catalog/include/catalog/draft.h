// Draft: an entry proposed from a table of a source, with names, types, grades
// and checks that its columns suggest. A person looks it over before
// Catalog::put().
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"

namespace citybrain::catalog {

// A table as its source describes it; plain values, so that nobody's driver is
// named here.
struct TableShape {
  struct Column {
    std::string name;        // as in the source
    Type type = Type::text;  // nearest of ours
    int scale = 0;           // of decimal
    int length_max = 0;      // characters; 0 = not declared
    bool key = false;
    bool required = false;             // NOT NULL
    std::string comment = {};          // often the Chinese name
    std::vector<std::string> samples;  // some values, to recognise numbers of persons and firms
  };
  std::string name;
  std::string comment = {};
  std::vector<Column> columns;
};

struct DraftOptions {
  std::string department;        // short name
  std::string system;            // code, or ""
  std::string format_type = {};  // "PostgreSQL", "MariaDB", …
  std::string update_cycle = "实时";
};

// What is proposed, and why, for the person who decides.
struct Draft {
  Resource entry;
  struct Reason {
    std::string item;
    std::string text;  // "identity numbers in 20 of 20 samples: L3, check resident_id"
  };
  std::vector<Reason> reasons;
};

// The code and the official code are free ones. Share and open are 有条件 /
// 不予 until someone decides otherwise. invalid: no columns, more than
// items_max, an unknown department or system.
Result<Draft> draft_entry(const Catalog& catalog, const TableShape& table,
                          const DraftOptions& options);

inline constexpr std::size_t items_max = 1000;  // of one entry

}  // namespace citybrain::catalog
