// MariadbStream: the binlog's events as changes of the tables that are captured.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "mariadb_ddl.h"
#include "mariadb_pump.h"
#include "mariadb_schema.h"

namespace citybrain::capture {

// One thread's.
//
// Always holds: position_ is behind the last transaction that was given out whole; what is given
// out between `begin` and `commit` belongs to the one that follows it.
class MariadbStream : public Stream {
 public:
  // Errors: as Source::stream.
  static Result<std::unique_ptr<Stream>> open(const Settings& settings,
                                              const std::string& position);

  Result<void> next(std::vector<Change>& out, std::size_t bytes_max,
                    std::chrono::milliseconds wait) override;
  // The server needs neither: it keeps its binlog by its own rule, and hears of us by TCP.
  Result<void> beat() override { return ok(); }
  void confirm(const std::string&) override {}

 private:
  struct Known {  // a table map as it came last under its number
    std::string body;
    std::shared_ptr<const BoundTable> bound;  // null: not captured
  };
  explicit MariadbStream(Settings settings) : settings_(std::move(settings)) {}

  Result<void> prepare(const std::string& position);
  Result<void> event(std::string_view packet);
  Result<void> known_event(const BinlogEvent& event);
  Result<void> begin_group(const BinlogEvent& event);
  // How a transaction ends: torn = the server died while writing it, so that its number may be
  // given again.
  enum class End : std::uint8_t { committed, rolled_back, torn };
  Result<void> end_group(End end, std::uint32_t seconds);
  Result<void> query(const BinlogEvent& event);
  Result<void> statement(const Statement& statement, const std::string& sql);
  Result<void> truncate(const std::string& full_name);
  Result<void> table_map(const BinlogEvent& event);
  Result<std::shared_ptr<const BoundTable>> bind(TableMap map);
  Result<void> rows(const BinlogEvent& event);
  Result<void> loaded(const BinlogEvent& event);
  Result<const DescribedTable*> described(const std::string& full_name);
  bool captured(const std::string& full_name) const { return captured_.contains(full_name); }
  // Tells that a transaction with something for us begins, once.
  void need_begin();
  Change& give(Change::Kind kind);

  Settings settings_;
  std::unique_ptr<BinlogPump> pump_;
  std::vector<std::string> packets_;  // taken, not yet decoded
  std::size_t next_packet_ = 0;
  Charsets charsets_;
  BinlogFormat format_;
  std::string file_;
  MariadbPosition position_;
  std::string told_;  // the last position given out

  // Tables: what is captured, how information_schema describes it, what stands behind each number.
  std::map<std::string, std::shared_ptr<const ForeignTable>> captured_;  // null: no shape told yet
  std::map<std::string, DescribedTable> described_;
  std::unordered_map<std::uint64_t, Known> maps_;
  bool names_hold_ = true;         // information_schema's names are those of the binlog here
  std::set<std::string> altered_;  // since this stream began

  // The transaction that is being read.
  bool in_group_ = false;
  bool told_begin_ = false;
  bool standalone_ = false;  // one statement, no commit
  bool is_xa_ = false;
  MariadbPosition group_;
  std::uint32_t group_seconds_ = 0;

  std::vector<Change>* out_ = nullptr;  // of the call of next() that runs
  std::size_t out_bytes_ = 0;
};

}  // namespace citybrain::capture
