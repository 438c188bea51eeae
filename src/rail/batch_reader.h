// BatchReader: a file in, checked batches out: the rows that are good as columns, the others with
// their reasons, and the position behind them. Names no store; the rail's first thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "csv_cut.h"
#include "json_cut.h"
#include "key_set.h"
#include "plan.h"
#include "window.h"

namespace citybrain::rail {

// How far a file is read, and what became of its rows. As text it is the lake's position.
struct Position {
  std::int64_t bytes = 0;  // inflated
  std::int64_t line = 0;   // line ends passed
  std::int64_t landed = 0;
  std::int64_t quarantined = 0;

  std::string text() const;  // "bytes=… line=… landed=… quarantined=…"
  static Result<Position> parse(std::string_view text);
};

struct BadRow {
  std::int64_t line = 0;  // of its beginning, from 1
  std::string raw;        // UTF-8 where it could be read so, else the bytes; at most raw_bytes_max
  std::vector<Reason> reasons;
  std::string key;    // as key_text() writes it; "" where the row could not be read so far
  bool whole = true;  // raw is the whole row
};

struct CheckedBatch {
  Batch batch;
  std::vector<std::int64_t> lines;  // of the batch's rows
  std::vector<BadRow> bad;
  Position after;
  bool last = false;  // the file ends behind it
};

// Which of these keys a resource lacks: for ref checks. Called on the reader's thread.
using FindMissing = std::function<Result<std::vector<bool>>(const std::string& resource,
                                                            const std::vector<Cell>& keys)>;

struct ReaderOptions {
  Format format = Format::csv;
  Encoding encoding = Encoding::utf8;  // not detect
  std::int64_t rows_max = 20'000;
  std::int64_t bytes_max = 64 << 20;
  std::int64_t row_bytes_max = 64 << 10;
};

// Makes the source of the bytes anew, from their beginning.
using OpenBytes = std::function<Result<std::unique_ptr<ByteSource>>()>;

// Always holds: the same file, position and options give the same batches.
class BatchReader {
 public:
  static constexpr std::size_t raw_bytes_max = 64 << 10;
  static constexpr std::size_t unknown_max = 200;

  // Reads the header (CSV) and goes to `from` (bytes 0 = behind the header). Error invalid: the
  // file as a whole cannot be this resource: no header, a required column missing, one there twice.
  static Result<std::unique_ptr<BatchReader>> open(const OpenBytes& bytes, const Plan& plan,
                                                   const ReaderOptions& options,
                                                   const Position& from, FindMissing missing);

  // The next batch into `out`, whose columns are used again. False: nothing is left.
  Result<bool> next(CheckedBatch& out);

  const std::vector<std::string>& header() const { return header_; }
  std::vector<std::string> unknown() const { return {unknown_.begin(), unknown_.end()}; }
  const std::vector<std::string>& absent() const { return absent_; }

 private:
  BatchReader(const Plan& plan, const ReaderOptions& options, FindMissing missing)
      : plan_(plan), options_(options), missing_(std::move(missing)) {}

  Result<void> read_header(const OpenBytes& bytes, std::int64_t& behind);
  Result<void> map_header();
  Result<bool> one_row(CheckedBatch& out);
  Result<void> skip_overlong(CheckedBatch& out);
  Cut cut();
  std::string_view raw() const;
  std::size_t used() const;
  std::int64_t lines() const;
  const char* unreadable(std::string_view raw, bool ascii);
  bool pick_csv(const CsvCutter& cutter, CheckedBatch& out, std::string_view raw);
  bool pick_json(const JsonCutter& cutter, CheckedBatch& out, std::string_view raw);
  bool recut(CheckedBatch& out);
  void take_row(CheckedBatch& out);
  void reject(CheckedBatch& out, std::string_view raw, std::vector<Reason> reasons,
              std::string key = "");
  Result<void> check_refs(CheckedBatch& out);

  const Plan& plan_;
  ReaderOptions options_;
  FindMissing missing_;
  std::optional<Window> window_;
  Position at_;
  std::vector<std::string> header_;
  std::int64_t header_lines_ = 0;    // up to its end
  std::vector<std::size_t> source_;  // of each item: the file's column, or none_
  std::unordered_map<std::string, std::size_t, catalog::TextHash, std::equal_to<>> names_;
  std::set<std::string, std::less<>> unknown_;
  std::vector<std::string> absent_;
  CsvCutter csv_;
  CsvCutter csv_utf8_;  // cuts what was transcoded
  JsonCutter json_;
  JsonCutter json_utf8_;
  std::string transcoded_;  // the row in UTF-8, with padding behind
  std::size_t transcoded_bytes_ = 0;
  std::vector<std::string_view> cells_;
  std::vector<std::string> raws_;  // of the batch's rows, where refs are checked
  std::vector<Reason> reasons_;
  KeySet keys_;
  static constexpr std::size_t none_ = SIZE_MAX;
};

}  // namespace citybrain::rail
