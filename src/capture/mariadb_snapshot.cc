// MariadbSnapshot. See mariadb_snapshot.h.
#include "mariadb_snapshot.h"

#include <charconv>

#include "base/text.h"
#include "mariadb_value.h"

namespace citybrain::capture {
namespace {

std::string selected(const DescribedColumn& column) {
  const std::string name = mariadb_name(column.column.name);
  switch (column.reading) {
    case Reading::number: return name + "+0";
    case Reading::float4:
    case Reading::float8: return "CAST(" + name + " AS DOUBLE)";
    default: return name;
  }
}

// By what rows are put in order: labels by their text, for their numbers do not come out.
std::string ordered(const DescribedColumn& column) {
  const std::string name = mariadb_name(column.column.name);
  if (column.data_type == "enum" || column.data_type == "set") return "CONCAT(" + name + ")";
  return name;
}

bool is_number(const DescribedColumn& column) {
  return column.column.field.type == Type::integer || column.data_type == "decimal" ||
         column.reading == Reading::float4 || column.reading == Reading::float8;
}

// A value of a key as a literal. Numbers stand bare: a quoted one is compared as a double.
std::string literal(const DescribedColumn& column, std::string_view text) {
  const bool digits = text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
  if (is_number(column) && digits && !text.empty()) return std::string(text);
  if (column.reading == Reading::bytes && text.starts_with("\\x")) {
    return "X" + mariadb_literal(text.substr(2));
  }
  if (column.reading == Reading::instant && text.ends_with('Z')) text.remove_suffix(1);
  return mariadb_literal(text);
}

std::string literal_at(const std::vector<const DescribedColumn*>& key, const RowText& row,
                       std::size_t index) {
  return literal(*key[index], row.text(index));
}

// "a > 1 OR (a = 1 AND b > 2)", with "a >= 1" before it so that the key's index is used.
std::string behind(const std::vector<const DescribedColumn*>& key, const RowText& after) {
  std::string any;
  std::string equal;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const std::string name = ordered(*key[i]);
    const std::string value = literal_at(key, after, i);
    any += (i > 0 ? " OR (" : "(") + equal + name + " > " + value + ")";
    equal += name + " = " + value + " AND ";
  }
  return ordered(*key[0]) + " >= " + literal_at(key, after, 0) + " AND (" + any + ")";
}

std::string order_by(const std::vector<const DescribedColumn*>& key) {
  std::vector<std::string> parts;
  for (const DescribedColumn* column : key) parts.push_back(ordered(*column));
  return " ORDER BY " + join(parts, ", ");
}

RowText key_of(const ForeignTable& table, const RowText& row) {
  RowText out;
  for (const std::string& name : table.key) out.copy(row, table.find(name).value_or(0));
  return out;
}

}  // namespace

Result<void> append_selected(Reading reading, std::string_view value, std::string& out) {
  switch (reading) {
    case Reading::plain:
    case Reading::number: out += value; return ok();
    case Reading::float4:
    case Reading::float8: {
      double number = 0;
      const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
      if (read.ec != std::errc()) return corrupt("'" + std::string(value) + "' is no float");
      reading == Reading::float4 ? append_float(static_cast<float>(number), out)
                                 : append_double(number, out);
      return ok();
    }
    case Reading::instant:
      out += value;
      if (!value.starts_with("0000-00-00")) out += 'Z';
      return ok();
    case Reading::bytes: append_bytes(value, out); return ok();
    case Reading::geometry: return append_geometry(value, out);
  }
  return ok();
}

Result<std::unique_ptr<Snapshot>> MariadbSnapshot::open(const Settings& settings) {
  CB_TRY(MariadbLink link, MariadbLink::open(settings, 600));
  std::unique_ptr<MariadbSnapshot> snapshot(new MariadbSnapshot(std::move(link)));
  CB_DO(snapshot->start(settings));
  return std::unique_ptr<Snapshot>(std::move(snapshot));
}

// MariaDB tells the place of a consistent snapshot without any lock; MySQL must hold writes off for
// the moment between the snapshot and the question.
Result<void> MariadbSnapshot::start(const Settings& settings) {
  CB_TRY(const auto described, describe_tables(link_, settings.tables));
  MariadbPosition position;
  position.shape = shape_digest(described);
  CB_DO(link_.run("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
  if (link_.is_mariadb()) {
    CB_DO(link_.run("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"));
    CB_TRY(const auto rows, link_.rows("SHOW STATUS LIKE 'binlog_snapshot_%'"));
    for (const MariadbLink::Row& row : rows) {
      const std::string name = lower_ascii(row[0].value_or(""));
      if (name == "binlog_snapshot_file") position.file = row[1].value_or("");
      if (name == "binlog_snapshot_position") {
        position.at = static_cast<std::uint64_t>(parse_int(row[1].value_or("")).value_or(0));
      }
    }
    if (position.file.empty()) return invalid("the server keeps no binlog; set log_bin");
    CB_TRY(const std::string gtids,
           link_.value("SELECT BINLOG_GTID_POS(" + mariadb_literal(position.file) + ", " +
                       std::to_string(position.at) + ")"));
    CB_TRY(position.gtids, GtidSet::parse(gtids));
  } else {
    CB_DO(link_.run("FLUSH TABLES WITH READ LOCK"));
    CB_DO(link_.run("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"));
    CB_TRY(const std::string gtids, link_.value("SELECT @@GLOBAL.gtid_executed"));
    CB_TRY(const auto status, link_.rows("SHOW MASTER STATUS"));
    CB_DO(link_.run("UNLOCK TABLES"));
    CB_TRY(position.gtids, GtidSet::parse(gtids));
    if (!status.empty()) {
      position.file = status[0][0].value_or("");
      position.at = static_cast<std::uint64_t>(parse_int(status[0][1].value_or("")).value_or(0));
    }
  }
  position_ = position.text();
  return ok();
}

Result<const MariadbSnapshot::Plan*> MariadbSnapshot::plan_of(const ForeignTable& table) {
  const std::string name = table.full_name();
  if (const auto known = plans_.find(name); known != plans_.end()) return &known->second;
  CB_TRY(std::vector<DescribedTable> described, describe_tables(link_, {name}));
  if (described.empty()) return not_found("table " + name + " is not there any more");
  Plan plan;
  plan.described = std::make_unique<DescribedTable>(std::move(described[0]));
  std::vector<std::string> parts;
  for (const ForeignColumn& column : table.columns) {
    const DescribedColumn* known = plan.described->find(column.name);
    if (known == nullptr) {
      return conflict("table " + name + " has no column '" + column.name +
                      "' any more; take a new snapshot");
    }
    plan.columns.push_back(known);
    parts.push_back(selected(*known));
  }
  for (const std::string& column : table.key) {
    const DescribedColumn* known = plan.described->find(column);
    if (known == nullptr) return conflict("table " + name + " has no key column '" + column + "'");
    plan.key.push_back(known);
  }
  if (plan.key.empty()) return invalid("table " + name + " has no key");
  plan.select = "SELECT " + join(parts, ", ") + " FROM " + mariadb_name(table.schema) + "." +
                mariadb_name(table.name);
  return &(plans_[name] = std::move(plan));
}

Result<std::vector<RowText>> MariadbSnapshot::select(const Plan& plan, const std::string& sql) {
  std::vector<RowText> out;
  CB_DO(link_.each(sql, [&](MYSQL_ROW row, const unsigned long* lengths) -> Result<void> {
    RowText& text = out.emplace_back();
    text.reserve(plan.columns.size(), 0);
    for (std::size_t i = 0; i < plan.columns.size(); ++i) {
      if (row[i] == nullptr) {
        text.add_null();
        continue;
      }
      CB_DO(append_selected(plan.columns[i]->reading, {row[i], lengths[i]}, text.buffer()));
      text.end_text();
    }
    return ok();
  }));
  return out;
}

Result<std::vector<RowText>> MariadbSnapshot::read(const ForeignTable& table, const RowText& after,
                                                   std::size_t rows_max) {
  CB_TRY(const Plan* plan, plan_of(table));
  std::string sql = plan->select;
  if (!after.empty()) sql += " WHERE " + behind(plan->key, after);
  return select(*plan, sql + order_by(plan->key) + " LIMIT " + std::to_string(rows_max));
}

Result<std::vector<std::optional<RowText>>> MariadbSnapshot::find(
    const ForeignTable& table, const std::vector<RowText>& keys) {
  CB_TRY(const Plan* plan, plan_of(table));
  std::vector<std::optional<RowText>> out(keys.size());
  if (keys.empty()) return out;
  std::vector<std::string> any;
  for (const RowText& key : keys) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < plan->key.size(); ++i) {
      all.push_back(mariadb_name(plan->key[i]->column.name) + " = " +
                    literal_at(plan->key, key, i));
    }
    any.push_back("(" + join(all, " AND ") + ")");
  }
  CB_TRY(std::vector<RowText> rows, select(*plan, plan->select + " WHERE " + join(any, " OR ")));
  for (RowText& row : rows) {
    // A collation may find 'A' by 'a': only the very key counts.
    const RowText found = key_of(table, row);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i] == found) out[i] = row;
    }
  }
  return out;
}

}  // namespace citybrain::capture
