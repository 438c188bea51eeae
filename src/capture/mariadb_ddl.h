// What a statement in the binlog means for captured tables: only as much of SQL as that needs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace citybrain::capture {

inline constexpr std::size_t statement_tables_max = 10'000;  // named by one statement

struct Statement {
  enum class Kind : std::uint8_t {
    other,  // nothing that touches rows of tables
    begin,
    commit,
    rollback,
    truncate,       // these tables are empty now (TRUNCATE, DROP TABLE, the old name of RENAME)
    drop_database,  // `database`: so are all of its tables
    alter,          // these tables may look different now
    replace,        // these tables hold other rows now, without row events
    rows,           // INSERT, UPDATE, … : rows changed by a statement, without row events
    xa,             // XA …: prepared and finished apart
  };
  struct Table {
    std::string database;
    std::string name;
    friend bool operator==(const Table&, const Table&) = default;
  };
  Kind kind = Kind::other;
  std::vector<Table> tables;
  std::vector<Table> replaced;  // beside `tables`: what kind `replace` says (RENAME's new names)
  std::string database;
  bool reshapes = false;  // of truncate: what comes under the name later may look different
};

// `database`: where names without one belong.
Statement read_statement(std::string_view sql, const std::string& database);

}  // namespace citybrain::capture
