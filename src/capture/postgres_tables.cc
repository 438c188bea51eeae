// Introspection: see postgres_tables.h.
#include "postgres_tables.h"

#include <algorithm>

#include "base/text.h"

namespace citybrain::capture {
namespace {

constexpr std::size_t tables_max = 20'000;

struct Found {
  ForeignTable table;
  char identity = 'd';
  bool persistent = true;
  std::map<std::string, bool> required;
};

std::int64_t integer(const PgAnswer& answer, int row, int column) {
  return parse_int(pg_text(answer, row, column)).value_or(0);
}

Result<std::map<std::string, Found>> read_tables(const PgLink& link) {
  CB_TRY(const PgAnswer answer,
         link.run("SELECT c.oid, n.nspname, c.relname, c.relreplident, c.relpersistence,"
                  " greatest(c.reltuples, 0)::bigint, pg_total_relation_size(c.oid),"
                  " obj_description(c.oid, 'pg_class')"
                  " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                  " WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition"
                  " AND c.relpersistence <> 't' AND n.nspname <> 'information_schema'"
                  " AND n.nspname NOT LIKE 'pg\\_%' ORDER BY n.nspname, c.relname LIMIT " +
                  std::to_string(tables_max + 1)));
  const int rows = PQntuples(answer.get());
  if (static_cast<std::size_t>(rows) > tables_max) {
    return exhausted("more than " + std::to_string(tables_max) +
                     " tables; use an account that sees only those to be captured");
  }
  std::map<std::string, Found> out;
  for (int i = 0; i < rows; ++i) {
    Found found;
    found.table.schema = pg_text(answer, i, 1);
    found.table.name = pg_text(answer, i, 2);
    found.identity = pg_text(answer, i, 3)[0];
    found.persistent = pg_text(answer, i, 4) == "p";
    found.table.rows_estimate = integer(answer, i, 5);
    found.table.bytes = integer(answer, i, 6);
    found.table.comment = pg_text(answer, i, 7);
    out.emplace(std::string(pg_text(answer, i, 0)), std::move(found));
  }
  return out;
}

Result<void> read_columns(const PgLink& link, std::map<std::string, Found>& tables) {
  CB_TRY(const auto domains, pg_domains(link));
  CB_TRY(const PgAnswer answer,
         link.run("SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), a.atttypid,"
                  " a.atttypmod, a.attnotnull, a.attgenerated, col_description(a.attrelid, "
                  "a.attnum), a.atthasmissing"
                  " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
                  " WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"
                  " ORDER BY a.attrelid, a.attnum"));
  for (int i = 0; i < PQntuples(answer.get()); ++i) {
    const auto found = tables.find(std::string(pg_text(answer, i, 0)));
    if (found == tables.end()) continue;
    ForeignColumn column;
    column.name = pg_text(answer, i, 1);
    column.type = pg_text(answer, i, 2);
    PgType type{static_cast<std::uint32_t>(integer(answer, i, 3)),
                static_cast<std::int32_t>(integer(answer, i, 4))};
    if (const auto domain = domains.find(type.oid); domain != domains.end()) type = domain->second;
    column.field = pg_field(column.name, type);
    column.length_max = pg_length_max(type);
    column.required = pg_text(answer, i, 5) == "t";
    column.comment = pg_text(answer, i, 7);
    column.defaulted = pg_text(answer, i, 8) == "t";
    if (!pg_text(answer, i, 6).empty()) {
      found->second.table.notes.push_back("column '" + column.name +
                                          "' is computed by PostgreSQL, which does not send it");
      continue;
    }
    found->second.required[column.name] = column.required;
    found->second.table.columns.push_back(std::move(column));
  }
  return ok();
}

struct Index {
  bool primary = false;
  bool identity = false;
  std::vector<std::string> columns;
};

Result<std::map<std::string, std::vector<Index>>> read_indexes(const PgLink& link) {
  CB_TRY(const PgAnswer answer,
         link.run("SELECT i.indrelid, i.indexrelid, i.indisprimary, i.indisreplident, a.attname"
                  " FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid,"
                  " LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, n)"
                  " JOIN pg_attribute a ON true"
                  " WHERE a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.n <= i.indnkeyatts"
                  " AND c.relkind IN ('r', 'p') AND i.indisunique AND i.indimmediate"
                  " AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL"
                  " ORDER BY i.indrelid, i.indisprimary DESC, i.indexrelid, k.n"));
  std::map<std::string, std::vector<Index>> out;
  std::string last;
  for (int i = 0; i < PQntuples(answer.get()); ++i) {
    auto& indexes = out[std::string(pg_text(answer, i, 0))];
    const std::string number(pg_text(answer, i, 1));
    if (number != last) {
      indexes.push_back({pg_text(answer, i, 2) == "t", pg_text(answer, i, 3) == "t", {}});
    }
    last = number;
    indexes.back().columns.emplace_back(pg_text(answer, i, 4));
  }
  return out;
}

// The key is what PostgreSQL sends of a row that goes; with REPLICA IDENTITY FULL any unique index.
void choose_key(Found& found, const std::vector<Index>& indexes) {
  const auto all_required = [&](const Index& index) {
    return std::all_of(index.columns.begin(), index.columns.end(),
                       [&](const std::string& name) { return found.required[name]; });
  };
  for (const Index& index : indexes) {
    const bool fits = found.identity == 'i'   ? index.identity
                      : found.identity == 'd' ? index.primary
                                              : all_required(index);
    if (!fits || !found.table.key.empty()) continue;
    found.table.key = index.columns;
  }
  const std::string alter = "ALTER TABLE " + pg_table_name(found.table) + " ";
  if (!found.persistent) {
    found.table.obstacle = "it is UNLOGGED, so its changes are in no log; " + alter + "SET LOGGED";
  } else if (found.identity == 'n') {
    found.table.obstacle = "its REPLICA IDENTITY is NOTHING; " + alter + "REPLICA IDENTITY DEFAULT";
  } else if (found.table.key.empty()) {
    found.table.obstacle =
        "it has no primary key; add one, or a unique index over NOT NULL columns and " + alter +
        "REPLICA IDENTITY USING INDEX …";
  }
}

}  // namespace

std::string pg_table_name(const ForeignTable& table) {
  return pg_name(table.schema) + "." + pg_name(table.name);
}

Result<std::map<std::uint32_t, PgType>> pg_domains(const PgLink& link) {
  CB_TRY(const PgAnswer answer,
         link.run("WITH RECURSIVE d(oid, base, modifier) AS ("
                  " SELECT oid, typbasetype, typtypmod FROM pg_type WHERE typtype = 'd'"
                  " UNION ALL SELECT d.oid, t.typbasetype,"
                  " CASE WHEN d.modifier >= 0 THEN d.modifier ELSE t.typtypmod END"
                  " FROM d JOIN pg_type t ON t.oid = d.base WHERE t.typtype = 'd')"
                  " SELECT d.oid, d.base, d.modifier FROM d JOIN pg_type t ON t.oid = d.base"
                  " WHERE t.typtype <> 'd'"));
  std::map<std::uint32_t, PgType> out;
  for (int i = 0; i < PQntuples(answer.get()); ++i) {
    out[static_cast<std::uint32_t>(integer(answer, i, 0))] = {
        static_cast<std::uint32_t>(integer(answer, i, 1)),
        static_cast<std::int32_t>(integer(answer, i, 2))};
  }
  return out;
}

Result<std::vector<ForeignTable>> pg_tables(const PgLink& link,
                                            const std::vector<std::string>& wanted) {
  CB_TRY(auto found, read_tables(link));
  CB_DO(read_columns(link, found));
  CB_TRY(const auto indexes, read_indexes(link));
  std::map<std::string, ForeignTable> by_name;
  std::vector<std::string> names;
  for (auto& [oid, one] : found) {
    const auto of_table = indexes.find(oid);
    choose_key(one, of_table == indexes.end() ? std::vector<Index>() : of_table->second);
    names.push_back(one.table.full_name());
    by_name[names.back()] = std::move(one.table);
  }
  std::vector<ForeignTable> out;
  if (wanted.empty()) {
    for (auto& [name, table] : by_name) out.push_back(std::move(table));
    return out;
  }
  for (const std::string& name : wanted) {
    const auto table = by_name.find(name);
    if (table == by_name.end()) {
      const auto near = nearest(name, names);
      return not_found("no table '" + name + "' over there" +
                       (near ? "; did you mean '" + *near + "'?" : ", or no right to see it"));
    }
    out.push_back(table->second);
  }
  return out;
}

}  // namespace citybrain::capture
