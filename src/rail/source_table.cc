// rail_source: see source_table.h.
#include "source_table.h"

#include "base/json.h"
#include "encoding.h"

namespace citybrain::rail {
namespace {

constexpr const char* columns =
    "name, resource, file, generation, path, state, format, encoding, header, head_bytes,"
    " head_digest, modified_at, bytes_total, position, line, rows_landed, rows_quarantined,"
    " told_landed, told_quarantined, found_at, updated_at, error, kind";

SourceRow from(const sql::Row& r) {
  SourceRow s;
  s.name = r.text(0);
  s.resource = r.text(1);
  s.file = r.text(2);
  s.generation = r.integer(3);
  s.path = r.text(4);
  s.state = r.text(5);
  s.format = r.text(6) == "ndjson" ? Format::ndjson : Format::csv;
  s.encoding = encoding_from(r.text(7));
  if (const auto header = parse_json(r.text(8)); header && header->is_array()) {
    for (const json::value& name : header->as_array()) s.header.emplace_back(name.as_string());
  }
  s.head_bytes = r.integer(9);
  s.head_digest = r.text(10);
  s.facts = {r.integer(12), r.integer(11)};
  s.position = {r.integer(13), r.integer(14), r.integer(15), r.integer(16)};
  s.told_landed = r.integer(17);
  s.told_quarantined = r.integer(18);
  s.found_at = {r.integer(19)};
  s.updated_at = {r.integer(20)};
  s.error = r.text(21);
  s.kind = r.text(22);
  return s;
}

}  // namespace

Result<std::optional<SourceRow>> SourceTable::newest(const std::string& resource,
                                                     const std::string& file) const {
  return db_.read([&](sql::Session& session) -> Result<std::optional<SourceRow>> {
    CB_TRY(const auto row, session.query_one(std::string("SELECT ") + columns +
                                                 " FROM rail_source WHERE resource = $1 AND"
                                                 " file = $2 ORDER BY generation DESC LIMIT 1",
                                             {resource, file}));
    return row ? std::optional(from(*row)) : std::nullopt;
  });
}

Result<std::optional<SourceRow>> SourceTable::named(const std::string& name) const {
  return db_.read([&](sql::Session& session) -> Result<std::optional<SourceRow>> {
    CB_TRY(const auto row,
           session.query_one(std::string("SELECT ") + columns + " FROM rail_source WHERE name = $1",
                             {name}));
    return row ? std::optional(from(*row)) : std::nullopt;
  });
}

Result<std::vector<SourceRow>> SourceTable::all() const {
  return db_.read([&](sql::Session& session) -> Result<std::vector<SourceRow>> {
    std::vector<SourceRow> out;
    CB_DO(session.each(std::string("SELECT ") + columns + " FROM rail_source ORDER BY name", {},
                       [&](const sql::Row& row) -> Result<void> {
                         out.push_back(from(row));
                         return ok();
                       }));
    return out;
  });
}

Result<void> SourceTable::save(const SourceRow& row) {
  return db_.write([&](sql::Tx& tx) { return save(tx, row); });
}

Result<void> SourceTable::save(sql::Tx& tx, const SourceRow& s) {
  const json::array header(s.header.begin(), s.header.end());
  CB_DO(tx.exec(
      std::string("INSERT INTO rail_source (") + columns +
          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,"
          " $17, $18, $19, $20, $21, $22, $23) ON CONFLICT (name) DO UPDATE SET"
          " path = excluded.path, state = excluded.state, format = excluded.format,"
          " encoding = excluded.encoding, header = excluded.header,"
          " head_bytes = excluded.head_bytes, head_digest = excluded.head_digest,"
          " modified_at = excluded.modified_at, bytes_total = excluded.bytes_total,"
          " position = excluded.position, line = excluded.line,"
          " rows_landed = excluded.rows_landed, rows_quarantined = excluded.rows_quarantined,"
          " told_landed = excluded.told_landed, told_quarantined = excluded.told_quarantined,"
          " updated_at = excluded.updated_at, error = excluded.error",
      {s.name,
       s.resource,
       s.file,
       s.generation,
       s.path,
       s.state,
       s.format == Format::ndjson ? "ndjson" : "csv",
       name_of(s.encoding),
       json::serialize(header),
       s.head_bytes,
       s.head_digest,
       s.facts.modified_us,
       s.facts.bytes,
       s.position.bytes,
       s.position.line,
       s.position.landed,
       s.position.quarantined,
       s.told_landed,
       s.told_quarantined,
       s.found_at.us,
       s.updated_at.us,
       s.error,
       s.kind}));
  return ok();
}

}  // namespace citybrain::rail
