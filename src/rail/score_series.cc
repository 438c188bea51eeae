// Points of quality in the store, and their route. See rail/score_series.h.
#include "rail/score_series.h"

#include <algorithm>
#include <memory>

#include "catalog/catalog.h"
#include "rail/rail.h"
#include "sql/db.h"

namespace citybrain::rail {
namespace {

constexpr std::int64_t points_default = 90;
constexpr std::int64_t points_max = 1'100;
constexpr std::int64_t days_kept_max = 3 * 366;
constexpr std::size_t points_a_write_max = 500;  // others may write in between
constexpr std::int64_t forgotten_max = 10'000;

// A point of today is written over: it is as the day stood last.
Result<void> put_points(sql::Tx& tx, const Score* first, std::size_t n, Timestamp now) {
  CB_DO(tx.exec_rows(
      "INSERT INTO rail_score (resource, day, version, at, score, completeness, validity,"
      " uniqueness, consistency, timeliness, rows_held, rows_open)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
      " ON CONFLICT (resource, day, version) DO UPDATE SET at = excluded.at,"
      " score = excluded.score, completeness = excluded.completeness,"
      " validity = excluded.validity, uniqueness = excluded.uniqueness,"
      " consistency = excluded.consistency, timeliness = excluded.timeliness,"
      " rows_held = excluded.rows_held, rows_open = excluded.rows_open",
      n, [&](std::size_t i, sql::Binder& bind) {
        const Score& one = first[i];
        bind.text(one.resource);
        bind.integer(city_date(now).days);
        for (const std::int64_t value :
             {one.version, now.us, one.score, one.completeness, one.validity, one.uniqueness,
              one.consistency, one.timeliness, one.rows, one.rows_open}) {
          bind.integer(value);
        }
      }));
  return ok();
}

ScorePoint point_of(const sql::Row& row) {
  return {.at = {row.integer(0)},
          .version = row.integer(1),
          .score = row.integer(2),
          .completeness = row.integer(3),
          .validity = row.integer(4),
          .uniqueness = row.integer(5),
          .consistency = row.integer(6),
          .timeliness = row.integer(7),
          .rows = row.integer(8),
          .rows_open = row.integer(9)};
}

Result<Reply> series(const ScoreSeries& all, const Request& request) {
  CB_TRY(const auto found,
         all.points(request.param("code"), request.int_param("points", points_default)));
  json::array points;
  for (const ScorePoint& one : found) {
    points.push_back({{"at", to_iso(one.at)},
                      {"version", one.version},
                      {"score", one.score},
                      {"completeness", one.completeness},
                      {"validity", one.validity},
                      {"uniqueness", one.uniqueness},
                      {"timeliness", one.timeliness},
                      {"consistency", one.consistency},
                      {"rows", one.rows},
                      {"rows_open", one.rows_open}});
  }
  return Reply::json({{"points", std::move(points)}});
}

}  // namespace

Result<bool> ScoreSeries::step(std::stop_token stop) {
  const Timestamp now = clock_.now();
  CB_TRY(const auto all, rail_.scores());
  for (std::size_t at = 0; at < all.size() && !stop.stop_requested(); at += points_a_write_max) {
    const std::size_t n = std::min(points_a_write_max, all.size() - at);
    CB_DO(db_.write([&](sql::Tx& tx) { return put_points(tx, &all[at], n, now); }));
  }
  const std::int64_t before = city_date(now).days - days_kept_max;
  CB_TRY(const std::int64_t gone, db_.write([&](sql::Tx& tx) {
    return tx.exec(
        "DELETE FROM rail_score WHERE day < $1 AND (resource, day, version) IN (SELECT resource,"
        " day, version FROM rail_score WHERE day < $1 ORDER BY day LIMIT $2)",
        {before, forgotten_max});
  }));
  return gone == forgotten_max;
}

Result<std::vector<ScorePoint>> ScoreSeries::points(const std::string& resource,
                                                    std::int64_t size) const {
  CB_DO(catalog_.resource(resource));
  std::vector<ScorePoint> out;
  CB_DO(db_.read([&](sql::Session& session) {
    return session.each(
        "SELECT at, version, score, completeness, validity, uniqueness, consistency, timeliness,"
        " rows_held, rows_open FROM rail_score WHERE resource = $1"
        " ORDER BY day DESC, version DESC LIMIT $2",
        {resource, size}, [&](const sql::Row& row) -> Result<void> {
          out.push_back(point_of(row));
          return ok();
        });
  }));
  std::reverse(out.begin(), out.end());
  return out;
}

void add_score_series(Room& room, sql::Db& db, const catalog::Catalog& catalog, const Rail& rail,
                      const Clock& clock) {
  using namespace shape;
  const auto all = std::make_shared<ScoreSeries>(db, catalog, rail, clock);
  room.jobs.push_back({"rail.score", std::chrono::hours(1),
                       [all](std::stop_token stop) { return all->step(std::move(stop)); }});
  room.routes.push_back(
      {.method = Method::get,
       .path = "/api/resources/{code}/scores",
       .summary = "Quality of a resource by day and version, in 1/100 percent, oldest first",
       .params = {path_param("code", text("", 63)),
                  query_param("points", integer("the last so many", 1, points_max))},
       .reply = any("points"),
       .right = Right("rail.read"),
       .audit = Audit::none("shows shares, no records"),
       .handler = [all](const Request& request) { return series(*all, request); }});
}

}  // namespace citybrain::rail
