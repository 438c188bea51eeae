// Store: Db over one engine's connections, a writer and a pool.
#include "sql/db.h"

#include "pool.h"
#include "sql/migrate.h"
#include "writer.h"

namespace citybrain::sql {

std::vector<Migration> migrations();

namespace {

class Store final : public Db {
 public:
  Store(Engine engine, Connect connect)
      : engine_(engine), connect_(connect), writer_(connect), pool_(connect) {}

  Engine engine() const override { return engine_; }
  Result<void> backup(const std::string& path) override {
    CB_TRY(auto connection, connect_(Connection::Mode::read));
    return connection->backup(path);
  }

 protected:
  Result<void> read_any(const ReadFn& fn) override { return pool_.read(fn); }
  Result<void> write_any(const WriteFn& fn) override { return writer_.write(fn); }

 private:
  Engine engine_;
  Connect connect_;
  Writer writer_;
  Pool pool_;
};

// What binds a row of Params in exec_many.
void bind_one(const Param& param, Binder& binder) {
  struct Visit {
    Binder& binder;
    void operator()(std::monostate) const { binder.null(); }
    void operator()(std::int64_t value) const { binder.integer(value); }
    void operator()(const std::string& value) const { binder.text(value); }
    void operator()(const Blob& value) const { binder.blob(value.bytes); }
  };
  std::visit(Visit{binder}, param.value());
}

}  // namespace

void bind_all(const Params& params, Binder& binder) {
  for (const Param& param : params) bind_one(param, binder);
}

std::string shown(std::string_view sql) {
  constexpr std::size_t length_max = 80;
  std::string text(sql.substr(0, length_max));
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return text + (sql.size() > length_max ? "…" : "");
}

Result<std::unique_ptr<Db>> Db::open(const std::string& url, std::int64_t lead_token) {
  std::unique_ptr<Store> store;
  if (url.starts_with("sqlite:")) {
    store = std::make_unique<Store>(Engine::sqlite, [path = url.substr(7)](Connection::Mode mode) {
      return connect_sqlite(path, mode);
    });
  } else if (url.starts_with("postgres:")) {
    store = std::make_unique<Store>(Engine::postgres,
                                    [info = url.substr(9), lead_token](Connection::Mode) {
                                      return connect_postgres(info, lead_token);
                                    });
  } else {
    return invalid("store '" + url.substr(0, url.find(':')) +
                   ":' is unknown; write sqlite:PATH or postgres:CONNINFO");
  }
  CB_DO(migrate(*store, "sql", migrations()));
  return std::unique_ptr<Db>(std::move(store));
}

Result<std::optional<Row>> Session::query_one(std::string_view sql, const Params& params) {
  CB_TRY(Rows rows, query(sql, params));
  if (rows.size() > 1) return internal("more than one row where one was expected: " + shown(sql));
  if (rows.empty()) return std::optional<Row>();
  return std::optional<Row>(std::move(rows.front()));
}

Result<std::int64_t> Tx::exec_many(std::string_view sql, const std::vector<Params>& rows) {
  return exec_rows(sql, rows.size(),
                   [&](std::size_t row, Binder& binder) { bind_all(rows[row], binder); });
}

}  // namespace citybrain::sql
