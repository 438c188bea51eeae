// DemoFile: one department's file being written, with the dirty rows that the checks must find
// planted among the good ones.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "demo_definition.h"

namespace citybrain::cli {

// Cells as the emitters give them.
struct Yuan {
  std::int64_t fen = 0;
};
// value · 10^-scale, such as {125, 1} for 12.5
struct Scaled {
  std::int64_t value = 0;
  int scale = 0;
};
struct Empty {};
// Text, a dash and a number with leading noughts: "JY1330200000017".
struct Serial {
  std::string_view prefix;
  std::int64_t number = 0;
  int width = 0;
};

// Owned by generate_demo, one at a time; not shared. Rows go to a buffer, that to the file.
class DemoFile {
 public:
  // Plants its dirty rows by `seed`. The folder must exist.
  static Result<DemoFile> open(const DemoResource& resource, const std::string& folder,
                               std::uint64_t seed);
  DemoFile(DemoFile&& other) noexcept;
  DemoFile& operator=(DemoFile&&) = delete;
  ~DemoFile();

  // One good row, as many cells as the resource has items, in their order.
  template <class... Cells>
  void put(const Cells&... cells) {
    begin();
    (append(cells), ...);
    end();
  }
  // The same, cell by cell.
  void begin() { at_ = 0; }
  template <class T>
  void append(const T& value) {
    auto& cell = next_cell();
    write(cell, value);
  }
  void end();

  // Flushes and closes; a failed write of any row is told here.
  Result<void> close();

  const std::string& path() const { return path_; }
  std::int64_t rows() const { return rows_; }
  const std::map<std::string, std::int64_t>& dirty() const { return dirty_; }

 private:
  DemoFile(const DemoResource& resource, std::uint64_t seed);
  std::string& next_cell();
  static void write(std::string& cell, std::string_view text) { cell.assign(text); }
  static void write(std::string& cell, std::same_as<bool> auto flag) {
    cell.assign(flag ? "true" : "false");
  }
  static void write(std::string& cell,
                    std::integral auto number) requires(!std::same_as<decltype(number), bool>) {
    char text[24];
    const auto end = std::to_chars(text, text + sizeof text, number);
    cell.assign(text, end.ptr);
  }
  static void write(std::string& cell, Date date);
  static void write(std::string& cell, Scaled number);
  static void write(std::string& cell, Yuan amount) { write(cell, Scaled{amount.fen, 2}); }
  static void write(std::string& cell, const Serial& serial);
  static void write(std::string& cell, Empty) { cell.clear(); }

  void plant();
  void break_cells(std::string_view kind, std::size_t item);
  void write_line(const std::vector<std::string>& cells);
  void write_json(const std::vector<std::string>& cells);
  void flush(bool all);
  void send(std::string_view bytes);

  const DemoResource& resource_;
  std::uint64_t seed_;
  std::string path_;
  bool json_ = false;
  bool gb18030_ = false;
  void* gzip_ = nullptr;  // gzFile
  int fd_ = -1;
  bool failed_ = false;
  std::size_t at_ = 0;
  std::vector<std::string> cells_;
  std::vector<std::string> broken_;
  std::string buffer_;
  std::int64_t rows_ = 0;
  std::int64_t next_dirty_ = 0;
  std::size_t turn_ = 0;
  std::vector<std::pair<std::string, std::size_t>> kinds_;  // (kind, item) that can be planted
  std::map<std::string, std::int64_t> dirty_;
};

}  // namespace citybrain::cli
