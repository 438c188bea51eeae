// The source "odbc". See odbc_source.h.
#include "odbc_source.h"

#include <map>

#include "base/clock.h"
#include "base/text.h"
#include "odbc_position.h"
#include "odbc_stream.h"
#include "odbc_tables.h"

namespace citybrain::capture {
namespace {

// A look in pieces, each as of its own moment: the watermarks were taken before it, so the stream
// puts right what changed meanwhile.
class OdbcSnapshot : public Snapshot {
 public:
  OdbcSnapshot(OdbcLink link, std::vector<OdbcTable> tables, std::string position)
      : link_(std::move(link)), position_(std::move(position)) {
    for (OdbcTable& table : tables) {
      std::string name = table.table.full_name();
      tables_.insert_or_assign(std::move(name), std::move(table));
    }
  }

  const std::string& position() const override { return position_; }

  Result<std::vector<RowText>> read(const ForeignTable& table, const RowText& after,
                                    std::size_t rows_max) override {
    CB_TRY(const OdbcTable* known, find_table(table));
    std::string sql = known->select;
    std::vector<OdbcParam> params;
    if (!after.empty()) {
      OdbcWhere where = odbc_behind(link_, *known, known->key, after);
      sql += " WHERE " + where.sql;
      params = std::move(where.params);
    }
    sql +=
        odbc_order(link_, *known, known->key) + link_.limited(static_cast<std::int64_t>(rows_max));
    std::vector<RowText> out;
    CB_DO(link_.each(sql, params, known->types, [&](RowText&& row) -> Result<bool> {
      out.push_back(std::move(row));
      return true;
    }));
    return out;
  }

  Result<std::vector<std::optional<RowText>>> find(const ForeignTable& table,
                                                   const std::vector<RowText>& keys) override {
    CB_TRY(const OdbcTable* known, find_table(table));
    std::vector<std::optional<RowText>> out;
    std::vector<std::string> all;
    for (const std::size_t place : known->key) {
      all.push_back(link_.quoted(known->table.columns[place].name) + " = ?");
    }
    const std::string sql = known->select + " WHERE " + join(all, " AND ");
    for (const RowText& key : keys) {
      std::vector<OdbcParam> params;
      for (std::size_t i = 0; i < known->key.size(); ++i) {
        params.push_back({known->types[known->key[i]], std::string(key.text(i))});
      }
      std::optional<RowText>& found = out.emplace_back();
      CB_DO(link_.each(sql, params, known->types, [&](RowText&& row) -> Result<bool> {
        if (odbc_key(*known, row) == key) found = std::move(row);
        return true;
      }));
    }
    return out;
  }

 private:
  Result<const OdbcTable*> find_table(const ForeignTable& table) const {
    const auto known = tables_.find(table.full_name());
    if (known == tables_.end()) return not_found("table " + table.full_name() + " is not there");
    if (known->second.table.columns.size() != table.columns.size()) {
      return conflict("table " + table.full_name() + " has other columns now; resync");
    }
    return &known->second;
  }

  OdbcLink link_;
  std::map<std::string, OdbcTable> tables_;
  std::string position_;
};

class OdbcSource : public Source {
 public:
  explicit OdbcSource(Settings settings) : settings_(std::move(settings)) {}

  Result<About> look() override {
    CB_TRY(const OdbcLink link, OdbcLink::open(settings_));
    About about;
    about.product = link.product();
    about.findings.push_back({Finding::Weight::good, "reached through ODBC", ""});
    if (settings_.watermark.empty()) {
      about.findings.push_back({Finding::Weight::warning,
                                "no watermark: every table is compared as a whole",
                                "name a column that grows with each change, such as updated_at"});
    }
    return about;
  }

  Result<std::vector<ForeignTable>> tables() override {
    CB_TRY(const OdbcLink link, OdbcLink::open(settings_));
    CB_TRY(std::vector<OdbcTable> described, describe_odbc(link, settings_));
    std::vector<ForeignTable> out;
    for (OdbcTable& one : described) out.push_back(std::move(one.table));
    return out;
  }

  Result<std::unique_ptr<Snapshot>> begin() override {
    CB_TRY(OdbcLink link, OdbcLink::open(settings_));
    CB_TRY(std::vector<OdbcTable> tables, describe_odbc(link, settings_));
    OdbcPosition position;
    position.at = SystemClock().now();
    for (const OdbcTable& table : tables) {
      if (!table.watermark) continue;
      const std::size_t place = *table.watermark;
      std::string& mark = position.watermarks[table.table.full_name()];
      const std::string sql =
          "SELECT MAX(" + link.quoted(table.table.columns[place].name) + ") FROM " + table.from;
      CB_DO(link.each(sql, {}, {table.types[place]}, [&](RowText&& row) -> Result<bool> {
        mark = row.text(0);
        return true;
      }));
    }
    return std::unique_ptr<Snapshot>(
        std::make_unique<OdbcSnapshot>(std::move(link), std::move(tables), position.text()));
  }
  Result<std::unique_ptr<Snapshot>> look_again() override { return begin(); }
  Result<std::unique_ptr<Snapshot>> look_exactly(std::chrono::milliseconds) override {
    return begin();
  }
  Result<std::unique_ptr<Stream>> stream(const std::string& position) override {
    return OdbcStream::open(settings_, position);
  }
  Result<Lag> lag(const std::string&) override {
    OdbcPosition now;
    now.at = SystemClock().now();
    Lag lag;
    lag.position = now.text();
    return lag;
  }
  bool reached(std::string_view position, std::string_view goal) const override {
    const auto here = OdbcPosition::parse(position);
    const auto there = OdbcPosition::parse(goal);
    return here && there && here->at >= there->at;
  }
  Result<void> forget() override { return ok(); }

 private:
  const Settings settings_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_odbc(Settings settings) {
  CB_DO(parse_odbc_address(settings.address));
  return std::unique_ptr<Source>(std::make_unique<OdbcSource>(std::move(settings)));
}

}  // namespace citybrain::capture
