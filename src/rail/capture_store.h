// rail_capture and rail_capture_table: what is captured, and how far.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/schema.h"
#include "sql/db.h"

namespace citybrain::rail {

// A row of rail_capture.
struct CaptureRow {
  std::string name;
  std::string kind;
  std::string address;
  std::string watermark;
  std::string secret;
  std::string secret_file;
  std::string department;
  std::string system;
  std::string wanted = "run";
  std::string state = "created";
  std::string reason;
  std::string position;
  std::string catch_up;
  Timestamp commit_at;
  std::int64_t transactions = 0;
  Timestamp created_at;
  std::string created_by;
  Timestamp updated_at;
};

// Where an item's values come from.
struct ColumnOf {
  std::string item;
  std::string column;
  Field field;        // the column's type in ours, as it was when it was agreed
  bool gone = false;  // a person agreed to do without: null from then on
  friend bool operator==(const ColumnOf&, const ColumnOf&) = default;
};

// A row of rail_capture_table.
struct CaptureTableRow {
  std::string source;
  std::string name;  // "public.orders"
  std::string resource;
  std::string state = "waiting";
  bool sweep = false;  // the resource had rows before: those that are not at the source must go
  std::string copied_to;
  std::vector<ColumnOf> columns;  // in the items' order
  std::int64_t rows_copied = 0;
  std::int64_t rows_estimate = 0;
  std::int64_t upserts = 0;
  std::int64_t removes = 0;
  std::int64_t refused = 0;
  std::int64_t told_good = 0;
  std::int64_t told_bad = 0;
};

Result<std::vector<CaptureRow>> load_captures(sql::Session& session);
// not_found names the nearest.
Result<CaptureRow> load_capture(sql::Session& session, std::string_view name);
Result<std::vector<CaptureTableRow>> load_capture_tables(sql::Session& session,
                                                         std::string_view source);
Result<void> save_capture(sql::Tx& tx, const CaptureRow& row);
Result<void> save_capture_table(sql::Tx& tx, const CaptureTableRow& row);
// Moves the position in a landing's transaction. conflict where it is not at `from`: another
// process captures the same source.
Result<void> move_capture(sql::Tx& tx, const std::string& name, const std::string& from,
                          const std::string& to, Timestamp commit_at, std::int64_t transactions,
                          Timestamp now);
Result<void> set_capture_state(sql::Tx& tx, const std::string& name, const std::string& state,
                               const std::string& reason, Timestamp now);

}  // namespace citybrain::rail
