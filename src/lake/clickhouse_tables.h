// The tables of the ClickHouse column store: what they are called and made of, and how statements
// over them are written. Private to the ClickHouse column store.
//
// On each shard, in the database of the address:
//   r_<resource>  a shard's own rows. Keyed: ReplacingMergeTree(citybrain_version), ordered by key;
//                 a removed row is a row with citybrain_removed = 1. Append: MergeTree ordered by
//                 citybrain_batch, the id of the landing that brought the row.
//   d_<resource>  Distributed over the r_ of all shards; reads go through it.
//   lake_position one row a landing that was begun: source, number, batch, resource, position,
//   rows. lake_fed      the feed's position, put here after this shard's rows of a step. lake_meta
//   whose columns these are.
#pragma once

#include <string>
#include <vector>

#include "clickhouse.h"
#include "clickhouse_wire.h"
#include "select.h"

namespace citybrain::lake {

inline constexpr const char* ch_version = "citybrain_version";
inline constexpr const char* ch_removed = "citybrain_removed";
inline constexpr const char* ch_batch = "citybrain_batch";

// Is this field null-free in its table? Key fields of keyed resources are.
bool holds_null(const Resource& resource, const std::string& field);
// A field's column. Long names, which would not do as names of files, become "field_<index>".
std::string ch_column(const Resource& resource, const std::string& field);

class ClickhouseDialect final : public Dialect {
 public:
  explicit ClickhouseDialect(const ClickhouseAddress& address) : address_(address) {}

  std::string rows_of(const Resource& resource) const override;
  std::string only_current(const Resource& resource) const override;
  std::string column(const Resource& resource, const std::string& name) const override;
  std::string result_name(const Schema& answer, std::size_t index) const override;
  std::string value(const Field& field, const Cell& cell, Select& select) const override;
  std::string starts_with(const std::string& column, const std::string& value) const override;
  std::string measure(Measure::Kind kind, const std::string& column,
                      const Field& result) const override;

  // How the answer to such a question goes over the wire.
  std::vector<Wire> wires_of(const Resource& resource, const ScanSpec& spec) const;
  std::vector<Wire> wires_of(const Resource& resource, const AggregateSpec& spec,
                             const Schema& answer) const;

  // Statements, complete.
  std::string own_table(const Resource& resource) const;  // `db`.`r_code`
  std::string table(const std::string& name) const;       // `db`.`name`
  std::vector<std::string> make_tables(const Resource& resource) const;
  std::string add_column(const Resource& resource, std::size_t field, bool distributed) const;
  std::string columns_there(const Resource& resource, bool distributed) const;
  std::string insert_into(const Resource& resource) const;

 private:
  bool is_alone() const { return address_.shards.size() == 1; }
  const ClickhouseAddress& address_;
};

}  // namespace citybrain::lake
