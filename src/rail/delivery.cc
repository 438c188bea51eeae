// Delivery: see delivery.h. The crash windows rail.delivery_noted and rail.delivery_landed are
// where the tests kill.
#include "delivery.h"

#include "base/crash.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/text.h"
#include "ingest.h"

namespace citybrain::rail {
namespace {

constexpr std::size_t key_bytes_max = 200;
constexpr std::size_t rows_told_max = 1'000;
constexpr std::int64_t rows_max = 1'000'000;

json::object reply_of(const PushReport& report, std::int64_t lines) {
  json::array rows;
  for (const RowResult& row : report.rows) {
    json::array reasons;
    for (const Reason& reason : row.reasons) {
      reasons.push_back(json::array{reason.item, reason.check, reason.message});
    }
    rows.push_back(json::object{{"line", row.line}, {"reasons", std::move(reasons)}});
  }
  return {{"accepted", report.accepted},
          {"quarantined", report.quarantined},
          {"lines", lines},
          {"rows", std::move(rows)}};
}

Result<PushReport> report_from(std::string_view text) {
  CB_TRY(const json::value value, parse_json(text));
  const json::object& object = value.as_object();
  PushReport report;
  report.accepted = object.at("accepted").as_int64();
  report.quarantined = object.at("quarantined").as_int64();
  for (const json::value& row : object.at("rows").as_array()) {
    RowResult one{row.at("line").as_int64(), {}};
    for (const json::value& reason : row.at("reasons").as_array()) {
      const json::array& parts = reason.as_array();
      one.reasons.push_back({std::string(parts[0].as_string()), std::string(parts[1].as_string()),
                             std::string(parts[2].as_string())});
    }
    report.rows.push_back(std::move(one));
  }
  return report;
}

std::string number_text(std::int64_t number) { return "n=" + std::to_string(number); }

// One delivery under way. Used once, under the resource's turn.
class Delivery {
 public:
  Delivery(RailState& rail, const Deliver& what) : rail_(rail), what_(what) {}

  Result<PushReport> run() {
    const Timestamp now = rail_.clock.now();
    CB_TRY(plan_, Plan::compile(rail_.catalog, what_.resource, now));
    CB_DO(open_source(now));
    CB_DO(finish_last(now));
    const std::string digest = to_hex(sha256(what_.body));
    CB_TRY(const auto seen, rail_.db.read([&](sql::Session& session) {
      return session.query_one(
          "SELECT body_digest, reply FROM rail_delivery WHERE resource = $1"
          " AND idempotency_key = $2",
          {what_.resource, what_.key});
    }));
    if (seen) {
      if (seen->text(0) != digest) {
        return conflict("the idempotency key '" + what_.key +
                        "' came with another body before; a new request needs a new key");
      }
      CB_TRY(PushReport report, report_from(seen->text(1)));
      report.replayed = true;
      return report;
    }
    CB_DO(read());
    CB_DO(keyed() ? land_keyed(digest, now) : land_append(digest, now));
    rail_.changed(what_.resource);
    CB_DO(rail_.catalog.record_quality({what_.resource, source_.name, source_.position.bytes,
                                        report_.accepted, report_.quarantined}));
    return report_;
  }

 private:
  bool keyed() const { return plan_.resource->keeping == catalog::Keeping::keyed; }

  Result<void> open_source(Timestamp now) {
    const std::string name = "push:" + what_.resource;
    CB_TRY(auto known, rail_.sources.named(name));
    if (known) {
      source_ = std::move(*known);
    } else {
      source_.name = name;
      source_.resource = what_.resource;
      source_.file = "push";
      source_.kind = "push";
      source_.format = Format::ndjson;
      source_.encoding = Encoding::utf8;
      source_.found_at = now;
    }
    source_.state = "complete";
    source_.updated_at = now;
    CB_TRY(landed_, rail_.lake.position(name));
    return ok();
  }

  // A delivery that was noted and not finished: the process died in it.
  Result<void> finish_last(Timestamp now) {
    if (keyed()) return ok();
    CB_TRY(const auto last, rail_.db.read([&](sql::Session& session) {
      return session.query_one(
          "SELECT idempotency_key, number, reply, settles, settles_as, author"
          " FROM rail_delivery WHERE resource = $1 AND state = 'landing'",
          {what_.resource});
    }));
    if (!last) return ok();
    const std::string key = last->text(0);
    CB_TRY(const PushReport report, report_from(last->text(2)));
    CB_TRY(const json::value reply, parse_json(last->text(2)));
    const std::int64_t lines = reply.at("lines").as_int64();
    if (landed_ == number_text(last->integer(1))) {
      source_.position.bytes = last->integer(1);
      return rail_.db.write([&](sql::Tx& tx) {
        return settle(tx, key, report, last->text(3), last->text(4), last->text(5), "", now);
      });
    }
    return rail_.db.write([&](sql::Tx& tx) -> Result<void> {
      for (std::int64_t line = 1; line <= lines; ++line) {
        CB_DO(tx.exec("DELETE FROM rail_quarantine WHERE id = $1",
                      {derived_id({"rail_quarantine", source_.name, key, std::to_string(line)})}));
      }
      CB_DO(tx.exec("DELETE FROM rail_delivery WHERE resource = $1 AND idempotency_key = $2",
                    {what_.resource, key}));
      return ok();
    });
  }

  // The body, checked. Errors: invalid where it is no NDJSON at all.
  Result<void> read() {
    ReaderOptions options;
    options.format = Format::ndjson;
    options.rows_max = rows_max;
    const OpenBytes bytes = [this]() -> Result<std::unique_ptr<ByteSource>> {
      return bytes_of(what_.body);
    };
    CB_TRY(const auto reader, BatchReader::open(bytes, plan_, options, {}, missing_in(rail_.lake)));
    CB_TRY(const bool some, reader->next(batch_));
    if (!some || batch_.batch.rows + batch_.bad.size() == 0) {
      return invalid("the body has no rows; send NDJSON, one object a line");
    }
    if (!batch_.last) {
      CB_TRY(batch_.last, nothing_left(*reader));
    }
    const BadRow* first = batch_.bad.empty() ? nullptr : &batch_.bad.front();
    if (batch_.batch.rows == 0 && first != nullptr && first->reasons[0].check == "row") {
      return invalid("line " + std::to_string(first->line) + " is no row (" +
                     first->reasons[0].message + "); send NDJSON, one object a line");
    }
    report_.accepted = static_cast<std::int64_t>(batch_.batch.rows);
    report_.quarantined = static_cast<std::int64_t>(batch_.bad.size());
    for (const BadRow& row : batch_.bad) {
      if (report_.rows.size() == rows_told_max) break;
      report_.rows.push_back({row.line, row.reasons});
    }
    return ok();
  }

  static Result<bool> nothing_left(BatchReader& reader) {
    CheckedBatch rest;
    CB_TRY(const bool some, reader.next(rest));
    if (some && rest.batch.rows + rest.bad.size() > 0) {
      return exhausted("more than " + std::to_string(rows_max) +
                       " rows in one request; send parts");
    }
    return true;
  }

  Result<void> note(sql::Tx& tx, const std::string& digest, const char* state, Timestamp now) {
    json::array settles;
    for (const std::int64_t line : batch_.lines) {
      if (!what_.ids.empty()) settles.push_back(json::string(what_.ids[index(line)]));
    }
    CB_DO(
        tx.exec("INSERT INTO rail_delivery (resource, idempotency_key, body_digest, number,"
                " state, reply, settles, settles_as, author, at) VALUES ($1, $2, $3, $4, $5, $6,"
                " $7, $8, $9, $10)",
                {what_.resource, what_.key, digest, number(), state,
                 json::serialize(reply_of(report_, batch_.after.line + 1)),
                 json::serialize(settles), what_.settles_as, what_.by, now.us}));
    if (what_.ids.empty()) return quarantine(tx, source_, batch_.bad, now, what_.key);
    for (const BadRow& row : batch_.bad) {
      CB_DO(renew_reasons(tx, what_.ids[index(row.line)], row.reasons));
    }
    return ok();
  }

  // What a landed delivery leads to: rows settled, the source's counts, orders.
  Result<void> settle(sql::Tx& tx, const std::string& key, const PushReport& report,
                      const std::string& ids_text, const std::string& how, const std::string& by,
                      const std::string& why, Timestamp now) {
    CB_TRY(const json::value ids_value, parse_json(ids_text));
    std::vector<std::string> ids;
    for (const json::value& id : ids_value.as_array()) ids.emplace_back(id.as_string());
    CB_DO(settle_ids(tx, ids, how, by, why, now));
    CB_DO(settle_keyed(tx, what_.resource, corrected_, "corrected", now));
    SourceRow after = source_;
    after.position.line += report.accepted + report.quarantined;
    after.position.landed += report.accepted;
    after.position.quarantined += report.quarantined;
    CB_DO(SourceTable::save(tx, after));
    CB_DO(
        tx.exec("UPDATE rail_delivery SET state = 'done' WHERE resource = $1 AND"
                " idempotency_key = $2",
                {what_.resource, key}));
    CB_DO(note_arrival(tx, after, report.accepted, report.quarantined, now));
    if (report.quarantined > 0 && ids.empty() && how.empty()) {
      CB_DO(rail_.orders.open(tx, quarantine_cause(*plan_.resource), now));
    }
    return rail_.orders.close_if_clear(tx, what_.resource, now);
  }

  Result<void> settle_now(sql::Tx& tx, Timestamp now) {
    json::array ids;
    for (const std::int64_t line : batch_.lines) {
      if (!what_.ids.empty()) ids.push_back(json::string(what_.ids[index(line)]));
    }
    return settle(tx, what_.key, report_, json::serialize(ids), what_.settles_as, what_.by,
                  what_.note, now);
  }

  Result<void> land_keyed(const std::string& digest, Timestamp now) {
    CB_DO(take_corrected());
    const lake::Landing landing{what_.resource, source_.name, number_text(number()), landed_, {}};
    source_.position.bytes = number();
    CB_DO(rail_.lake.land(landing, batch_.batch, [&](sql::Tx& tx) -> Result<void> {
      CB_DO(note(tx, digest, "done", now));
      CB_DO(settle_now(tx, now));
      crash_point("rail.delivery_noted");
      return ok();
    }));
    crash_point("rail.delivery_landed");
    return ok();
  }

  Result<void> land_append(const std::string& digest, Timestamp now) {
    CB_DO(take_corrected());
    CB_DO(rail_.db.write([&](sql::Tx& tx) { return note(tx, digest, "landing", now); }));
    crash_point("rail.delivery_noted");
    const lake::Landing landing{what_.resource, source_.name, number_text(number()), landed_, {}};
    CB_DO(rail_.lake.land(landing, batch_.batch));
    crash_point("rail.delivery_landed");
    source_.position.bytes = number();
    return rail_.db.write([&](sql::Tx& tx) { return settle_now(tx, now); });
  }

  Result<void> take_corrected() {
    if (!what_.ids.empty()) return ok();
    CB_TRY(OpenKeys open, OpenKeys::load(rail_.db, what_.resource));
    corrected_ = open.take(plan_, batch_.batch);
    return ok();
  }

  std::int64_t number() const {
    if (landed_.empty()) return 1;
    return parse_int(std::string_view(landed_).substr(2)).value_or(0) + 1;
  }
  static std::size_t index(std::int64_t line) { return static_cast<std::size_t>(line - 1); }

  RailState& rail_;
  const Deliver& what_;
  Plan plan_;
  SourceRow source_;
  std::string landed_;
  CheckedBatch batch_;
  std::vector<std::string> corrected_;
  PushReport report_;
};

}  // namespace

Result<PushReport> deliver(RailState& rail, const Deliver& what) {
  if (what.key.empty() || what.key.size() > key_bytes_max || !is_utf8(what.key)) {
    return invalid("the idempotency key has " + std::to_string(what.key.size()) +
                   " bytes; send 1..200 of text in the header Idempotency-Key");
  }
  CB_DO(rail.catalog.resource(what.resource));
  const std::lock_guard turn(rail.turn_of(what.resource));
  return Delivery(rail, what).run();
}

// In pieces, so that landings do not wait long; ended anywhere, it goes on with what is left.
Result<bool> forget_deliveries(sql::Db& db, Timestamp before) {
  constexpr std::int64_t forgotten_max = 10'000;
  CB_TRY(const std::int64_t gone, db.write([&](sql::Tx& tx) {
    return tx.exec(
        "DELETE FROM rail_delivery WHERE state = 'done' AND at < $1 AND (resource,"
        " idempotency_key) IN (SELECT resource, idempotency_key FROM rail_delivery WHERE"
        " state = 'done' AND at < $1 ORDER BY at LIMIT $2)",
        {before.us, forgotten_max});
  }));
  return gone == forgotten_max;
}

}  // namespace citybrain::rail
