// Landing what was captured: folds become parts of one landing, checked like the rows of a file. A
// row that fails is taken out of the lake and set aside with its reasons: lake and quarantine
// together are the source, neither more nor less.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "capture_fold.h"
#include "capture_map.h"
#include "lake/lake.h"
#include "quarantine_table.h"
#include "rail_state.h"

namespace citybrain::rail {

// Counts of one landing of one table.
struct LandCounts {
  std::int64_t upserts = 0;
  std::int64_t removes = 0;
  std::int64_t refused = 0;
  std::vector<std::string> torn;  // keys of those that lack a value that no change told
};
using MapsByTable = std::map<std::string, std::unique_ptr<TableMap>>;

// Gives folds, from the first again when asked for 0.
using NextFold = std::function<Result<bool>(std::size_t index, const Fold*& out)>;

// May the row that we have under this key be one of a later moment than the change that tells of
// it? While the stream is replayed over a later look, another row may stand there already.
using InDoubt = std::function<bool(const std::string& table, const std::string& key)>;

// The parts of one landing; its next() is what Lake::land_all asks. Used once; one thread.
class FoldParts {
 public:
  FoldParts(RailState& rail, const MapsByTable& maps, NextFold folds, std::string position,
            InDoubt in_doubt = {})
      : rail_(rail),
        maps_(maps),
        folds_(std::move(folds)),
        position_(std::move(position)),
        in_doubt_(std::move(in_doubt)) {}

  Result<bool> next(std::size_t index, lake::RowsView& rows, sql::Tx& tx, lake::Part& part);
  // Of the run that committed, by table.
  const std::map<std::string, LandCounts>& counts() const { return counts_; }

 private:
  void restart();
  Result<bool> advance();
  Result<bool> truncate(lake::RowsView& rows, sql::Tx& tx, lake::Part& part);
  Result<void> build(lake::RowsView& rows, sql::Tx& tx, lake::Part& part);

  RailState& rail_;
  const MapsByTable& maps_;
  NextFold folds_;
  std::string position_;
  InDoubt in_doubt_;
  std::size_t fold_index_ = 0;
  const Fold* fold_ = nullptr;
  std::vector<std::string> tables_;  // of the fold: those that others refer to first
  std::size_t table_ = 0;
  bool truncating_ = false;
  std::map<std::string, LandCounts> counts_;
};

// Rows that are at the source and not in the lake.
struct AsideRow {
  std::string key;  // as TableMap::key_of writes it
  capture::RowText row;
};
Result<std::optional<capture::RowText>> find_aside(sql::Session& session,
                                                   const std::string& resource,
                                                   const std::string& key);
// All of a resource, in the order of their keys' texts.
Result<void> each_aside(sql::Session& session, const std::string& resource,
                        const std::function<Result<void>(const AsideRow&)>& fn);
bool has_absent(const capture::RowText& row);
Result<bool> any_aside(sql::Session& session, const std::string& resource);

}  // namespace citybrain::rail
