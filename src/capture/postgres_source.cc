// PgSource: what capture makes over there (a publication and a slot, both named citybrain_NAME),
// how it looks around, and how a look and the stream are tied together.
#include "postgres_source.h"

#include <algorithm>

#include "base/text.h"
#include "postgres_link.h"
#include "postgres_look.h"
#include "postgres_snapshot.h"
#include "postgres_stream.h"
#include "postgres_tables.h"

namespace citybrain::capture {
namespace {

class PgSource final : public Source {
 public:
  explicit PgSource(Settings settings)
      : settings_(std::move(settings)), ours_("citybrain_" + settings_.name) {}

  Result<About> look() override {
    CB_TRY(const PgLink link, PgLink::open(settings_, PgLink::Use::query));
    return pg_look(link, ours_, settings_.tables);
  }
  Result<std::vector<ForeignTable>> tables() override {
    CB_TRY(const PgLink link, PgLink::open(settings_, PgLink::Use::query));
    return pg_tables(link, settings_.tables);
  }
  Result<std::unique_ptr<Snapshot>> begin() override;
  Result<std::unique_ptr<Snapshot>> look_again() override;
  Result<std::unique_ptr<Snapshot>> look_exactly(std::chrono::milliseconds wait) override;
  Result<std::unique_ptr<Stream>> stream(const std::string& position) override;
  Result<Lag> lag(const std::string& position) override {
    CB_TRY(const PgLink link, PgLink::open(settings_, PgLink::Use::query));
    return pg_lag(link, ours_, position);
  }
  bool reached(std::string_view position, std::string_view goal) const override {
    return position >= goal;  // both of 16 hex digits
  }
  Result<void> forget() override;

 private:
  Result<void> publish(const PgLink& link);
  // Makes a slot and imports the snapshot that belongs to its beginning.
  Result<std::unique_ptr<Snapshot>> over_slot(const std::string& slot, bool temporary,
                                              std::chrono::milliseconds wait);

  Settings settings_;
  std::string ours_;
};

// The publication must be there before the slot: what it publishes is looked up as of the change.
Result<void> PgSource::publish(const PgLink& link) {
  CB_TRY(const std::vector<ForeignTable> tables, pg_tables(link, settings_.tables));
  for (const ForeignTable& table : tables) {
    if (!table.obstacle.empty()) return invalid(table.full_name() + ": " + table.obstacle);
  }
  CB_TRY(const PgAnswer there,
         link.run("SELECT p.oid, t.schemaname || '.' || t.tablename FROM pg_publication p"
                  " LEFT JOIN pg_publication_tables t ON t.pubname = p.pubname"
                  " WHERE p.pubname = $1",
                  {ours_}));
  std::vector<std::string> published;
  for (int i = 0; i < PQntuples(there.get()); ++i) published.emplace_back(pg_text(there, i, 1));
  std::string missing;
  for (const ForeignTable& table : tables) {
    if (std::find(published.begin(), published.end(), table.full_name()) != published.end()) {
      continue;
    }
    missing += (missing.empty() ? "" : ", ") + pg_table_name(table);
  }
  if (missing.empty()) return ok();
  const bool exists = PQntuples(there.get()) > 0;
  const std::string sql = exists ? "ALTER PUBLICATION " + pg_name(ours_) + " ADD TABLE " + missing
                                 : "CREATE PUBLICATION " + pg_name(ours_) + " FOR TABLE " +
                                       missing + " WITH (publish_via_partition_root = true)";
  const auto done = link.run(sql);
  if (done) return ok();
  if (done.error().code != Code::denied) return done.error();
  return denied(done.error().message + "; let the tables' owner run: " + sql);
}

Result<std::unique_ptr<Snapshot>> PgSource::over_slot(const std::string& slot, bool temporary,
                                                      std::chrono::milliseconds wait) {
  CB_TRY(PgLink holder, PgLink::open(settings_, PgLink::Use::replication));
  CB_TRY(const PgAnswer made, holder.run_within("CREATE_REPLICATION_SLOT " + pg_name(slot) +
                                                    (temporary ? " TEMPORARY" : "") +
                                                    " LOGICAL pgoutput EXPORT_SNAPSHOT",
                                                wait));
  if (!made || PQntuples(made.get()) != 1) return corrupt("no answer to CREATE_REPLICATION_SLOT");
  CB_TRY(const std::uint64_t lsn, lsn_from_pg(pg_text(made, 0, 1)));
  const std::string exported(pg_text(made, 0, 2));
  CB_TRY(PgLink link, PgLink::open(settings_, PgLink::Use::query));
  return pg_snapshot(std::move(link), std::move(holder), exported, lsn_text(lsn));
}

Result<std::unique_ptr<Snapshot>> PgSource::begin() {
  constexpr std::chrono::minutes wait{10};  // for transactions that run over there
  {
    CB_TRY(const PgLink link, PgLink::open(settings_, PgLink::Use::query));
    CB_DO(publish(link));
  }
  return over_slot(ours_, false, wait);
}

Result<std::unique_ptr<Snapshot>> PgSource::look_again() {
  CB_TRY(PgLink link, PgLink::open(settings_, PgLink::Use::query));
  return pg_snapshot(std::move(link), std::nullopt, "", "");
}

Result<std::unique_ptr<Snapshot>> PgSource::look_exactly(std::chrono::milliseconds wait) {
  return over_slot(ours_ + "_look", true, wait);
}

Result<std::unique_ptr<Stream>> PgSource::stream(const std::string& position) {
  CB_TRY(const std::uint64_t lsn, lsn_from_text(position));
  CB_TRY(const PgLink link, PgLink::open(settings_, PgLink::Use::query));
  CB_DO(pg_check_slot(link, ours_, lsn));
  CB_DO(publish(link));
  CB_TRY(std::vector<ForeignTable> known, pg_tables(link, settings_.tables));
  CB_TRY(auto domains, pg_domains(link));
  // Domains made later are asked for when they come up.
  const auto base = [settings = settings_, domains](PgType type) mutable -> Result<PgType> {
    constexpr std::uint32_t first_made_by_users = 16'384;
    if (type.oid < first_made_by_users) return type;
    if (!domains.contains(type.oid)) {
      CB_TRY(const PgLink again, PgLink::open(settings, PgLink::Use::query));
      CB_TRY(domains, pg_domains(again));
      domains.try_emplace(type.oid, type);  // no domain: itself
    }
    return domains.at(type.oid);
  };
  CB_TRY(PgLink replication, PgLink::open(settings_, PgLink::Use::replication));
  return pg_stream(std::move(replication), ours_, ours_, lsn, PgOutput(std::move(known), base));
}

Result<void> PgSource::forget() {
  CB_TRY(const PgLink link, PgLink::open(settings_, PgLink::Use::query));
  // A reader that has just died may hold the slot for a moment yet.
  CB_DO(
      link.run("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
               " WHERE slot_name = $1 AND active_pid IS NOT NULL",
               {ours_}));
  constexpr int attempts_max = 50;
  for (int attempt = 1;; ++attempt) {
    const auto dropped = link.run(
        "SELECT pg_drop_replication_slot(slot_name) FROM"
        " pg_replication_slots WHERE slot_name = $1",
        {ours_});
    if (dropped) break;
    if (dropped.error().code != Code::unavailable || attempt == attempts_max) {
      return dropped.error();
    }
    CB_DO(link.run("SELECT pg_sleep(0.1)"));
  }
  CB_DO(link.run("DROP PUBLICATION IF EXISTS " + pg_name(ours_)));
  return ok();
}

}  // namespace

Result<std::unique_ptr<Source>> open_postgres(Settings settings) {
  CB_DO(check_address(settings));
  return std::unique_ptr<Source>(std::make_unique<PgSource>(std::move(settings)));
}

}  // namespace citybrain::capture
