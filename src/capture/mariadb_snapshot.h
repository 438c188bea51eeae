// MariadbSnapshot: a consistent look at tables of MariaDB or MySQL, with its place in the binlog.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "mariadb_link.h"
#include "mariadb_position.h"
#include "mariadb_schema.h"

namespace citybrain::capture {

// One thread's. The look lasts as long as this object: InnoDB keeps old versions meanwhile.
class MariadbSnapshot : public Snapshot {
 public:
  static Result<std::unique_ptr<Snapshot>> open(const Settings& settings);

  const std::string& position() const override { return position_; }
  Result<std::vector<RowText>> read(const ForeignTable& table, const RowText& after,
                                    std::size_t rows_max) override;
  Result<std::vector<std::optional<RowText>>> find(const ForeignTable& table,
                                                   const std::vector<RowText>& keys) override;

 private:
  explicit MariadbSnapshot(MariadbLink link) : link_(std::move(link)) {}
  // How to read a table: what to select, and by which columns it is put in order.
  struct Plan {
    std::string select;
    std::vector<const DescribedColumn*> columns;
    std::vector<const DescribedColumn*> key;
    std::unique_ptr<DescribedTable> described;
  };
  Result<void> start(const Settings& settings);
  Result<const Plan*> plan_of(const ForeignTable& table);
  Result<std::vector<RowText>> select(const Plan& plan, const std::string& sql);

  MariadbLink link_;
  std::string position_;
  std::map<std::string, Plan> plans_;
};

// A value as SQL selected it, in canonical form. Errors: corrupt.
Result<void> append_selected(Reading reading, std::string_view value, std::string& out);

}  // namespace citybrain::capture
