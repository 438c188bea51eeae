// OdbcStream: changes of a database without a change log that we can read: found by asking again
// and again.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "odbc_position.h"
#include "odbc_tables.h"

namespace citybrain::capture {

// Rows of one page by watermark; one page is one transaction.
inline constexpr std::int64_t odbc_page_rows = 20'000;
// Rows of a table that is compared as a whole: their digests are kept in memory.
inline constexpr std::size_t odbc_compare_rows_max = 1'000'000;
// Rows of the overlap that are remembered, so that they are not sent again each time.
inline constexpr std::size_t odbc_window_rows_max = 1'000'000;

// One thread's.
//
// Tables with a watermark column: each round reads the rows from `overlap` before the highest value
// seen, since a transaction may commit later than it took its value. Rows that are as they were
// sent are not sent again. Tables without: each round reads all rows and sends what differs from
// the round before.
class OdbcStream : public Stream {
 public:
  static Result<std::unique_ptr<Stream>> open(const Settings& settings,
                                              const std::string& position);

  Result<void> next(std::vector<Change>& out, std::size_t bytes_max,
                    std::chrono::milliseconds wait) override;
  Result<void> beat() override { return ok(); }
  void confirm(const std::string&) override {}

 private:
  using Digests = std::unordered_map<std::string, std::uint64_t>;  // by key
  struct Following {
    OdbcTable table;
    std::shared_ptr<const ForeignTable> shape;
    Digests sent;  // rows of the overlap, or all of the table
    Digests this_round;
    RowText cursor;      // watermark and key of the last row of this round; empty: at its beginning
    bool known = false;  // `sent` is what the rail has (of those compared as a whole)
  };
  OdbcStream(OdbcLink link, OdbcAddress address)
      : link_(std::move(link)), address_(std::move(address)) {}

  // One page or one comparison; true where the table's round is over.
  Result<bool> step(Following& one, std::vector<Change>& out);
  Result<bool> page(Following& one, std::vector<Change>& out);
  Result<void> compare(Following& one, std::vector<Change>& out);
  Result<OdbcWhere> where(const Following& one) const;
  void begin(std::vector<Change>& out) const;
  void commit(std::vector<Change>& out) const;

  OdbcLink link_;
  OdbcAddress address_;
  OdbcPosition position_;
  std::vector<Following> tables_;
  std::size_t at_table_ = 0;  // of this round
  Timestamp round_began_;
  std::chrono::steady_clock::time_point next_round_;
};

}  // namespace citybrain::capture
