// PostgreSQL by libpq: prepared statements, pipeline for many rows, cursors for large answers. One
// thread at a time.
#include <libpq-fe.h>

#include <unordered_map>

#include "base/text.h"
#include "connection.h"

namespace citybrain::sql {
namespace {

constexpr std::size_t statements_max = 256;  // prepared and kept
constexpr std::size_t pipeline_rows = 256;   // sent before their answers are read
constexpr int fetch_rows = 2000;             // of a cursor at a time
constexpr std::size_t params_max = 60'000;   // the protocol's limit is 65,535

// Type numbers from pg_type.dat.
constexpr Oid oid_bool = 16, oid_bytea = 17, oid_int8 = 20, oid_int2 = 21, oid_int4 = 23,
              oid_text = 25, oid_numeric = 1700;

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, ClearResult>;

bool succeeded(const Answer& answer) {
  const ExecStatusType status = PQresultStatus(answer.get());
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE;
}

std::string_view state_of(const Answer& answer) {
  const char* state = answer ? PQresultErrorField(answer.get(), PG_DIAG_SQLSTATE) : nullptr;
  return state ? state : "08000";
}

bool lost_a_race(std::string_view state) { return state == "40001" || state == "40P01"; }

// PostgreSQL's details quote values, and so do the messages of class 22; both stay behind.
Error pg_error(const Answer& answer, std::string_view sql) {
  const std::string_view state = state_of(answer);
  const std::string_view kind = state.substr(0, 2);
  const char* primary =
      answer ? PQresultErrorField(answer.get(), PG_DIAG_MESSAGE_PRIMARY) : nullptr;
  std::string text = primary ? primary : "the connection to PostgreSQL is lost";
  if (kind == "22") text = "PostgreSQL refuses a value";
  text += " (" + std::string(state) + ") in: " + shown(sql);
  if (state == "23505" || state == "23503" || state == "23P01") return conflict(text);
  if (kind == "22" || kind == "23") return invalid(text);
  if (kind == "08" || kind == "40" || kind == "57" || state == "53300" || state == "55P03") {
    return unavailable(text);
  }
  if (kind == "53" || kind == "54") return exhausted(text);
  if (kind == "XX") return corrupt(text);
  return internal(text);
}

// Parameters as the protocol wants them: numbers as text, bytes as they are. Text must end in NUL,
// so it is copied; capacity is kept from row to row.
class PgBinder final : public Binder {
 public:
  void null() override { add(0, nullptr, 0); }
  void integer(std::int64_t value) override { add(oid_int8, std::to_string(value), 0); }
  void text(std::string_view value) override { add(oid_text, value, 0); }
  void blob(std::string_view value) override { add(oid_bytea, value, 1); }

  void restart() { used_ = 0; }
  int size() const { return static_cast<int>(used_); }
  const Oid* types() const { return types_.data(); }
  const char* const* values() {
    pointers_.resize(used_);
    for (std::size_t i = 0; i < used_; ++i) {
      pointers_[i] = types_[i] == 0 ? nullptr : texts_[i].c_str();
    }
    return pointers_.data();
  }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  void add(Oid type, std::string_view bytes, int format) {
    if (used_ == texts_.size()) {
      texts_.emplace_back();
      types_.push_back(0);
      lengths_.push_back(0);
      formats_.push_back(0);
    }
    texts_[used_].assign(bytes);
    types_[used_] = type;
    lengths_[used_] = static_cast<int>(bytes.size());
    formats_[used_] = format;
    ++used_;
  }
  void add(Oid type, std::nullptr_t, int format) { add(type, std::string_view(), format); }

  std::size_t used_ = 0;
  std::vector<std::string> texts_;
  std::vector<Oid> types_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
  std::vector<const char*> pointers_;
};

int hex_digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

std::string from_hex(std::string_view text) {
  std::string bytes;
  if (text.starts_with("\\x")) text.remove_prefix(2);
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<char>(hex_digit(text[i]) * 16 + hex_digit(text[i + 1])));
  }
  return bytes;
}

void read_row(const Answer& answer, int at, Row& row) {
  const int columns = PQnfields(answer.get());
  auto& values = row.values();
  values.resize(static_cast<std::size_t>(columns));
  for (int i = 0; i < columns; ++i) {
    auto& value = values[static_cast<std::size_t>(i)];
    if (PQgetisnull(answer.get(), at, i)) {
      value = std::monostate();
      continue;
    }
    const std::string_view text(PQgetvalue(answer.get(), at, i),
                                static_cast<std::size_t>(PQgetlength(answer.get(), at, i)));
    switch (PQftype(answer.get(), i)) {
      case oid_int2:
      case oid_int4:
      case oid_int8: value = parse_int(text).value_or(0); break;
      case oid_bool: value = static_cast<std::int64_t>(text == "t"); break;
      case oid_bytea: value = from_hex(text); break;
      case oid_numeric: {  // a sum of BIGINT: a whole number where it is one
        const auto whole = parse_int(text);
        if (whole) {
          value = *whole;
        } else {
          value = std::string(text);
        }
        break;
      }
      default: value = std::string(text);
    }
  }
}

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

class PgConnection final : public Connection {
 public:
  PgConnection(PGconn* pg, std::int64_t lead_token) : pg_(pg), lead_token_(lead_token) {}
  ~PgConnection() override { PQfinish(pg_); }

  Engine engine() const override { return Engine::postgres; }
  Result<Rows> query(std::string_view sql, const Params& params) override;
  Result<void> each(std::string_view sql, const Params& params, const EachRow& fn) override;
  Result<std::int64_t> exec(std::string_view sql, const Params& params) override;
  Result<std::int64_t> exec_rows(std::string_view sql, std::size_t rows,
                                 const BindRow& bind) override;
  Result<void> script(std::string_view sql) override;

  Result<void> begin(Mode mode) override {
    if (mode == Mode::read) return script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    return lead_token_ == 0 ? script("BEGIN ISOLATION LEVEL SERIALIZABLE") : begin_leading();
  }
  Result<void> commit() override { return script("COMMIT"); }
  void rollback() override {
    reset_failure();
    if (in_transaction()) (void)script("ROLLBACK");
    reset_failure();
  }
  Result<void> savepoint() override { return script("SAVEPOINT job"); }
  Result<void> release() override { return script("RELEASE SAVEPOINT job"); }
  Result<void> rollback_to() override {
    reset_failure();
    return script("ROLLBACK TO SAVEPOINT job; RELEASE SAVEPOINT job");
  }
  bool in_transaction() override {
    const PGTransactionStatusType status = PQtransactionStatus(pg_);
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE;
  }
  bool usable() override { return PQstatus(pg_) == CONNECTION_OK; }
  Result<void> backup(const std::string&) override {
    return invalid("a PostgreSQL store is backed up with pg_dump");
  }

 private:
  Error failed(const Answer& answer, std::string_view sql) {
    return fail(pg_error(answer, sql), lost_a_race(state_of(answer)));
  }
  Result<void> begin_leading();
  // The name of the prepared statement; parameter types are those of the first call.
  Result<std::string> prepared(std::string_view sql, const PgBinder& binder);
  Result<Answer> run(std::string_view sql, const Params& params);
  // Reads the answers of `rows` pipelined executions and the sync after them.
  Result<std::int64_t> drain(std::size_t rows, std::string_view sql);
  Result<std::int64_t> pipeline(const std::string& name, std::string_view sql, std::size_t rows,
                                const BindRow& bind);

  PGconn* pg_;
  const std::int64_t lead_token_;  // 0 = whoever comes may write
  std::unordered_map<std::string, std::string, TextHash, std::equal_to<>> statements_;
  std::int64_t named_ = 0;  // statements and cursors so far
  PgBinder binder_;
};

// Whoever raises the token locks the table against us first, and LOCK takes no snapshot, so the
// token read after it is the newest, and stays so until we commit.
Result<void> PgConnection::begin_leading() {
  CB_DO(script("BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE sql_lead IN ROW SHARE MODE"));
  CB_TRY(const Rows rows, query("SELECT token FROM sql_lead WHERE id = 1", {}));
  if (rows.size() == 1 && rows[0].integer(0) == lead_token_) return ok();
  rollback();
  return unavailable("another process leads this city now; nothing was written");
}

Result<std::string> PgConnection::prepared(std::string_view sql, const PgBinder& binder) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return found->second;
  if (statements_.size() >= statements_max) {
    CB_DO(script("DEALLOCATE ALL"));
    statements_.clear();
  }
  std::string name = "s" + std::to_string(++named_);
  const Answer answer(
      PQprepare(pg_, name.c_str(), std::string(sql).c_str(), binder.size(), binder.types()));
  if (!succeeded(answer)) return failed(answer, sql);
  statements_.emplace(sql, name);
  return name;
}

Result<Answer> PgConnection::run(std::string_view sql, const Params& params) {
  if (failure()) return *failure();
  if (params.size() > params_max) return fail(internal("too many parameters: " + shown(sql)));
  binder_.restart();
  bind_all(params, binder_);
  CB_TRY(const std::string name, prepared(sql, binder_));
  Answer answer(PQexecPrepared(pg_, name.c_str(), binder_.size(), binder_.values(),
                               binder_.lengths(), binder_.formats(), 0));
  if (!succeeded(answer)) return failed(answer, sql);
  return answer;
}

Result<Rows> PgConnection::query(std::string_view sql, const Params& params) {
  CB_TRY(const Answer answer, run(sql, params));
  Rows rows(static_cast<std::size_t>(PQntuples(answer.get())));
  for (std::size_t i = 0; i < rows.size(); ++i) read_row(answer, static_cast<int>(i), rows[i]);
  return rows;
}

Result<void> PgConnection::each(std::string_view sql, const Params& params, const EachRow& fn) {
  if (failure()) return *failure();
  const std::string cursor = "c" + std::to_string(++named_);
  const std::string declare = "DECLARE " + cursor + " NO SCROLL CURSOR FOR " + std::string(sql);
  binder_.restart();
  bind_all(params, binder_);
  const Answer declared(PQexecParams(pg_, declare.c_str(), binder_.size(), binder_.types(),
                                     binder_.values(), binder_.lengths(), binder_.formats(), 0));
  if (!succeeded(declared)) return failed(declared, sql);
  const std::string fetch = "FETCH " + std::to_string(fetch_rows) + " FROM " + cursor;
  Row row;
  while (true) {
    const Answer page(PQexec(pg_, fetch.c_str()));
    if (!succeeded(page)) return failed(page, sql);
    const int rows = PQntuples(page.get());
    for (int i = 0; i < rows; ++i) {
      read_row(page, i, row);
      Result<void> done = fn(row);
      if (!done) {
        if (!failure()) CB_DO(script("CLOSE " + cursor));
        return done;
      }
    }
    if (rows < fetch_rows) return script("CLOSE " + cursor);
  }
}

Result<std::int64_t> PgConnection::exec(std::string_view sql, const Params& params) {
  CB_TRY(const Answer answer, run(sql, params));
  return parse_int(PQcmdTuples(answer.get())).value_or(0);
}

Result<void> PgConnection::script(std::string_view sql) {
  if (failure()) return *failure();
  const Answer answer(PQexec(pg_, std::string(sql).c_str()));
  if (!succeeded(answer)) return failed(answer, sql);
  // COMMIT of a transaction that had failed answers ROLLBACK and reports success.
  if (sql == "COMMIT" && std::string_view(PQcmdStatus(answer.get())) != "COMMIT") {
    return fail(internal("PostgreSQL rolled back instead of committing"));
  }
  return ok();
}

Result<std::int64_t> PgConnection::exec_rows(std::string_view sql, std::size_t rows,
                                             const BindRow& bind) {
  if (rows == 0) return std::int64_t{0};
  if (failure()) return *failure();
  binder_.restart();
  bind(0, binder_);
  CB_TRY(const std::string name, prepared(sql, binder_));
  if (PQenterPipelineMode(pg_) != 1) return fail(internal("cannot enter pipeline mode"));
  Result<std::int64_t> affected = pipeline(name, sql, rows, bind);
  if (PQexitPipelineMode(pg_) != 1 && affected) {
    return fail(internal("cannot leave pipeline mode"));
  }
  return affected;
}

Result<std::int64_t> PgConnection::pipeline(const std::string& name, std::string_view sql,
                                            std::size_t rows, const BindRow& bind) {
  std::int64_t affected = 0;
  std::size_t sent = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    binder_.restart();
    bind(row, binder_);
    if (PQsendQueryPrepared(pg_, name.c_str(), binder_.size(), binder_.values(), binder_.lengths(),
                            binder_.formats(), 0) != 1) {
      return fail(unavailable("the connection to PostgreSQL is lost in: " + shown(sql)));
    }
    if (++sent < pipeline_rows && row + 1 < rows) continue;
    // A sync inside BEGIN … COMMIT commits nothing; it only bounds what waits unread.
    if (PQpipelineSync(pg_) != 1) {
      return fail(unavailable("the connection to PostgreSQL is lost in: " + shown(sql)));
    }
    CB_TRY(const std::int64_t part, drain(sent, sql));
    affected += part;
    sent = 0;
  }
  return affected;
}

Result<std::int64_t> PgConnection::drain(std::size_t rows, std::string_view sql) {
  std::int64_t affected = 0;
  std::optional<Error> first;
  for (std::size_t row = 0; row < rows; ++row) {
    while (const Answer answer{PQgetResult(pg_)}) {
      if (succeeded(answer)) {
        affected += parse_int(PQcmdTuples(answer.get())).value_or(0);
      } else if (!first && PQresultStatus(answer.get()) != PGRES_PIPELINE_ABORTED) {
        first = failed(answer, sql);
      }
    }
    if (!usable()) return fail(unavailable("the connection to PostgreSQL is lost"));
  }
  const Answer sync(PQgetResult(pg_));
  if (first) return *first;
  if (PQresultStatus(sync.get()) != PGRES_PIPELINE_SYNC) {
    return fail(internal("PostgreSQL's pipeline is out of step"));
  }
  return affected;
}

}  // namespace

Result<std::unique_ptr<Connection>> connect_postgres(const std::string& conninfo,
                                                     std::int64_t lead_token) {
  PGconn* pg = PQconnectdb(conninfo.c_str());
  auto connection = std::make_unique<PgConnection>(pg, lead_token);
  if (PQstatus(pg) != CONNECTION_OK) {
    // libpq's message names host, port and reason; the password is not in it.
    return unavailable("cannot reach PostgreSQL: " + std::string(trim(PQerrorMessage(pg))));
  }
  PQsetNoticeProcessor(
      pg, [](void*, const char*) {}, nullptr);
  if (PQsetClientEncoding(pg, "UTF8") != 0) return unavailable("PostgreSQL does not speak UTF-8");
  CB_DO(
      connection->script("SET synchronous_commit = on; SET bytea_output = hex; "
                         "SET standard_conforming_strings = on"));
  return std::unique_ptr<Connection>(std::move(connection));
}

}  // namespace citybrain::sql
