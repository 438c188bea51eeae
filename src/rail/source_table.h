// rail_source: one row a file and generation.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "batch_reader.h"
#include "rail/rail.h"
#include "sql/db.h"
#include "window.h"

namespace citybrain::rail {

// A row of rail_source.
struct SourceRow {
  std::string name;  // RESOURCE/FILE, with "#2" … for later generations
  std::string resource;
  std::string file;
  std::int64_t generation = 1;
  std::string kind = "file";  // or "push"
  std::string path;
  std::string state = "found";
  Format format = Format::csv;
  Encoding encoding = Encoding::detect;
  std::vector<std::string> header;
  std::int64_t head_bytes = 0;
  std::string head_digest;
  FileFacts facts;  // when looked at last
  Position position;
  std::int64_t told_landed = 0;  // of which the catalogue knows
  std::int64_t told_quarantined = 0;
  Timestamp found_at;
  Timestamp updated_at;
  std::string error;
};

// Thread-safe: holds nothing but the store.
class SourceTable {
 public:
  explicit SourceTable(sql::Db& db) : db_(db) {}

  // The newest generation of a file.
  Result<std::optional<SourceRow>> newest(const std::string& resource,
                                          const std::string& file) const;
  Result<std::vector<SourceRow>> all() const;
  Result<std::optional<SourceRow>> named(const std::string& name) const;
  // Writes all of it.
  Result<void> save(const SourceRow& row);
  // The same within a transaction: for the one that lands rows.
  static Result<void> save(sql::Tx& tx, const SourceRow& row);

 private:
  sql::Db& db_;
};

}  // namespace citybrain::rail
