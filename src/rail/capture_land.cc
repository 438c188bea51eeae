// FoldParts: see capture_land.h.
#include "capture_land.h"

#include <algorithm>

#include "base/json.h"
#include "capture_check.h"

namespace citybrain::rail {
namespace {

constexpr std::int64_t truncate_rows = 20'000;  // taken away in one part

std::string json_of_row(const capture::RowText& row) {
  json::array out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row.has_text(i)) {
      out.emplace_back(row.text(i));
    } else if (row.is_null(i)) {
      out.emplace_back(nullptr);
    } else {
      out.emplace_back(false);
    }
  }
  return json::serialize(out);
}

// A batch row that carries a key alone, for a remove.
void append_key(const Schema& schema, const std::vector<Cell>& key, Batch& batch) {
  std::vector<Cell> cells(schema.fields.size());
  for (std::size_t i = 0; i < key.size(); ++i) cells[*schema.find(schema.key[i])] = key[i];
  batch.append_row(cells);
}

// Rows whose absent cells are filled from the row there was: under the key it moved from, or under
// its own. "" in `sources`: there is none that may be trusted, and the cells stay absent.
Result<std::vector<capture::RowText>> complete(const TableMap& map,
                                               const std::vector<std::string>& sources,
                                               const std::vector<const Net*>& nets,
                                               lake::RowsView& rows) {
  std::vector<std::vector<Cell>> wanted;
  std::vector<std::size_t> of;
  for (std::size_t i = 0; i < nets.size(); ++i) {
    auto cells = sources[i].empty() ? std::nullopt : map.key_cells(sources[i]);
    if (!cells) continue;
    wanted.push_back(std::move(*cells));
    of.push_back(i);
  }
  CB_TRY(const auto found, rows.get_many(map.resource(), wanted));
  std::vector<const std::vector<Cell>*> before(nets.size(), nullptr);
  for (std::size_t k = 0; k < found.size(); ++k) {
    if (found[k]) before[of[k]] = &*found[k];
  }
  std::vector<capture::RowText> out(nets.size());
  for (std::size_t i = 0; i < nets.size(); ++i) {
    const capture::RowText& row = nets[i]->row;
    std::optional<capture::RowText> aside;
    if (before[i] == nullptr && !sources[i].empty()) {
      CB_TRY(aside, find_aside(rows.session(), map.resource(), sources[i]));
    }
    for (std::size_t c = 0; c < row.size(); ++c) {
      if (!row.is_absent(c)) {
        out[i].copy(row, c);
      } else if (before[i] != nullptr && c < before[i]->size()) {
        const Cell& cell = (*before[i])[c];
        is_null(cell) ? out[i].add_null() : out[i].add(canonical_text(cell));
      } else if (aside && c < aside->size() && !aside->is_absent(c)) {
        out[i].copy(*aside, c);
      } else if (nets[i]->fresh) {
        out[i].add_null();
      } else {
        out[i].add_absent();
      }
    }
  }
  return out;
}

Result<void> set_aside(sql::Tx& tx, const TableMap& map, const std::vector<BadIn>& bad,
                       Timestamp now) {
  if (bad.empty()) return ok();
  std::vector<KeyedBad> keyed;
  std::vector<sql::Params> rows;
  for (const BadIn& one : bad) {
    keyed.push_back({TableMap::shown(one.key), raw_of(map, one.row), one.reasons});
    rows.push_back({map.resource(), TableMap::json_of(one.key), json_of_row(one.row)});
  }
  CB_DO(
      tx.exec_many("INSERT INTO rail_capture_aside (resource, key, body) VALUES ($1, $2, $3)"
                   " ON CONFLICT (resource, key) DO UPDATE SET body = excluded.body",
                   rows));
  return quarantine_keyed(tx, map.row().source, map.resource(), keyed, now);
}

// What was set aside under these keys is so no longer.
Result<void> settle(sql::Tx& tx, const TableMap& map, const std::vector<std::string>& keys,
                    const char* how, Timestamp now) {
  std::vector<sql::Params> rows;
  std::vector<std::string> texts;
  for (const std::string& key : keys) {
    CB_TRY(const auto found, find_aside(tx, map.resource(), key));
    if (!found) continue;
    rows.push_back({map.resource(), TableMap::json_of(key)});
    texts.push_back(TableMap::shown(key));
  }
  if (rows.empty()) return ok();
  CB_DO(tx.exec_many("DELETE FROM rail_capture_aside WHERE resource = $1 AND key = $2", rows));
  CB_DO(settle_keyed(tx, map.resource(), texts, how, now));
  return ok();
}

}  // namespace

void FoldParts::restart() {
  fold_index_ = 0;
  fold_ = nullptr;
  tables_.clear();
  table_ = 0;
  truncating_ = false;
  counts_.clear();
}

// To the next table, of this fold or of the next; false at the end.
Result<bool> FoldParts::advance() {
  if (fold_ != nullptr && ++table_ < tables_.size()) {
    truncating_ = fold_->tables().at(tables_[table_]).truncated;
    return true;
  }
  for (;;) {
    CB_TRY(const bool more, folds_(fold_index_, fold_));
    if (!more) return false;
    ++fold_index_;
    tables_.clear();
    for (const auto& [name, fold] : fold_->tables()) tables_.push_back(name);
    if (tables_.empty()) continue;
    std::stable_sort(tables_.begin(), tables_.end(), [&](const auto& a, const auto& b) {
      return maps_.at(a)->plan().has_refs < maps_.at(b)->plan().has_refs;
    });
    table_ = 0;
    truncating_ = fold_->tables().at(tables_[0]).truncated;
    return true;
  }
}

Result<bool> FoldParts::next(std::size_t index, lake::RowsView& rows, sql::Tx& tx,
                             lake::Part& part) {
  if (index == 0) restart();
  if (!truncating_) {
    CB_TRY(const bool more, advance());
    if (!more) return false;
  }
  const TableMap& map = *maps_.at(tables_[table_]);
  part.landing = {map.resource(), map.lake_source(), position_, std::nullopt, {}};
  part.batch = Batch(map.plan().schema);
  if (truncating_) {
    CB_TRY(const bool any, truncate(rows, tx, part));
    if (any) return true;
    truncating_ = false;
  }
  CB_DO(build(rows, tx, part));
  return true;
}

// The first rows there are, as removes; false where none is left.
Result<bool> FoldParts::truncate(lake::RowsView& rows, sql::Tx& tx, lake::Part& part) {
  const TableMap& map = *maps_.at(tables_[table_]);
  CB_TRY(Batch some, rows.get_prefix(map.resource(), {}, truncate_rows));
  if (some.rows == 0) {
    std::vector<std::string> keys;
    CB_DO(each_aside(tx, map.resource(), [&](const AsideRow& row) -> Result<void> {
      keys.push_back(row.key);
      return ok();
    }));
    CB_DO(settle(tx, map, keys, "removed", rail_.clock.now()));
    return false;
  }
  part.landing.ops.assign(some.rows, lake::Op::remove);
  counts_[tables_[table_]].removes += static_cast<std::int64_t>(some.rows);
  part.batch = std::move(some);
  return true;
}

Result<void> FoldParts::build(lake::RowsView& rows, sql::Tx& tx, lake::Part& part) {
  const std::string& table = tables_[table_];
  const TableMap& map = *maps_.at(table);
  const TableFold& fold = fold_->tables().at(table);
  std::vector<RowIn> in;
  std::vector<std::string> gone;
  std::vector<std::string> torn_keys;
  std::vector<std::string> sources;
  std::vector<const Net*> torn;
  for (const auto& [key, net] : fold.rows) {
    if (net.removed) {
      gone.push_back(key);
    } else if (has_absent(net.row)) {
      const bool moved = !net.from.empty();
      const bool doubtful = moved && in_doubt_ && in_doubt_(table, net.from);
      torn_keys.push_back(key);
      sources.push_back(doubtful ? "" : moved ? net.from : key);
      torn.push_back(&net);
    } else {
      in.push_back({key, &net.row});
    }
  }
  CB_TRY(const auto mended, complete(map, sources, torn, rows));
  for (std::size_t i = 0; i < mended.size(); ++i) in.push_back({torn_keys[i], &mended[i]});
  std::vector<std::string> good;
  std::vector<BadIn> bad;
  CB_DO(check_rows(map, in, rows, part.batch, good, bad));

  LandCounts& counts = counts_[table];
  counts.upserts += static_cast<std::int64_t>(good.size());
  counts.removes += static_cast<std::int64_t>(gone.size());
  counts.refused += static_cast<std::int64_t>(bad.size());
  for (const BadIn& one : bad) {
    if (has_absent(one.row)) counts.torn.push_back(one.key);
  }
  if (!gone.empty() || !bad.empty()) part.landing.ops.assign(part.batch.rows, lake::Op::upsert);
  const auto take_out = [&](const std::string& key) {
    const auto cells = map.key_cells(key);
    if (!cells) return;
    append_key(map.plan().schema, *cells, part.batch);
    part.landing.ops.push_back(lake::Op::remove);
  };
  for (const std::string& key : gone) take_out(key);
  for (const BadIn& one : bad) take_out(one.key);
  const Timestamp now = rail_.clock.now();
  CB_TRY(const bool any, any_aside(tx, map.resource()));
  if (any) {
    CB_DO(settle(tx, map, good, "corrected", now));
    CB_DO(settle(tx, map, gone, "removed", now));
  }
  return set_aside(tx, map, bad, now);
}

}  // namespace citybrain::rail
