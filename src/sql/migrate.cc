// Runs migrations once each and remembers them. See sql/migrate.h.
#include "sql/migrate.h"

#include "base/ids.h"

namespace citybrain::sql {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

// The same tables in SQLite's best form.
std::string for_sqlite(std::string sql) {
  replace_all(sql, "BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY");
  constexpr std::string_view mark = "/*sqlite ";
  for (std::size_t at = 0; (at = sql.find(mark, at)) != std::string::npos;) {
    const std::size_t end = sql.find("*/", at);
    if (end == std::string::npos) break;
    sql.replace(end, 2, "");
    sql.replace(at, mark.size(), "");
  }
  return sql;
}

struct Ran {
  std::string name;
  std::string digest;
};

Result<std::vector<Ran>> already_ran(Db& db, std::string_view room) {
  return db.read([&](Session& s) -> Result<std::vector<Ran>> {
    CB_TRY(const Rows rows, s.query("SELECT number, name, digest FROM sql_migration "
                                    "WHERE room = $1 ORDER BY number",
                                    {room}));
    std::vector<Ran> ran;
    for (const Row& row : rows) {
      if (row.integer(0) != static_cast<std::int64_t>(ran.size()) + 1) {
        return corrupt("migration " + std::to_string(ran.size() + 1) + " of " + std::string(room) +
                       " is missing in sql_migration");
      }
      ran.push_back({row.text(1), row.text(2)});
    }
    return ran;
  });
}

}  // namespace

Result<void> migrate(Db& db, std::string_view room, const std::vector<Migration>& migrations) {
  CB_DO(db.write([&](Tx& tx) -> Result<void> {
    return tx.script(
        "CREATE TABLE IF NOT EXISTS sql_migration (room TEXT NOT NULL, number BIGINT "
        "NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, "
        "PRIMARY KEY (room, number))");
  }));
  CB_TRY(const std::vector<Ran> ran, already_ran(db, room));
  const std::string of_room = " of room " + std::string(room);
  if (ran.size() > migrations.size()) {
    return conflict("the store has run " + std::to_string(ran.size()) + " migrations" + of_room +
                    ", this program knows " + std::to_string(migrations.size()) +
                    "; start the newer program");
  }
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    const Migration& m = migrations[i];
    const std::string digest = to_hex(sha256(m.sql));
    if (m.number != static_cast<int>(i) + 1) {
      return conflict("migration " + std::to_string(m.number) + of_room + " should have number " +
                      std::to_string(i + 1));
    }
    if (i < ran.size()) {
      if (ran[i].digest == digest) continue;
      return conflict("migration " + std::to_string(m.number) + " (" + m.name + ")" + of_room +
                      " changed after it ran; add a new one");
    }
    const std::string script = db.engine() == Engine::sqlite ? for_sqlite(m.sql) : m.sql;
    CB_DO(db.write([&](Tx& tx) -> Result<void> {
      CB_DO(tx.script(script));
      CB_DO(
          tx.exec("INSERT INTO sql_migration (room, number, name, digest) VALUES ($1, $2, $3, $4)",
                  {room, m.number, m.name, digest}));
      return ok();
    }));
  }
  return ok();
}

}  // namespace citybrain::sql
