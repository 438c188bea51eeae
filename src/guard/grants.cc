// Grants in the store: see guard/grant.h.
#include "guard/grant.h"

#include <algorithm>

#include "base/ids.h"
#include "base/json.h"
#include "base/text.h"
#include "sql/db.h"

namespace citybrain::guard {
namespace {

constexpr const char* grant_columns =
    "id, department, account, purpose, resource, columns, masks, row_filter, basis, filed_by, "
    "approved_by, valid_from, valid_until, rows_a_day_max, reads_a_minute_max, created, revoked";
constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t minutes_kept = 10;

struct KindName {
  Mask::Kind kind;
  const char* name;
};
constexpr KindName kind_names[] = {
    {Mask::Kind::by_grade, "by_grade"}, {Mask::Kind::clear, "clear"},
    {Mask::Kind::nullify, "nullify"},   {Mask::Kind::redact, "redact"},
    {Mask::Kind::partial, "partial"},   {Mask::Kind::year, "year"},
    {Mask::Kind::month, "month"},       {Mask::Kind::district, "district"},
    {Mask::Kind::bucket, "bucket"},     {Mask::Kind::pseudonym, "pseudonym"},
    {Mask::Kind::verify, "verify"},     {Mask::Kind::format_preserving, "format_preserving"}};

Result<Grant> grant_of(const sql::Row& row) {
  Grant g;
  g.id = row.text(0);
  g.department = row.text(1);
  g.account = row.text(2);
  g.purpose = row.text(3);
  g.resource = row.text(4);
  g.columns = [&] {
    std::vector<std::string> columns;
    for (const std::string_view column : split(row.text(5), ',')) columns.emplace_back(column);
    return columns;
  }();
  CB_TRY(const json::value masks, parse_json(row.text(6)));
  for (const auto& [item, mask] : masks.as_object()) {
    CB_TRY(g.masks[std::string(item)], Mask::parse(std::string(mask.as_string())));
  }
  g.rows = row.text(7);
  g.basis = row.text(8);
  g.filed_by = row.text(9);
  g.approved_by = row.text(10);
  g.from = {row.integer(11)};
  g.until = {row.integer(12)};
  g.rows_a_day_max = row.integer(13);
  g.reads_a_minute_max = row.integer(14);
  g.created = {row.integer(15)};
  g.revoked = {row.integer(16)};
  return g;
}

Result<std::vector<Grant>> read_grants(sql::Session& session, const std::string& where,
                                       const sql::Params& params) {
  std::vector<Grant> grants;
  CB_DO(session.each("SELECT " + std::string(grant_columns) + " FROM guard_grant " + where, params,
                     [&](const sql::Row& row) -> Result<void> {
                       CB_TRY(Grant one, grant_of(row));
                       grants.push_back(std::move(one));
                       return ok();
                     }));
  return grants;
}

Result<void> check(const Grant& g, const Schema& schema, Timestamp now) {
  if (g.filed_by.empty() || g.approved_by.empty()) {
    return invalid("a grant names who filed it and who approves it");
  }
  if (g.filed_by == g.approved_by) {
    return conflict("who filed a grant cannot approve it; another person must");
  }
  if (g.department.empty()) return invalid("a grant names the department that may read");
  if (g.basis.empty()) return invalid("a grant names its legal basis");
  if (g.until <= g.from || g.until <= now) {
    return invalid("the grant ends before it begins, or has ended; give a later 'until'");
  }
  if (g.columns.empty() || g.columns.size() > Grants::columns_max) {
    return invalid("a grant names 1.." + std::to_string(Grants::columns_max) + " items");
  }
  for (const std::string& column : g.columns) {
    if (!schema.find(column)) {
      return invalid("resource '" + g.resource + "' has no item '" + column + "'");
    }
  }
  for (const auto& [item, mask] : g.masks) {
    if (std::find(g.columns.begin(), g.columns.end(), item) == g.columns.end()) {
      return invalid("a mask for '" + item + "', which is not among the granted items");
    }
  }
  if (g.rows_a_day_max < 0 || g.reads_a_minute_max < 0) return invalid("a quota is negative");
  return ok();
}

bool is_for(const Grant& grant, const Principal& who) {
  return (grant.department == who.department || grant.department == public_department) &&
         (grant.account.empty() || grant.account == who.id);
}

}  // namespace

std::string Mask::text() const {
  for (const KindName& one : kind_names) {
    if (one.kind != kind) continue;
    return kind == Kind::bucket ? one.name + (":" + std::to_string(width)) : one.name;
  }
  return "by_grade";
}

Result<Mask> Mask::parse(std::string_view text) {
  const std::string_view name = text.substr(0, text.find(':'));
  std::vector<std::string> names;
  for (const KindName& one : kind_names) {
    names.emplace_back(one.name);
    if (name != one.name) continue;
    if (one.kind != Kind::bucket) {
      if (name.size() == text.size()) return Mask{one.kind, 0};
      break;
    }
    const auto width =
        name.size() < text.size() ? parse_int(text.substr(name.size() + 1)) : std::nullopt;
    if (!width || *width < 1) return invalid("write bucket:WIDTH, such as bucket:1000");
    return Mask{one.kind, *width};
  }
  return invalid("'" + std::string(first_code_points(text, 40)) + "' is no mask; write one of " +
                 join(names, ", "));
}

struct Grants::State {
  sql::Db& db;
  const Clock& clock;
  Random& random;
};

Grants::Grants(sql::Db& db, const Clock& clock, Random& random)
    : state_(std::make_unique<State>(State{db, clock, random})) {}
Grants::~Grants() = default;

Result<Grant> Grants::prepare(Grant grant, const Schema& schema) const {
  const Timestamp now = state_->clock.now();
  if (grant.from.us == 0) grant.from = now;
  CB_DO(check(grant, schema, now));
  grant.id = new_id(state_->clock, state_->random);
  grant.created = now;
  grant.revoked = {};
  return grant;
}

Result<void> Grants::give_in(sql::Tx& tx, const Grant& prepared) const {
  const Grant& g = prepared;
  CB_CHECK(!g.id.empty() && g.created.us != 0 && g.filed_by != g.approved_by);
  json::object masks;
  for (const auto& [item, mask] : g.masks) masks[item] = mask.text();
  CB_DO(tx.exec("INSERT INTO guard_grant (" + std::string(grant_columns) +
                    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
                    "$15, $16, $17)",
                {g.id, g.department, g.account, g.purpose, g.resource, join(g.columns, ","),
                 json::serialize(masks), g.rows, g.basis, g.filed_by, g.approved_by, g.from.us,
                 g.until.us, g.rows_a_day_max, g.reads_a_minute_max, g.created.us, 0}));
  return ok();
}

Result<void> Grants::revoke_in(sql::Tx& tx, std::string_view id) const {
  CB_TRY(const std::int64_t rows,
         tx.exec("UPDATE guard_grant SET revoked = $2 WHERE id = $1 AND revoked = 0",
                 {id, state_->clock.now().us}));
  if (rows == 0) return not_found("no grant '" + std::string(id) + "' that stands");
  return ok();
}

Result<void> Grants::revoke(std::string_view id) {
  return state_->db.write([&](sql::Tx& tx) { return revoke_in(tx, id); });
}

Result<Grant> Grants::of(std::string_view id) const {
  CB_TRY(auto found, state_->db.read([&](sql::Session& session) {
    return read_grants(session, "WHERE id = $1", {id});
  }));
  if (found.empty()) return not_found("no grant '" + std::string(id) + "'");
  return std::move(found.front());
}

Result<std::vector<Grant>> Grants::list(std::string_view department) const {
  return state_->db.read([&](sql::Session& session) {
    return department.empty()
               ? read_grants(session, "ORDER BY created DESC, id DESC", {})
               : read_grants(session, "WHERE department = $1 ORDER BY created DESC, id DESC",
                             {department});
  });
}

Result<GrantUse> Grants::use_of(std::string_view id) const {
  return state_->db.read([&](sql::Session& session) -> Result<GrantUse> {
    CB_TRY(const auto row, session.query_one("SELECT COALESCE(SUM(reads), 0), "
                                             "COALESCE(SUM(rows_read), 0) FROM guard_grant_use "
                                             "WHERE grant_id = $1 AND period LIKE 'd%'",
                                             {id}));
    return GrantUse{row->integer(0), row->integer(1)};
  });
}

Result<void> Grants::still_stands(std::string_view id) const {
  CB_TRY(const Grant grant, of(id));
  if (grant.stands(state_->clock.now())) return ok();
  return denied("the grant '" + std::string(id) + "' has ended or was revoked; ask for a new one");
}

Result<Grant> Grants::for_read(const Principal& who, std::string_view named,
                               std::string_view purpose, std::string_view resource) const {
  const Timestamp now = state_->clock.now();
  const auto nothing = [&](const std::string& why) {
    return denied(why + ": department '" + who.department + "', purpose '" + std::string(purpose) +
                  "', resource '" + std::string(resource) + "'; ask for one");
  };
  if (!named.empty()) {
    const auto grant = of(named);
    if (!grant || !is_for(*grant, who)) return nothing("no grant '" + std::string(named) + "'");
    if (grant->purpose != purpose || grant->resource != resource) {
      return nothing("the grant '" + std::string(named) + "' is not for this");
    }
    if (!grant->stands(now)) {
      return nothing("the grant '" + std::string(named) + "' has ended or was revoked");
    }
    return grant;
  }
  CB_TRY(auto all, state_->db.read([&](sql::Session& session) {
    return read_grants(session,
                       "WHERE department IN ($1, $4) AND resource = $2 AND purpose = $3 "
                       "ORDER BY id",
                       {who.department, resource, purpose, public_department});
  }));
  std::erase_if(all, [&](const Grant& g) { return !g.stands(now) || !is_for(g, who); });
  if (all.empty()) return nothing("no grant stands");
  if (all.size() == 1) return std::move(all.front());
  std::vector<std::string> ids;
  for (const Grant& g : all) ids.push_back(g.id);
  return invalid("several grants apply; name one with 'grant': " + join(ids, ", "));
}

Result<void> Grants::count(const Grant& grant, std::int64_t rows) {
  State& s = *state_;
  const Timestamp now = s.clock.now();
  const std::int64_t minute = now.us / minute_us;
  // Read and raised in one transaction: two reads at once cannot both take the last rows.
  return s.db.write([&](sql::Tx& tx) -> Result<void> {
    const auto raise = [&](const std::string& period) -> Result<GrantUse> {
      CB_TRY(const auto row,
             tx.query_one("INSERT INTO guard_grant_use (grant_id, period, reads, rows_read) "
                          "VALUES ($1, $2, 1, $3) ON CONFLICT (grant_id, period) DO UPDATE SET "
                          "reads = guard_grant_use.reads + 1, "
                          "rows_read = guard_grant_use.rows_read + excluded.rows_read "
                          "RETURNING reads, rows_read",
                          {grant.id, period, rows}));
      return GrantUse{row->integer(0), row->integer(1)};
    };
    CB_TRY(const GrantUse today, raise("d" + std::to_string(city_date(now).days)));
    if (grant.rows_a_day_max > 0 && today.rows > grant.rows_a_day_max) {
      return exhausted("the grant allows " + std::to_string(grant.rows_a_day_max) +
                       " rows a day; " + std::to_string(today.rows - rows) + " were read today");
    }
    if (grant.reads_a_minute_max == 0) return ok();
    CB_TRY(const GrantUse now_use, raise("m" + std::to_string(minute)));
    CB_DO(
        tx.exec("DELETE FROM guard_grant_use WHERE grant_id = $1 AND period LIKE 'm%' AND "
                "period < $2",
                {grant.id, "m" + std::to_string(minute - minutes_kept)}));
    if (now_use.reads > grant.reads_a_minute_max) {
      return exhausted("the grant allows " + std::to_string(grant.reads_a_minute_max) +
                       " reads a minute; wait for the next");
    }
    return ok();
  });
}

}  // namespace citybrain::guard
