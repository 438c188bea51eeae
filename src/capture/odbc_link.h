// OdbcLink: one connection through unixODBC to whatever database has a driver, with rows as
// canonical text.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "capture/capture.h"

namespace citybrain::capture {

// One value of one column may be as long as this.
inline constexpr std::size_t odbc_value_bytes_max = std::size_t{64} << 20;

// A column's type as the driver describes it (SQL_… of sql.h).
struct OdbcType {
  short code = 0;
  std::size_t size = 0;  // characters or digits
  short scale = 0;
  std::string name;  // the database's own word
};

// What is ours in an address, beside what goes to the driver.
struct OdbcAddress {
  std::string driver_text;  // "DRIVER={…};SERVER=…;"
  std::string schema;       // schema=NAME: only tables of it
  std::int64_t poll_ms = 1000;
  std::int64_t overlap = 60;  // seconds of a time, units of a number
};
// Errors: invalid, with the keyword.
Result<OdbcAddress> parse_odbc_address(std::string_view address);

// A parameter of a statement: text of a type.
struct OdbcParam {
  OdbcType type;
  std::string text;
};

// One thread's.
class OdbcLink {
 public:
  static Result<OdbcLink> open(const Settings& settings);
  OdbcLink(OdbcLink&&) noexcept;
  OdbcLink& operator=(OdbcLink&&) noexcept;
  ~OdbcLink();

  using Take = std::function<Result<bool>(RowText&&)>;  // false: no more, please
  // Runs a query; `types` are the columns'. Values come canonical.
  Result<void> each(const std::string& sql, const std::vector<OdbcParam>& params,
                    const std::vector<OdbcType>& types, const Take& take) const;
  // The driver's catalogue: one row a table, a column, a key's column, as text.
  using Cells = std::vector<std::optional<std::string>>;
  Result<std::vector<Cells>> catalog_tables(const std::string& schema) const;
  Result<std::vector<Cells>> catalog_columns(const Cells& table) const;
  Result<std::vector<Cells>> catalog_keys(const Cells& table) const;

  const std::string& product() const { return product_; }
  std::string quoted(std::string_view name) const;
  // At most so many rows, in this database's words: behind the SELECT.
  std::string limited(std::int64_t rows) const;

 private:
  struct Handles;
  explicit OdbcLink(std::unique_ptr<Handles> handles);
  Result<std::string> info(unsigned short what) const;

  std::unique_ptr<Handles> handles_;
  std::string product_;
  std::string quote_;
};

}  // namespace citybrain::capture
