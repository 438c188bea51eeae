// MariadbLink: one connection to a foreign MariaDB or MySQL, and its errors in our words.
#pragma once

#include <mysql.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "capture/capture.h"

namespace citybrain::capture {

// "host=… port=… user=… dbname=… socket=… ssl=off|on|verify ssl_ca=FILE".
struct MariadbAddress {
  std::string host = "127.0.0.1";
  unsigned port = 3306;
  std::string user;
  std::string database;
  std::string socket;
  std::string ssl = "off";
  std::string ssl_ca;
};
// Errors: invalid, with the keyword.
Result<MariadbAddress> parse_mariadb_address(std::string_view address);

// keyword=value pairs, values with spaces in 'quotes'. Errors: invalid.
Result<std::vector<std::pair<std::string, std::string>>> parse_pairs(std::string_view address);

// One thread at a time; cut() alone may come from another.
class MariadbLink {
 public:
  // Connects; the session speaks UTF-8 and UTC. `read_seconds`: how long the server may be silent.
  static Result<MariadbLink> open(const Settings& settings, unsigned read_seconds = 60);

  MYSQL* get() const { return mysql_.get(); }
  bool is_mariadb() const;
  std::string server_version() const;

  Result<void> run(const std::string& sql) const;
  using Row = std::vector<std::optional<std::string>>;
  Result<std::vector<Row>> rows(const std::string& sql) const;
  // The first value of the first row; not_found where there is none.
  Result<std::string> value(const std::string& sql) const;
  // Each row as it comes, without keeping them.
  using Take = std::function<Result<void>(MYSQL_ROW, const unsigned long* lengths)>;
  Result<void> each(const std::string& sql, const Take& take) const;
  // Closes the socket under a reader that waits.
  void cut() const;

  // What the library says is wrong now.
  Error failure(const std::string& doing) const;

 private:
  struct Close {
    void operator()(MYSQL* mysql) const { mysql_close(mysql); }
  };
  explicit MariadbLink(MYSQL* mysql) : mysql_(mysql) {}
  std::unique_ptr<MYSQL, Close> mysql_;
};

// Our code for one of the server's or the library's numbers.
Code code_of_mariadb(unsigned number);
std::string mariadb_name(std::string_view name);     // `name`
std::string mariadb_literal(std::string_view text);  // 'text', whatever sql_mode says

}  // namespace citybrain::capture
