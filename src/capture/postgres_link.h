// PgLink: one connection to a foreign PostgreSQL, ordinary or for replication, and its errors in
// our words.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "capture/capture.h"

namespace citybrain::capture {

struct PgClear {
  void operator()(PGresult* result) const { PQclear(result); }
  void operator()(PGconn* pg) const { PQfinish(pg); }
};
using PgAnswer = std::unique_ptr<PGresult, PgClear>;

// A parameter: text or null.
using PgParams = std::vector<std::optional<std::string>>;

// One thread at a time.
class PgLink {
 public:
  enum class Use : std::uint8_t { query, replication };
  // Times, dates, floats and bytes come in one form, whatever the server's settings.
  static Result<PgLink> open(const Settings& settings, Use use);

  PGconn* get() const { return pg_.get(); }
  // A statement that must succeed.
  Result<PgAnswer> run(const std::string& sql) const;
  Result<PgAnswer> run(const std::string& sql, const PgParams& params) const;
  // The same, given up after so long (unavailable).
  Result<PgAnswer> run_within(const std::string& sql, std::chrono::milliseconds wait) const;
  // What the connection says is wrong, for errors outside an answer.
  Error lost() const;

 private:
  explicit PgLink(PGconn* pg) : pg_(pg) {}
  std::unique_ptr<PGconn, PgClear> pg_;
};

Error pg_failure(const PGresult* answer);
// A value of an answer; "" where it is null.
std::string_view pg_text(const PgAnswer& answer, int row, int column);
bool pg_null(const PgAnswer& answer, int row, int column);
// "name" and 'text', quoted for SQL and for replication commands alike.
std::string pg_name(std::string_view name);
std::string pg_literal(std::string_view text);

// LSNs: numbers, our text of 16 hex digits (which sorts as they do), and PostgreSQL's
// "16/B374D848".
std::string lsn_text(std::uint64_t lsn);
Result<std::uint64_t> lsn_from_text(std::string_view text);
std::string lsn_to_pg(std::uint64_t lsn);
Result<std::uint64_t> lsn_from_pg(std::string_view text);

// Checks address and password; invalid with the keyword that is wrong.
Result<void> check_address(const Settings& settings);

}  // namespace citybrain::capture
