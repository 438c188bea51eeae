// Fold: many changes of captured tables as their net effect by key, and the file to which the folds
// of a transaction too large for memory go until it commits.
#pragma once

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "capture/row_text.h"

namespace citybrain::rail {

// What became of one row. `row` in the items' order, cells that no change told are absent; they are
// those of the row `from` (the key it had before), or of the row of the same key.
struct Net {
  bool removed = false;
  bool fresh = false;  // inserted: where there was no row, what is absent is null
  capture::RowText row;
  std::string from;
};

// A row inserted twice, or updated and then removed, is one change here: the change log shows what
// a landing changed, not each step on the way.
struct TableFold {
  bool truncated = false;  // all rows went before these came
  std::unordered_map<std::string, Net> rows;
};

// One thread.
class Fold {
 public:
  void insert(const std::string& table, std::string key, capture::RowText row);
  // `from`: the key before; equal to `key` where it did not move.
  void update(const std::string& table, std::string key, capture::RowText row,
              const std::string& from);
  void remove(const std::string& table, const std::string& key);
  void truncate(const std::string& table);

  // What came after all of this.
  void merge(Fold&& later);

  bool empty() const { return tables_.empty(); }
  std::size_t bytes() const { return bytes_; }  // about
  std::int64_t rows() const;
  std::int64_t changes() const { return changes_; }  // that were folded
  const std::map<std::string, TableFold>& tables() const { return tables_; }
  void clear();

  void write(std::string& out) const;
  static Result<Fold> read(std::string_view bytes);

 private:
  Net& set(const std::string& table, const std::string& key);
  std::map<std::string, TableFold> tables_;
  std::size_t bytes_ = 0;
  std::int64_t changes_ = 0;
};

// Folds on disk, in order. The file has no name and goes with the object, or with the process.
class Spill {
 public:
  // Makes the file in `dir`.
  static Result<Spill> open(const std::string& dir);
  // exhausted where the disk is full.
  Result<void> add(const Fold& fold);
  // Fold `index`; false behind the last.
  Result<bool> read(std::size_t index, Fold& out);
  std::size_t size() const { return ends_.size(); }
  std::int64_t bytes() const { return ends_.empty() ? 0 : ends_.back(); }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
  std::vector<std::int64_t> ends_;
};

}  // namespace citybrain::rail
