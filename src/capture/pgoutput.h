// PgOutput: messages of PostgreSQL's output plugin pgoutput (protocol version 1) into changes.
// Bytes in, values out: no socket, so that tests and the fuzzer feed it whatever they like.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "capture/capture.h"
#include "postgres_types.h"

namespace citybrain::capture {

// Format: "Logical Replication Message Formats" of PostgreSQL's manual, chapter 55.9. One thread.
class PgOutput {
 public:
  static constexpr std::size_t columns_max = 1600;          // PostgreSQL's own limit
  static constexpr std::size_t relations_max = 100'000;     // remembered at a time
  static constexpr std::size_t value_bytes_max = 64 << 20;  // of one value

  // A type as it is, or of a domain its base; asked once a column and shape.
  using BaseType = std::function<Result<PgType>(PgType)>;
  // `known`: tables as introspection saw them: keys of tables with REPLICA IDENTITY FULL, whose
  // messages call every column a key.
  PgOutput(std::vector<ForeignTable> known, BaseType base);

  // Appends the changes of one message. corrupt where it is none; unavailable from `base`.
  Result<void> read(std::string_view message, std::vector<Change>& out);
  bool in_transaction() const { return in_transaction_; }

 private:
  class Cursor;
  struct Relation {
    std::shared_ptr<const ForeignTable> table;
    std::vector<PgType> types;
    std::vector<bool> key;  // by the table's key, not by the message's flags
    bool full = false;      // REPLICA IDENTITY FULL
  };

  Result<void> begin(Cursor& in, std::vector<Change>& out);
  Result<void> commit(Cursor& in, std::vector<Change>& out);
  Result<void> relation(Cursor& in, std::vector<Change>& out);
  Result<void> insert(Cursor& in, std::vector<Change>& out);
  Result<void> update(Cursor& in, std::vector<Change>& out);
  Result<void> remove(Cursor& in, std::vector<Change>& out);
  Result<void> truncate(Cursor& in, std::vector<Change>& out);
  Result<const Relation*> relation_of(std::uint32_t oid) const;
  // `only_key`: a tuple whose other columns are nulls that mean nothing.
  static Result<void> tuple(Cursor& in, const Relation& relation, bool only_key, RowText& row);

  std::map<std::string, ForeignTable> known_;
  BaseType base_;
  std::unordered_map<std::uint32_t, Relation> relations_;
  bool in_transaction_ = false;
};

}  // namespace citybrain::capture
