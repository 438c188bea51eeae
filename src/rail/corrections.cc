// Rows in quarantine put right: by a department's corrected row, by today's rules, or taken off by
// hand. Each passes the same checks as any row that comes in.
#include "base/ids.h"
#include "base/json.h"
#include "delivery.h"
#include "quarantine_table.h"
#include "raw_cells.h"

namespace citybrain::rail {
namespace {

constexpr std::size_t redrive_bytes_max = 32 << 20;

// The cells as one line of NDJSON, those that are empty left out.
std::string line_of(const catalog::Resource& resource, const std::vector<std::string>& cells) {
  json::object object;
  for (std::size_t i = 0; i < resource.items.size(); ++i) {
    if (!cells[i].empty()) object[resource.items[i].code] = cells[i];
  }
  return json::serialize(object) + "\n";
}

Result<std::vector<std::string>> header_of(const RailState& rail, const std::string& source) {
  CB_TRY(const auto row, rail.sources.named(source));
  return row ? row->header : std::vector<std::string>();
}

Result<HeldRow> open_row(RailState& rail, const std::string& id) {
  CB_TRY(HeldRow row, rail.db.read([&](sql::Session& session) { return held_row(session, id); }));
  if (row.state != "open") return conflict("the row '" + id + "' is settled already: " + row.state);
  return row;
}

}  // namespace

Result<PushReport> Rail::push(const std::string& resource, const std::string& key,
                              const std::string& body, const std::string& by) {
  return deliver(*state_, {.resource = resource, .key = key, .body = body, .by = by});
}

Result<ResubmitReport> Rail::resubmit(const std::string& id,
                                      const std::map<std::string, std::string>& cells,
                                      const std::string& note, const std::string& by) {
  CB_TRY(const HeldRow row, open_row(*state_, id));
  CB_TRY(const auto resource, state_->catalog.resource(row.resource));
  CB_TRY(const auto header, header_of(*state_, row.source));
  auto merged = raw_cells(*resource, header, row.raw);
  if (!merged) merged.emplace(resource->items.size());
  for (const auto& [code, text] : cells) {
    const catalog::Item* item = resource->find(code);
    if (item == nullptr) return invalid("'" + code + "' is no item of " + row.resource);
    (*merged)[static_cast<std::size_t>(item - resource->items.data())] = text;
  }
  const std::string line = line_of(*resource, *merged);
  // Tried twice, the same correction is one: the key follows from it and from the row's reasons.
  const std::string key = "fix:" + derived_id({id, line, std::to_string(state_->clock.now().us)});
  CB_TRY(const PushReport report, deliver(*state_, {.resource = row.resource,
                                                    .key = key,
                                                    .body = line,
                                                    .by = by,
                                                    .ids = {id},
                                                    .settles_as = "corrected",
                                                    .note = note}));
  return ResubmitReport{report.accepted == 1,
                        report.rows.empty() ? std::vector<Reason>() : report.rows[0].reasons};
}

Result<void> Rail::dismiss(const std::string& id, const std::string& note, const std::string& by) {
  if (note.empty()) return invalid("'note' is empty; say why the row is not wanted");
  CB_TRY(const HeldRow row, open_row(*state_, id));
  const Timestamp now = state_->clock.now();
  return state_->db.write([&](sql::Tx& tx) -> Result<void> {
    CB_DO(settle_ids(tx, {id}, "dismissed", by, note, now));
    return state_->orders.close_if_clear(tx, row.resource, now);
  });
}

Result<RedriveReport> Rail::redrive(const std::string& resource, const std::string& check,
                                    std::int64_t limit, Timestamp since, const std::string& by) {
  if (limit < 1 || limit > 5'000) {
    return invalid("'limit' is " + std::to_string(limit) + "; send 1..5000");
  }
  CB_TRY(const auto entry, state_->catalog.resource(resource));
  RedriveReport report;
  report.since = since.us > 0 ? since : state_->clock.now();
  CB_TRY(const auto rows, state_->db.read([&](sql::Session& session) {
    return untried(session, resource, check, report.since, limit + 1);
  }));
  report.more = static_cast<std::int64_t>(rows.size()) > limit;
  Deliver what;
  what.resource = resource;
  what.by = by;
  what.settles_as = "redriven";
  std::vector<std::string> looked_at;
  std::map<std::string, std::vector<std::string>> headers;
  for (const HeldRow& row : rows) {
    if (static_cast<std::int64_t>(looked_at.size()) == limit) break;
    if (what.body.size() > redrive_bytes_max) {
      report.more = true;
      break;
    }
    looked_at.push_back(row.id);
    if (!headers.contains(row.source)) {
      CB_TRY(headers[row.source], header_of(*state_, row.source));
    }
    const auto cells = row.whole ? raw_cells(*entry, headers[row.source], row.raw) : std::nullopt;
    if (!cells) {
      ++report.cannot;
      continue;
    }
    what.ids.push_back(row.id);
    what.body += line_of(*entry, *cells);
  }
  report.tried = static_cast<std::int64_t>(what.ids.size());
  if (report.tried > 0) {
    what.key = "redrive:" + derived_id({resource, what.ids.front(), what.ids.back(),
                                        std::to_string(state_->clock.now().us)});
    CB_TRY(const PushReport landed, deliver(*state_, what));
    report.passed = landed.accepted;
    report.left = landed.quarantined;
  }
  CB_DO(state_->db.write([&](sql::Tx& tx) { return mark_tried(tx, looked_at, report.since); }));
  return report;
}

}  // namespace citybrain::rail
