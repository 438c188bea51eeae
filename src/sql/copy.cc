// copy: two stores are read by pages of the same keys, and differences written. See sql/copy.h.
#include "sql/copy.h"

#include <unordered_map>

#include "base/ids.h"

namespace citybrain::sql {
namespace {

constexpr std::size_t page_rows = 2'000;
constexpr std::string_view of_a_process = "sql_lead";

struct Column {
  std::string name;
  bool bytes = false;
  bool text = false;
};

struct Table {
  std::string name;
  std::vector<Column> columns;  // those of the key first
  std::size_t key_columns = 0;
};

// Name, column, type, place in the key (0 = none), in that order.
constexpr std::string_view sqlite_tables =
    "SELECT m.name, c.name, c.type, c.pk FROM sqlite_master m, pragma_table_info(m.name) c "
    "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' "
    "ORDER BY m.name, c.pk = 0, c.pk, c.name";
constexpr std::string_view postgres_tables =
    "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), "
    "COALESCE(array_position(i.indkey::smallint[], a.attnum) + 1, 0)::bigint AS pk "
    "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
    "AND NOT a.attisdropped LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary "
    "WHERE c.relkind = 'r' AND c.relnamespace = "
    "(SELECT oid FROM pg_namespace WHERE nspname = current_schema()) "
    "ORDER BY c.relname::text COLLATE \"C\", "
    "COALESCE(array_position(i.indkey::smallint[], a.attnum) + 1, 0) = 0, 4, "
    "a.attname::text COLLATE \"C\"";

Result<std::vector<Table>> tables_of(Db& db) {
  const bool sqlite = db.engine() == Engine::sqlite;
  CB_TRY(const Rows rows,
         db.read([&](Session& s) { return s.query(sqlite ? sqlite_tables : postgres_tables); }));
  std::vector<Table> tables;
  for (const Row& row : rows) {
    if (row.text(0) == of_a_process) continue;
    if (tables.empty() || tables.back().name != row.text(0)) tables.push_back({row.text(0), {}, 0});
    Table& table = tables.back();
    const std::string& type = row.text(2);
    table.columns.push_back(
        {row.text(1), type == "bytea" || type == "BYTEA", type == "text" || type == "TEXT"});
    table.key_columns += row.integer(3) > 0 ? 1 : 0;
  }
  for (const Table& table : tables) {
    if (table.key_columns == 0) return internal("table " + table.name + " has no primary key");
  }
  return tables;
}

std::string list(const Table& table, std::size_t count, const std::string& after_text = "") {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += (i > 0 ? ", " : "") + table.columns[i].name;
    if (table.columns[i].text) out += after_text;
  }
  return out;
}

std::string marks(std::size_t first, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += (i > 0 ? ", $" : "$") + std::to_string(first + i);
  }
  return out;
}

Params params_of(const Table& table, Row& row, std::size_t count) {
  Params out;
  for (std::size_t i = 0; i < count; ++i) {
    Row::Value& value = row.values()[i];
    if (auto* number = std::get_if<std::int64_t>(&value)) {
      out.emplace_back(*number);
    } else if (auto* text = std::get_if<std::string>(&value)) {
      if (table.columns[i].bytes) {
        out.emplace_back(Blob{*text});
      } else {
        out.emplace_back(*text);
      }
    } else {
      out.emplace_back();
    }
  }
  return out;
}

// Values with their lengths: no two different rows have the same.
void append_value(std::string& out, const Row::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    out += 'i' + std::to_string(*number) + ';';
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    out += 't' + std::to_string(text->size()) + ':' + *text;
  } else {
    out += 'n';
  }
}

std::string as_text(Row& row, std::size_t from, std::size_t to) {
  std::string out;
  for (std::size_t i = from; i < to; ++i) append_value(out, row.values()[i]);
  return out;
}

// Rows of keys above `after` (empty = from the beginning) in the order of the key: at most
// page_rows, or where `last` is not empty all up to it.
Result<Rows> page(Db& db, const Table& table, const Params& after, const Params& last) {
  // Both engines then order text by its bytes.
  const std::string bytewise = db.engine() == Engine::postgres ? " COLLATE \"C\"" : "";
  const std::string key = list(table, table.key_columns, bytewise);
  std::string sql = "SELECT " + list(table, table.columns.size()) + " FROM " + table.name;
  Params params = after;
  if (!after.empty()) sql += " WHERE (" + key + ") > (" + marks(1, after.size()) + ")";
  if (!last.empty()) {
    sql += (after.empty() ? " WHERE (" : " AND (") + key + ") <= (" +
           marks(after.size() + 1, last.size()) + ")";
    params.insert(params.end(), last.begin(), last.end());
  }
  sql += " ORDER BY " + key;
  if (last.empty()) sql += " LIMIT " + std::to_string(page_rows);
  return db.read([&](Session& s) { return s.query(sql, params); });
}

struct Difference {
  std::vector<Params> wrong;    // keys to delete
  std::vector<Params> missing;  // rows to insert
};

Difference difference(const Table& table, Rows& ours, Rows& theirs) {
  Difference out;
  std::unordered_map<std::string, Row*> have;
  for (Row& row : theirs) have.emplace(as_text(row, 0, table.key_columns), &row);
  const std::size_t width = table.columns.size();
  for (Row& row : ours) {
    const auto found = have.find(as_text(row, 0, table.key_columns));
    const bool there = found != have.end();
    const bool same = there && as_text(row, table.key_columns, width) ==
                                   as_text(*found->second, table.key_columns, width);
    if (!same) out.missing.push_back(params_of(table, row, width));
    if (same) have.erase(found);
  }
  for (auto& [key, row] : have) out.wrong.push_back(params_of(table, *row, table.key_columns));
  return out;
}

Result<void> mend(Db& to, const Table& table, const Difference& difference) {
  std::string where;
  for (std::size_t i = 0; i < table.key_columns; ++i) {
    where += (i > 0 ? " AND " : "") + table.columns[i].name + " = $" + std::to_string(i + 1);
  }
  const std::size_t width = table.columns.size();
  return to.write([&](Tx& tx) -> Result<void> {
    CB_DO(tx.exec_many("DELETE FROM " + table.name + " WHERE " + where, difference.wrong));
    CB_DO(tx.exec_many("INSERT INTO " + table.name + " (" + list(table, width) + ") VALUES (" +
                           marks(1, width) + ")",
                       difference.missing));
    return ok();
  });
}

Result<CopiedTable> copy_table(Db& from, Db& to, const Table& table) {
  CopiedTable done;
  done.name = table.name;
  Params after;
  for (;;) {
    CB_TRY(Rows ours, page(from, table, after, {}));
    const bool end = ours.size() < page_rows;
    Params last;
    if (!end) last = params_of(table, ours.back(), table.key_columns);
    Rows theirs;
    if (end) {  // and all that `to` has beyond
      Params beyond = after;
      for (;;) {
        CB_TRY(Rows some, page(to, table, beyond, {}));
        const bool whole = some.size() < page_rows;
        if (!some.empty()) beyond = params_of(table, some.back(), table.key_columns);
        for (Row& row : some) theirs.push_back(std::move(row));
        if (whole) break;
      }
    } else {
      CB_TRY(theirs, page(to, table, after, last));
    }
    const Difference differs = difference(table, ours, theirs);
    if (!differs.wrong.empty() || !differs.missing.empty()) CB_DO(mend(to, table, differs));
    done.rows += static_cast<std::int64_t>(ours.size());
    done.written += static_cast<std::int64_t>(differs.missing.size());
    done.removed += static_cast<std::int64_t>(differs.wrong.size());
    if (end) return done;
    after = last;
  }
}

Result<Rows> migrations_of(Db& db) {
  return db.read([](Session& s) {
    return s.query(
        "SELECT room || ' ' || number || ' ' || name FROM sql_migration ORDER BY room, number");
  });
}

Result<void> same_migrations(Db& from, Db& to) {
  CB_TRY(const Rows ours, migrations_of(from));
  CB_TRY(const Rows theirs, migrations_of(to));
  for (std::size_t i = 0; i < std::max(ours.size(), theirs.size()); ++i) {
    const std::string our = i < ours.size() ? ours[i].text(0) : "none";
    const std::string their = i < theirs.size() ? theirs[i].text(0) : "none";
    if (our != their) {
      return conflict("the stores are of different versions: one has run '" + our +
                      "' where the other has '" + their + "'; open both with this program first");
    }
  }
  return ok();
}

}  // namespace

Result<std::vector<CopiedTable>> copy(Db& from, Db& to, const CopyProgress& progress) {
  CB_DO(same_migrations(from, to));
  CB_TRY(const std::vector<Table> tables, tables_of(from));
  std::vector<CopiedTable> done;
  for (const Table& table : tables) {
    CB_TRY(CopiedTable copied, copy_table(from, to, table));
    progress(copied);
    done.push_back(std::move(copied));
  }
  return done;
}

Result<std::vector<Content>> contents(Db& db) {
  CB_TRY(const std::vector<Table> tables, tables_of(db));
  std::vector<Content> out;
  for (const Table& table : tables) {
    Content content{table.name, 0, ""};
    Params after;
    for (bool end = false; !end;) {
      CB_TRY(Rows rows, page(db, table, after, {}));
      std::string text = content.digest;  // a chain over the pages
      for (Row& row : rows) text += as_text(row, 0, table.columns.size());
      content.digest = to_hex(sha256(text));
      content.rows += static_cast<std::int64_t>(rows.size());
      end = rows.size() < page_rows;
      if (!end) after = params_of(table, rows.back(), table.key_columns);
    }
    out.push_back(std::move(content));
  }
  return out;
}

}  // namespace citybrain::sql
