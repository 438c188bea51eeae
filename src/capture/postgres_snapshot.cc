// PgSnapshot: see postgres_snapshot.h.
#include "postgres_snapshot.h"

#include "base/text.h"
#include "postgres_tables.h"
#include "postgres_types.h"

namespace citybrain::capture {
namespace {

constexpr std::size_t keys_max = 1'000;  // looked for in one statement

class PgSnapshot final : public Snapshot {
 public:
  PgSnapshot(PgLink link, std::optional<PgLink> holder, std::string position,
             std::map<std::uint32_t, PgType> domains)
      : link_(std::move(link)),
        holder_(std::move(holder)),
        position_(std::move(position)),
        domains_(std::move(domains)) {}

  const std::string& position() const override { return position_; }
  Result<std::vector<RowText>> read(const ForeignTable& table, const RowText& after,
                                    std::size_t rows_max) override;
  Result<std::vector<std::optional<RowText>>> find(const ForeignTable& table,
                                                   const std::vector<RowText>& keys) override;

 private:
  std::vector<PgType> types_of(const PgAnswer& answer, int from) const;
  static void take(const PgAnswer& answer, int row, int from, const std::vector<PgType>& types,
                   RowText& out);

  PgLink link_;
  std::optional<PgLink> holder_;
  std::string position_;
  std::map<std::uint32_t, PgType> domains_;
};

std::string columns_of(const ForeignTable& table, std::string_view prefix) {
  std::string out;
  for (const ForeignColumn& column : table.columns) {
    if (!out.empty()) out += ", ";
    out += std::string(prefix) + pg_name(column.name);
  }
  return out;
}

std::string key_list(const ForeignTable& table, std::string_view prefix) {
  std::string out;
  for (const std::string& name : table.key) {
    if (!out.empty()) out += ", ";
    out += std::string(prefix) + pg_name(name);
  }
  return out;
}

// "$1::integer, $2::character varying(20)" for a key's cells.
std::string key_params(const ForeignTable& table, std::size_t& next) {
  std::string out;
  for (const std::string& name : table.key) {
    if (!out.empty()) out += ", ";
    const auto column = table.find(name);
    const std::string type = column ? table.columns[*column].type : "text";
    out += "$" + std::to_string(next++) + "::" + type;
  }
  return out;
}

Result<void> check_key(const ForeignTable& table, const RowText& key) {
  if (key.size() == table.key.size() && !table.key.empty()) return ok();
  return invalid("a key of " + std::to_string(key.size()) + " cells; " + table.full_name() +
                 " has " + std::to_string(table.key.size()));
}

std::vector<PgType> PgSnapshot::types_of(const PgAnswer& answer, int from) const {
  std::vector<PgType> types;
  for (int i = from; i < PQnfields(answer.get()); ++i) {
    PgType type{PQftype(answer.get(), i), PQfmod(answer.get(), i)};
    if (const auto domain = domains_.find(type.oid); domain != domains_.end()) {
      type = domain->second;
    }
    types.push_back(type);
  }
  return types;
}

void PgSnapshot::take(const PgAnswer& answer, int row, int from, const std::vector<PgType>& types,
                      RowText& out) {
  for (std::size_t i = 0; i < types.size(); ++i) {
    const int column = from + static_cast<int>(i);
    if (pg_null(answer, row, column)) {
      out.add_null();
    } else {
      add_canonical(types[i], pg_text(answer, row, column), out);
    }
  }
}

Result<std::vector<RowText>> PgSnapshot::read(const ForeignTable& table, const RowText& after,
                                              std::size_t rows_max) {
  std::string where;
  PgParams params;
  if (!after.empty()) {
    CB_DO(check_key(table, after));
    std::size_t next = 1;
    where = " WHERE (" + key_list(table, "") + ") > (" + key_params(table, next) + ")";
    for (std::size_t i = 0; i < after.size(); ++i) params.emplace_back(after.text(i));
  }
  CB_TRY(const PgAnswer answer,
         link_.run("SELECT " + columns_of(table, "") + " FROM " + pg_table_name(table) + where +
                       " ORDER BY " + key_list(table, "") + " LIMIT " + std::to_string(rows_max),
                   params));
  const std::vector<PgType> types = types_of(answer, 0);
  std::vector<RowText> rows(static_cast<std::size_t>(PQntuples(answer.get())));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    take(answer, static_cast<int>(i), 0, types, rows[i]);
  }
  return rows;
}

Result<std::vector<std::optional<RowText>>> PgSnapshot::find(const ForeignTable& table,
                                                             const std::vector<RowText>& keys) {
  std::vector<std::optional<RowText>> out(keys.size());
  std::string join;
  for (std::size_t i = 0; i < table.key.size(); ++i) {
    join += (i > 0 ? " AND t." : "t.") + pg_name(table.key[i]) + " = v.k" + std::to_string(i);
  }
  std::string names = "n";
  for (std::size_t i = 0; i < table.key.size(); ++i) names += ", k" + std::to_string(i);
  for (std::size_t from = 0; from < keys.size(); from += keys_max) {
    const std::size_t to = std::min(keys.size(), from + keys_max);
    std::string values;
    PgParams params;
    std::size_t next = 1;
    for (std::size_t i = from; i < to; ++i) {
      CB_DO(check_key(table, keys[i]));
      values += (i > from ? ", (" : "(") + std::to_string(i) + ", " + key_params(table, next) + ")";
      for (std::size_t c = 0; c < keys[i].size(); ++c) params.emplace_back(keys[i].text(c));
    }
    CB_TRY(const PgAnswer answer,
           link_.run("SELECT v.n, " + columns_of(table, "t.") + " FROM (VALUES " + values +
                         ") AS v(" + names + ") JOIN " + pg_table_name(table) + " t ON " + join,
                     params));
    const std::vector<PgType> types = types_of(answer, 1);
    for (int row = 0; row < PQntuples(answer.get()); ++row) {
      const auto at = parse_int(pg_text(answer, row, 0));
      if (at) take(answer, row, 1, types, out[static_cast<std::size_t>(*at)].emplace());
    }
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<Snapshot>> pg_snapshot(PgLink link, std::optional<PgLink> holder,
                                              const std::string& exported, std::string position) {
  CB_TRY(auto domains, pg_domains(link));
  CB_DO(link.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  if (!exported.empty()) {
    CB_DO(link.run("SET TRANSACTION SNAPSHOT " + pg_literal(exported)));
  } else {
    // The first statement takes the look; the position is asked behind it, so nothing that is seen
    // can have been committed after that position.
    CB_DO(link.run("SELECT 1"));
    CB_TRY(const PgAnswer at, link.run("SELECT pg_current_wal_insert_lsn()"));
    CB_TRY(const std::uint64_t lsn, lsn_from_pg(pg_text(at, 0, 0)));
    position = lsn_text(lsn);
  }
  return std::unique_ptr<Snapshot>(std::make_unique<PgSnapshot>(
      std::move(link), std::move(holder), std::move(position), std::move(domains)));
}

}  // namespace citybrain::capture
