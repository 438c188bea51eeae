// citybrain migrate: a city moves to other stores, or back. While it is served the rows move, as
// often as one likes; once it rests, what changed since, the columns, and the proof that both are
// equal.
#include "migrate_command.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "args.h"
#include "instance.h"
#include "lake/lake.h"
#include "rooms.h"
#include "sql/copy.h"
#include "sql/lead.h"

namespace citybrain::cli {
namespace {

// One side: its stores, and what keeps others from serving it meanwhile.
struct Side {
  std::string store;
  std::string columns;
  std::unique_ptr<sql::Db> db;
  std::unique_ptr<InstanceLock> lock;
  std::unique_ptr<sql::Lead> lead;
};

bool is_store(const std::string& place) { return place.starts_with("postgres:"); }

// `place` is a data folder or a PostgreSQL store.
Side side_of(const std::string& place, const std::string& columns) {
  Side side;
  side.store = is_store(place) ? place : "sqlite:" + place + "/city.db";
  side.columns = columns.empty() && !is_store(place) ? place + "/columns.duckdb" : columns;
  return side;
}

// Conflict where a process serves it.
Result<void> hold(Side& side, const std::string& place) {
  if (is_store(place)) {
    CB_TRY(side.lead, sql::Lead::take(side.store));
    return ok();
  }
  CB_TRY(InstanceLock lock, InstanceLock::take(place));
  side.lock = std::make_unique<InstanceLock>(std::move(lock));
  return ok();
}

// One line that the next overwrites, where somebody looks; "" ends it.
void show(const std::string& line) {
  if (::isatty(STDERR_FILENO) == 1) std::fprintf(stderr, "\r\033[K%s", line.c_str());
}

Result<void> copy_rows(Side& from, Side& to) {
  std::int64_t rows = 0;
  std::int64_t written = 0;
  std::int64_t tables = 0;
  CB_DO(sql::copy(*from.db, *to.db, [&](const sql::CopiedTable& table) {
    rows += table.rows;
    written += table.written;
    ++tables;
    show("  " + std::to_string(tables) + " tables, " + std::to_string(rows) + " rows, " +
         std::to_string(written) + " written: " + table.name);
  }));
  show("");
  std::printf("rows: %lld in %lld tables, %lld written\n", static_cast<long long>(rows),
              static_cast<long long>(tables), static_cast<long long>(written));
  return ok();
}

Result<void> compare_rows(Side& from, Side& to) {
  CB_TRY(const auto ours, sql::contents(*from.db));
  CB_TRY(const auto theirs, sql::contents(*to.db));
  if (ours.size() != theirs.size()) return corrupt("the stores have different tables");
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (ours[i] == theirs[i]) continue;
    return corrupt("table " + ours[i].table + " differs: " + std::to_string(ours[i].rows) +
                   " rows of " + ours[i].digest + " here, " + std::to_string(theirs[i].rows) +
                   " of " + theirs[i].digest + " there; run the command again");
  }
  std::printf("rows: equal in all %zu tables, by count and SHA-256\n", ours.size());
  return ok();
}

// What a scan of a resource gives, whatever the order of its rows: their number and the sum of
// their digests.
struct Sum {
  std::int64_t rows = 0;
  std::uint64_t sum = 0;
  friend bool operator==(const Sum&, const Sum&) = default;
};

Result<Sum> sum_of(lake::Lake& lake, const lake::Resource& resource) {
  Sum sum;
  lake::ScanSpec spec;
  spec.resource = resource.code;
  CB_DO(lake.scan(spec, [&](const Batch& batch) -> Result<void> {
    sum.rows += static_cast<std::int64_t>(batch.rows);
    for (std::size_t row = 0; row < batch.rows; ++row) {
      std::string text;
      for (const Cell& cell : batch.row(row)) text += to_text(cell) + '\x1f';
      sum.sum += std::hash<std::string>()(text);
    }
    return ok();
  }));
  return sum;
}

// Rows that columns alone have. A resource goes whole or not at all, as scans have no order to go
// on from.
Result<void> copy_appended(lake::Lake& from, lake::Lake& to, const lake::Resource& resource) {
  CB_TRY(const std::int64_t ours, from.count(resource.code));
  CB_TRY(const std::int64_t theirs, to.count(resource.code));
  if (theirs == ours) return ok();
  if (theirs != 0) {
    return conflict("columns there have " + std::to_string(theirs) + " of " + std::to_string(ours) +
                    " rows of " + resource.code +
                    ", from a copy that broke off; name a database or folder without columns");
  }
  lake::ScanSpec spec;
  spec.resource = resource.code;
  std::int64_t landed = 0;
  CB_DO(from.scan(spec, [&](const Batch& batch) -> Result<void> {
    lake::Landing landing;
    landing.resource = resource.code;
    landing.source = "migrate:" + resource.code;
    landed += static_cast<std::int64_t>(batch.rows);
    landing.position = std::to_string(landed);
    CB_DO(to.land(landing, batch));
    return ok();
  }));
  CB_TRY(const std::vector<std::string> sources, from.sources(resource.code));
  for (const std::string& source : sources) {
    if (source.starts_with("migrate:")) continue;
    lake::Landing landing;
    landing.resource = resource.code;
    landing.source = source;
    CB_TRY(landing.position, from.position(source));
    CB_DO(to.land(landing, Batch(resource.schema)));
  }
  return ok();
}

Result<void> copy_columns(Side& from, Side& to) {
  lake::LakeOptions options;
  options.columns_path = from.columns;
  CB_TRY(const auto ours, lake::Lake::open(*from.db, options));
  options.columns_path = to.columns;
  CB_TRY(const auto theirs, lake::Lake::open(*to.db, options));
  CB_TRY(const std::vector<lake::Resource> resources, theirs->resources());
  for (lake::Lake* lake : {ours.get(), theirs.get()}) {
    for (lake::FeedStep step{.lag = 1}; step.lag > 0;) {
      CB_TRY(step, lake->feed());
    }
  }
  std::int64_t rows = 0;
  for (const lake::Resource& resource : resources) {
    if (resource.keeping == lake::Keeping::append) CB_DO(copy_appended(*ours, *theirs, resource));
    CB_TRY(const Sum our, sum_of(*ours, resource));
    CB_TRY(const Sum their, sum_of(*theirs, resource));
    if (our != their) {
      return corrupt("columns of " + resource.code + " differ: " + std::to_string(our.rows) +
                     " rows here, " + std::to_string(their.rows) + " there");
    }
    rows += our.rows;
    show("  columns: " + std::to_string(rows) + " rows, " + resource.code);
  }
  show("");
  std::printf("columns: equal in all %zu resources, %lld rows\n", resources.size(),
              static_cast<long long>(rows));
  return ok();
}

std::vector<Option> options() {
  return {{"from", "", "the city's data folder, or postgres:CONNINFO"},
          {"from-columns", "", "its columns where they are not in the folder: clickhouse://…"},
          {"to", "", "postgres:CONNINFO, or a data folder"},
          {"to-columns", "", "columns there: clickhouse://…, or a DuckDB file"}};
}

Result<void> run_migrate(const std::vector<std::string>& words) {
  CB_TRY(const Args args, Args::parse(words, options()));
  const std::string& from_place = args.get("from");
  const std::string& to_place = args.get("to");
  if (from_place.empty() || to_place.empty()) {
    return invalid("say --from and --to: a data folder, or postgres:CONNINFO");
  }
  Side from = side_of(from_place, args.get("from-columns"));
  Side to = side_of(to_place, args.get("to-columns"));
  if (!is_store(from_place) && !std::filesystem::exists(from_place + "/city.db")) {
    return not_found("no city in '" + from_place + "'");
  }
  if (from.columns.empty() || to.columns.empty()) {
    return invalid("say where the columns are, with --from-columns or --to-columns");
  }
  CB_DO(hold(to, to_place));
  const auto rests = hold(from, from_place);
  if (!rests && rests.error().code != Code::conflict) return rests.error();
  CB_TRY(from.db, sql::Db::open(from.store));
  CB_TRY(to.db, sql::Db::open(to.store));
  CB_DO(migrate_rooms(*to.db));
  CB_DO(copy_rows(from, to));
  if (!rests) {
    std::printf(
        "the city is served: what changes from now on is not in the copy. Stop it and run the "
        "command again; it then writes only the difference\n");
    return ok();
  }
  CB_DO(compare_rows(from, to));
  CB_DO(copy_columns(from, to));
  std::printf(
      "done. Serve the city from its new stores, and keep the old ones from being served\n");
  return ok();
}

}  // namespace

Command migrate_command() {
  return {"migrate",
          "migrate --from DIR|postgres:… --to postgres:…|DIR\n" + options_help(options()),
          "move a city to other stores, or back", run_migrate};
}

}  // namespace citybrain::cli
