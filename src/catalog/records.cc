// Catalog: lineage, quality and standing, as told by whoever did the work.
#include "catalog/catalog.h"
#include "catalog_state.h"
#include "store.h"

namespace citybrain::catalog {
namespace {

std::int64_t score_of(std::int64_t good, std::int64_t bad) {
  return good + bad == 0 ? -1 : good * 10'000 / (good + bad);
}

Standing standing_from(const sql::Row& row, std::size_t at) {
  Standing out;
  out.rows = row.integer(at);
  out.rows_good = row.integer(at + 1);
  out.rows_bad = row.integer(at + 2);
  out.score = score_of(out.rows_good, out.rows_bad);
  if (const auto landed = row.maybe_integer(at + 3)) out.landed_at = Timestamp{*landed};
  return out;
}

Result<Standing> standing_in(sql::Session& session, std::string_view resource) {
  CB_TRY(const auto row, session.query_one("SELECT rows_total, rows_good, rows_bad, landed_at"
                                           " FROM catalog_standing WHERE resource = $1",
                                           {resource}));
  return row ? standing_from(*row, 0) : Standing{};
}

}  // namespace

Result<void> Catalog::record_lineage(const std::vector<Lineage>& edges) {
  if (edges.empty()) return ok();
  std::vector<sql::Params> rows;
  const Timestamp now = clock_.now();
  for (const Lineage& edge : edges) {
    rows.push_back({edge.from, edge.to, edge.kind, resource_of_node(edge.from),
                    resource_of_node(edge.to), edge.rows, now.us});
  }
  return db_.write([&](sql::Tx& tx) -> Result<void> {
    CB_DO(
        tx.exec_many("INSERT INTO catalog_lineage (from_node, to_node, kind, from_resource,"
                     " to_resource, edge_rows, first_at, last_at)"
                     " VALUES ($1, $2, $3, $4, $5, $6, $7, $7)"
                     " ON CONFLICT (from_node, to_node, kind) DO UPDATE SET"
                     " edge_rows = excluded.edge_rows,"
                     " last_at = excluded.last_at",
                     rows));
    return ok();
  });
}

void Catalog::know_lineage(LineageSource source) {
  const std::lock_guard lock(state_->mutex);
  state_->sources.push_back(std::move(source));
}

Result<std::vector<Lineage>> Catalog::lineage() const {
  CB_TRY(std::vector<Lineage> out, db_.read([](sql::Session& session) {
    using Edges = std::vector<Lineage>;
    Edges edges;
    const auto read =
        session.each("SELECT from_node, to_node, kind, edge_rows FROM catalog_lineage", {},
                     [&](const sql::Row& row) -> Result<void> {
                       edges.push_back({row.text(0), row.text(1), row.text(2), row.integer(3)});
                       return ok();
                     });
    return read ? Result<Edges>(std::move(edges)) : Result<Edges>(read.error());
  }));
  for (const auto& [code, entry] : snapshot()->resources) {
    for (const Item& item : entry->items) {
      for (const Check& check : item.checks) {
        if (check.kind != Check::Kind::ref) continue;
        out.push_back(
            {"resource:" + check.argument, "item:" + code + "." + item.code, "referenced", 0});
      }
    }
  }
  std::vector<LineageSource> sources;
  {
    const std::lock_guard lock(state_->mutex);
    sources = state_->sources;
  }
  for (const LineageSource& source : sources) {
    CB_TRY(const std::vector<Lineage> edges, source());
    out.insert(out.end(), edges.begin(), edges.end());
  }
  return out;
}

Result<std::vector<Lineage>> Catalog::lineage_of(std::string_view resource) const {
  return db_.read([&](sql::Session& session) -> Result<std::vector<Lineage>> {
    CB_TRY(const sql::Rows rows,
           session.query("SELECT from_node, to_node, kind, edge_rows FROM catalog_lineage"
                         " WHERE from_resource = $1 OR to_resource = $1"
                         " ORDER BY last_at DESC, from_node, to_node LIMIT 1000",
                         {resource}));
    std::vector<Lineage> out;
    for (const sql::Row& row : rows) {
      out.push_back({row.text(0), row.text(1), row.text(2), row.integer(3)});
    }
    return out;
  });
}

Result<void> Catalog::record_quality(const Quality& quality) {
  CB_TRY(const auto entry, resource(quality.resource));
  const Timestamp now = clock_.now();
  return db_.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const std::int64_t added,
           tx.exec("INSERT INTO catalog_quality"
                   " (resource, source, to_line, version, rows_good, rows_bad, "
                   "seen_at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                   {quality.resource, quality.source, quality.to_line, entry->version,
                    quality.rows_good, quality.rows_bad, now.us}));
    if (added == 0) return ok();  // told before
    CB_DO(
        tx.exec("INSERT INTO catalog_standing"
                " (resource, version, rows_total, rows_good, rows_bad, landed_at)"
                " VALUES ($1, $2, 0, $3, $4, $5)"
                " ON CONFLICT (resource) DO UPDATE SET"
                " rows_good = excluded.rows_good + CASE WHEN catalog_standing.version ="
                " excluded.version THEN catalog_standing.rows_good ELSE 0 END,"
                " rows_bad = excluded.rows_bad + CASE WHEN catalog_standing.version ="
                " excluded.version THEN catalog_standing.rows_bad ELSE 0 END,"
                " version = excluded.version, landed_at = excluded.landed_at",
                {quality.resource, entry->version, quality.rows_good, quality.rows_bad, now.us}));
    return ok();
  });
}

Result<void> Catalog::record_rows(std::string_view code, std::int64_t rows) {
  CB_TRY(const auto entry, resource(code));
  return db_.write([&](sql::Tx& tx) -> Result<void> {
    CB_DO(
        tx.exec("INSERT INTO catalog_standing"
                " (resource, version, rows_total, rows_good, rows_bad, landed_at)"
                " VALUES ($1, $2, $3, 0, 0, NULL)"
                " ON CONFLICT (resource) DO UPDATE SET rows_total = "
                "excluded.rows_total",
                {code, entry->version, rows}));
    return ok();
  });
}

Result<std::vector<QualityPoint>> Catalog::quality_of(std::string_view resource,
                                                      int points_max) const {
  return db_.read([&](sql::Session& session) -> Result<std::vector<QualityPoint>> {
    CB_TRY(const sql::Rows rows,
           session.query("SELECT seen_at, version, rows_good, rows_bad FROM catalog_quality"
                         " WHERE resource = $1 ORDER BY seen_at DESC, to_line DESC LIMIT $2",
                         {resource, points_max}));
    std::vector<QualityPoint> out;  // oldest first
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      out.push_back({Timestamp{row->integer(0)}, row->integer(1), row->integer(2), row->integer(3),
                     score_of(row->integer(2), row->integer(3))});
    }
    return out;
  });
}

Result<Standing> Catalog::standing_of(std::string_view resource) const {
  return db_.read([&](sql::Session& session) { return standing_in(session, resource); });
}

Result<std::vector<Standing>> Catalog::standings_of(
    const std::vector<std::shared_ptr<const Resource>>& resources) const {
  if (resources.empty()) return std::vector<Standing>{};
  sql::Params codes;
  std::string places;
  for (const auto& resource : resources) {
    codes.emplace_back(resource->code);
    places += (codes.size() > 1 ? ", $" : "$") + std::to_string(codes.size());
  }
  CB_TRY(const sql::Rows rows, db_.read([&](sql::Session& session) {
    return session.query(
        "SELECT resource, rows_total, rows_good, rows_bad, landed_at"
        " FROM catalog_standing WHERE resource IN (" +
            places + ")",
        codes);
  }));
  std::map<std::string, Standing> known;
  for (const sql::Row& row : rows) known[row.text(0)] = standing_from(row, 1);
  std::vector<Standing> out;
  for (const auto& resource : resources) out.push_back(known[resource->code]);
  return out;
}

Result<std::map<std::string, Standing, std::less<>>> Catalog::standings() const {
  using Standings = std::map<std::string, Standing, std::less<>>;
  return db_.read([&](sql::Session& session) -> Result<Standings> {
    CB_TRY(const sql::Rows rows,
           session.query("SELECT resource, rows_total, rows_good, rows_bad, landed_at"
                         " FROM catalog_standing"));
    Standings out;
    for (const sql::Row& row : rows) out[row.text(0)] = standing_from(row, 1);
    return out;
  });
}

}  // namespace citybrain::catalog
