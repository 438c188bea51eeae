// ClickhouseShard: one server of a ClickHouse cluster, spoken to over its HTTP interface. Written
// for and tested with 18.16 (Debian 12's); of what came after it uses nothing. Private to the
// ClickHouse column store.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace citybrain::lake {

// clickhouse://[user:password@]host:port,host:port/database?cluster=name
// Hosts are the shards in their order, by their HTTP port; the cluster is the name under which each
// server's remote_servers lists the same shards. One shard needs none.
struct ClickhouseAddress {
  std::vector<std::string> shards;  // host:port
  std::string database;             // [a-z][a-z0-9_]{0,59}
  std::string cluster;              // likewise; "" with one shard
  std::string user;
  std::string password;

  static bool is_one(std::string_view address) { return address.starts_with("clickhouse://"); }
  // Invalid says what is wrong, without the password.
  static Result<ClickhouseAddress> parse(std::string_view address);
};

// Stateless but for its address; threads may share it. Messages of errors name the shard and the
// server's error number, never its text, which may quote values of records. Errors: unavailable
// (no answer, another shard did not answer it, a time-out, too many parts), exhausted (memory),
// conflict (a statement of that id is running), internal (anything else it refuses).
class ClickhouseShard {
 public:
  ClickhouseShard(const ClickhouseAddress& address, std::size_t number);

  // Runs a statement. `id`: a second statement of the same id is refused while the first runs.
  Result<void> exec(const std::string& sql, const std::string& id = {}) const;
  // "INSERT INTO … FORMAT RowBinary" with its rows, as one block: all of them are stored, or none.
  Result<void> insert(const std::string& sql, const std::string& rows,
                      const std::string& id = {}) const;
  // The answer's bytes piece by piece. The server answers nothing before it has everything, so an
  // answer is whole, or it is an error.
  Result<void> read(const std::string& sql,
                    const std::function<Result<void>(std::string_view)>& on_bytes) const;
  // A small answer as lines of text, tab-separated.
  Result<std::vector<std::string>> lines(const std::string& sql) const;
  // The one number that the statement answers.
  Result<std::int64_t> number(const std::string& sql) const;

  const std::string& name() const { return name_; }

 private:
  struct Sent {
    std::string in_url;  // the statement, where the body holds rows
    std::string in_body;
    std::string id;
  };
  Result<std::string> call(const Sent& sent,
                           const std::function<Result<void>(std::string_view)>& on_bytes) const;

  std::string name_;  // host:port
  std::string user_;
  std::string password_;
};

// A value as a statement of ClickHouse writes it: quotes and backslashes escaped, no byte left out.
std::string clickhouse_text(std::string_view text);
// A name in backticks.
std::string clickhouse_name(std::string_view name);

}  // namespace citybrain::lake
