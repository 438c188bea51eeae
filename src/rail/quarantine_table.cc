// rail_quarantine, written: see quarantine_table.h.
#include "quarantine_table.h"

#include "base/ids.h"
#include "base/json.h"
#include "base/text.h"

namespace citybrain::rail {
namespace {

std::string reasons_text(const std::vector<Reason>& reasons) {
  json::array out;
  for (const Reason& reason : reasons) {
    out.push_back(
        json::object{{"item", reason.item}, {"check", reason.check}, {"message", reason.message}});
  }
  return json::serialize(out);
}

std::string first_item(const std::vector<Reason>& reasons) {
  return reasons.empty() ? "" : reasons[0].item;
}
std::string first_check(const std::vector<Reason>& reasons) {
  return reasons.empty() ? "" : reasons[0].check;
}

}  // namespace

Result<void> quarantine(sql::Tx& tx, const SourceRow& source, const std::vector<BadRow>& bad,
                        Timestamp now, std::string_view within) {
  if (bad.empty()) return ok();
  struct Texts {  // binding borrows, so these live until the statement is done
    std::string id, reasons, item, check;
  };
  std::vector<Texts> texts;
  for (const BadRow& row : bad) {
    const std::string line = std::to_string(row.line);
    texts.push_back({within.empty() ? derived_id({"rail_quarantine", source.name, line})
                                    : derived_id({"rail_quarantine", source.name, within, line}),
                     reasons_text(row.reasons), first_item(row.reasons), first_check(row.reasons)});
  }
  CB_DO(tx.exec_rows(
      "INSERT INTO rail_quarantine (id, source, resource, line, reasons, raw, seen_at, key_text,"
      " item, check_kind, whole) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
      " ON CONFLICT (id) DO NOTHING",
      bad.size(), [&](std::size_t i, sql::Binder& bind) {
        bind.text(texts[i].id);
        bind.text(source.name);
        bind.text(source.resource);
        bind.integer(bad[i].line);
        bind.text(texts[i].reasons);
        bind.blob(bad[i].raw);
        bind.integer(now.us);
        bind.text(bad[i].key);
        bind.text(texts[i].item);
        bind.text(texts[i].check);
        bind.integer(bad[i].whole ? 1 : 0);
      }));
  return ok();
}

Result<void> release_behind(sql::Tx& tx, const std::string& source, std::int64_t line) {
  CB_DO(tx.exec("DELETE FROM rail_quarantine WHERE source = $1 AND line > $2", {source, line}));
  return ok();
}

Result<void> quarantine_keyed(sql::Tx& tx, const std::string& source, const std::string& resource,
                              const std::vector<KeyedBad>& bad, Timestamp now) {
  for (const KeyedBad& row : bad) {
    CB_DO(tx.exec(
        "INSERT INTO rail_quarantine (id, source, resource, line, reasons, raw, seen_at, key_text,"
        " item, check_kind) VALUES ($1, $2, $3, 0, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (id) DO UPDATE SET reasons = excluded.reasons, raw = excluded.raw,"
        " seen_at = excluded.seen_at, item = excluded.item, check_kind = excluded.check_kind,"
        " state = 'open', settled_at = 0, settled_by = '', note = ''",
        {derived_id({"rail_quarantine", source, resource, row.key}), source, resource,
         reasons_text(row.reasons), sql::Blob{row.raw}, now.us, row.key, first_item(row.reasons),
         first_check(row.reasons)}));
  }
  return ok();
}

Result<std::int64_t> settle_keyed(sql::Tx& tx, const std::string& resource,
                                  const std::vector<std::string>& keys, const std::string& how,
                                  Timestamp now) {
  std::vector<sql::Params> rows;
  for (const std::string& key : keys) {
    if (!key.empty()) rows.push_back({resource, key, how, now.us});
  }
  if (rows.empty()) return std::int64_t{0};
  return tx.exec_many(
      "UPDATE rail_quarantine SET state = $3, settled_at = $4, settled_by = 'system' WHERE"
      " resource = $1 AND key_text = $2 AND state = 'open'",
      rows);
}

Result<std::int64_t> settle_ids(sql::Tx& tx, const std::vector<std::string>& ids,
                                const std::string& how, const std::string& by,
                                const std::string& note, Timestamp now) {
  std::vector<sql::Params> rows;
  for (const std::string& id : ids) rows.push_back({id, how, now.us, by, note});
  if (rows.empty()) return std::int64_t{0};
  return tx.exec_many(
      "UPDATE rail_quarantine SET state = $2, settled_at = $3, settled_by = $4, note = $5"
      " WHERE id = $1 AND state = 'open'",
      rows);
}

Cause quarantine_cause(const catalog::Resource& resource) {
  return {resource.code, "quarantine", "", "《" + resource.name + "》有记录未通过检查，已隔离", {}};
}

Result<OpenKeys> OpenKeys::load(sql::Db& db, const std::string& resource) {
  return db.read([&](sql::Session& session) -> Result<OpenKeys> {
    OpenKeys out;
    CB_DO(
        session.each("SELECT key_text FROM rail_quarantine WHERE resource = $1 AND"
                     " state = 'open' AND key_text <> '' ORDER BY seen_at DESC LIMIT $2",
                     {resource, keys_max}, [&](const sql::Row& row) -> Result<void> {
                       out.keys_.insert(row.text(0));
                       return ok();
                     }));
    return out;
  });
}

std::vector<std::string> OpenKeys::take(const Plan& plan, const Batch& batch) {
  std::vector<std::string> found;
  if (keys_.empty() || plan.key.empty()) return found;
  for (std::size_t row = 0; row < batch.rows; ++row) {
    std::string key = key_text(plan, batch, row);
    if (keys_.erase(key) > 0) found.push_back(std::move(key));
  }
  return found;
}

Result<HeldRow> held_row(sql::Session& session, const std::string& id) {
  CB_TRY(const auto row,
         session.query_one("SELECT source, resource, state, raw, whole FROM rail_quarantine"
                           " WHERE id = $1",
                           {id}));
  if (!row) return not_found("no row '" + id + "' in quarantine");
  return HeldRow{id, row->text(0), row->text(1), row->text(2), row->bytes(3), row->boolean(4)};
}

Result<std::vector<HeldRow>> untried(sql::Session& session, const std::string& resource,
                                     const std::string& check, Timestamp since,
                                     std::int64_t limit) {
  CB_TRY(const auto rows,
         session.query("SELECT id, source, raw, whole FROM rail_quarantine WHERE resource = $1 AND"
                       " state = 'open' AND tried_at < $2 AND (check_kind = $3 OR ($3 = '' AND"
                       " check_kind <> 'key')) ORDER BY seen_at, id LIMIT $4",
                       {resource, since.us, check, limit}));
  std::vector<HeldRow> out;
  for (const sql::Row& row : rows) {
    out.push_back({row.text(0), row.text(1), resource, "open", row.bytes(2), row.boolean(3)});
  }
  return out;
}

Result<void> mark_tried(sql::Tx& tx, const std::vector<std::string>& ids, Timestamp at) {
  std::vector<sql::Params> rows;
  for (const std::string& id : ids) rows.push_back({id, at.us});
  if (!rows.empty()) {
    CB_DO(tx.exec_many("UPDATE rail_quarantine SET tried_at = $2 WHERE id = $1", rows));
  }
  return ok();
}

Result<void> renew_reasons(sql::Tx& tx, const std::string& id, const std::vector<Reason>& reasons) {
  CB_DO(tx.exec("UPDATE rail_quarantine SET reasons = $2, item = $3, check_kind = $4 WHERE id = $1",
                {id, reasons_text(reasons), first_item(reasons), first_check(reasons)}));
  return ok();
}

Result<void> note_arrival(sql::Tx& tx, const SourceRow& source, std::int64_t good, std::int64_t bad,
                          Timestamp now) {
  CB_DO(
      tx.exec("INSERT INTO rail_arrival (source, to_line, resource, at, rows_good, rows_bad)"
              " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (source, to_line) DO NOTHING",
              {source.name, source.position.line, source.resource, now.us, good, bad}));
  return ok();
}

}  // namespace citybrain::rail
