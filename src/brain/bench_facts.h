// For brain's benchmarks: subjects' facts in a file, as bench/dump_facts.cc takes them from a
// filled city, and what a benchmark runs over: those, or made-up ones.
//
// The file is pages one after another, plain bytes of this machine:
//   u64 bytes of the page after this word · text subject type · u64 rows · u64 columns · columns
//   column: text name · u8 type · u8 scale · u8 valid[rows] · i64[rows], or of texts: text[rows]
//   text: u32 bytes · bytes
#pragma once

#include <cstdio>
#include <cstring>
#include <functional>
#include <optional>

#include "bench_made_up.h"

namespace citybrain::brain::bench {

constexpr std::size_t page_rows = 4 * block_rows_max;

class FactsWriter {
 public:
  explicit FactsWriter(const std::string& path) : file_(std::fopen(path.c_str(), "wb")) {}
  ~FactsWriter() {
    if (file_ != nullptr) std::fclose(file_);
  }

  Result<void> write(const std::string& type, const Batch& page) {
    bytes_.clear();
    put_text(type);
    put(static_cast<std::uint64_t>(page.rows));
    put(static_cast<std::uint64_t>(page.columns.size()));
    for (const Column& column : page.columns) write(column, page.rows);
    const auto size = static_cast<std::uint64_t>(bytes_.size());
    if (file_ == nullptr || std::fwrite(&size, sizeof size, 1, file_) != 1 ||
        std::fwrite(bytes_.data(), 1, bytes_.size(), file_) != bytes_.size()) {
      return unavailable("cannot write the facts' file");
    }
    return ok();
  }

 private:
  template <typename T>
  void put(const T& plain) {
    bytes_.append(reinterpret_cast<const char*>(&plain), sizeof plain);
  }
  void put_text(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes_.append(text);
  }
  void write(const Column& column, std::size_t rows) {
    put_text(column.field().name);
    put(static_cast<std::uint8_t>(column.type()));
    put(static_cast<std::uint8_t>(column.field().scale));
    for (std::size_t row = 0; row < rows; ++row) put(column.valid()[row]);
    for (std::size_t row = 0; row < rows; ++row) {
      if (column.type() == Type::text) {
        put_text(column.is_null(row) ? std::string_view() : column.text_at(row));
      } else {
        put(column.is_null(row) ? 0 : column.int_at(row));
      }
    }
  }

  std::FILE* file_;
  std::string bytes_;
};

// Pages of one subject type, in the file's order.
class FactsReader {
 public:
  FactsReader(const std::string& path, std::string type)
      : file_(std::fopen(path.c_str(), "rb")), type_(std::move(type)) {}
  FactsReader(const FactsReader&) = delete;
  FactsReader& operator=(const FactsReader&) = delete;
  ~FactsReader() {
    if (file_ != nullptr) std::fclose(file_);
  }

  // None after the last.
  std::optional<Batch> next() {
    std::uint64_t size = 0;
    while (file_ != nullptr && std::fread(&size, sizeof size, 1, file_) == 1) {
      bytes_.resize(size);
      if (std::fread(bytes_.data(), 1, size, file_) != size) return std::nullopt;
      at_ = 0;
      if (text() == type_) return page();
    }
    return std::nullopt;
  }

 private:
  template <typename T>
  T take() {
    T out;
    std::memcpy(&out, bytes_.data() + at_, sizeof out);
    at_ += sizeof out;
    return out;
  }
  std::string_view text() {
    const auto size = take<std::uint32_t>();
    at_ += size;
    return std::string_view(bytes_).substr(at_ - size, size);
  }
  Batch page() {
    const auto rows = take<std::uint64_t>();
    Batch out;
    out.rows = rows;
    for (auto columns = take<std::uint64_t>(); columns > 0; --columns) {
      Field field;
      field.name = text();
      field.type = static_cast<Type>(take<std::uint8_t>());
      field.scale = take<std::uint8_t>();
      out.schema.fields.push_back(field);
      Column column(field);
      column.reserve(rows);
      const std::size_t valid = at_;
      at_ += rows;
      for (std::size_t row = 0; row < rows; ++row) {
        const bool there = bytes_[valid + row] != 0;
        if (field.type == Type::text) {
          const std::string_view t = text();
          there ? column.append_text(t) : column.append_null();
        } else {
          const auto whole = take<std::int64_t>();
          there ? column.append_int(whole) : column.append_null();
        }
      }
      out.columns.push_back(std::move(column));
    }
    return out;
  }

  std::FILE* file_;
  std::string type_;
  std::string bytes_;
  std::size_t at_ = 0;
};

// The policies over one kind of subject, and its facts a page at a time.
struct Side {
  std::string name;
  std::vector<CatalogueEntry> entries;
  Schema schema;
  std::size_t rows = 0;                        // that the benchmark takes at most
  std::function<std::optional<Batch>()> next;  // none after the last
};

// One side a kind of subject where `path` is a file of facts, so that each policy is asked for
// those it concerns, as in the city; else one of all policies over made-up facts.
inline Result<std::vector<Side>> sides_of(const City& city, const std::string& path,
                                          std::size_t rows) {
  std::vector<Side> sides;
  if (path == "--made-up") {
    const auto facts = std::make_shared<MadeUp>(city, 1);
    const auto left = std::make_shared<std::size_t>(rows);
    sides.push_back({"made-up", city.entries, facts->schema(), rows, [facts, left] {
                       const std::size_t now = std::min(*left, page_rows);
                       *left -= now;
                       return now == 0 ? std::nullopt : std::optional(facts->page(now));
                     }});
    return sides;
  }
  for (const char* type : {"enterprise", "person"}) {
    Side side{type, {}, {}, rows, {}};
    for (std::size_t p = 0; p < city.entries.size(); ++p) {
      if (city.subjects[p] == type) side.entries.push_back(city.entries[p]);
    }
    const auto first = FactsReader(path, type).next();
    if (!first) {
      return not_found("'" + path + "' has no facts of a kind '" + type +
                       "'; make it with build/dump_facts");
    }
    side.schema = first->schema;
    const auto reader = std::make_shared<FactsReader>(path, type);
    const auto left = std::make_shared<std::size_t>(rows);
    side.next = [reader, left]() -> std::optional<Batch> {
      if (*left == 0) return std::nullopt;
      auto page = reader->next();
      if (page && page->rows > *left) {
        for (Column& column : page->columns) column.truncate(*left);
        page->rows = *left;
      }
      *left -= page ? page->rows : 0;
      return page;
    };
    sides.push_back(std::move(side));
  }
  return sides;
}

}  // namespace citybrain::brain::bench
