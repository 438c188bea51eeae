// OdbcLink. See odbc_link.h.
#include "odbc_link.h"

#include <sql.h>
#include <sqlext.h>

#include <array>

#include "base/text.h"
#include "mariadb_link.h"
#include "odbc_values.h"

namespace citybrain::capture {
namespace {

constexpr SQLULEN login_seconds_max = 10;

SQLCHAR* bytes_of(std::string& text) { return reinterpret_cast<SQLCHAR*>(text.data()); }
SQLPOINTER number(SQLULEN value) { return reinterpret_cast<SQLPOINTER>(value); }

// Kinds of failure by SQLSTATE.
Code code_of(std::string_view state) {
  const std::string_view kind = state.substr(0, 2);
  if (kind == "28" || state == "42501" || state == "08004") return Code::denied;
  if (state == "42S02" || state == "42P01" || state == "3D000") return Code::not_found;
  if (kind == "08" || kind == "HY" || kind == "40" || kind == "57" || state == "01000") {
    return Code::unavailable;
  }
  return state == "IM002" || state == "IM003" ? Code::invalid : Code::invalid;
}

Error failure(SQLSMALLINT kind, SQLHANDLE handle, const std::string& doing) {
  std::array<SQLCHAR, 6> state{};
  std::array<SQLCHAR, 1024> text{};
  SQLINTEGER native = 0;
  SQLSMALLINT size = 0;
  if (!SQL_SUCCEEDED(SQLGetDiagRec(kind, handle, 1, state.data(), &native, text.data(),
                                   static_cast<SQLSMALLINT>(text.size()), &size))) {
    return unavailable(doing + ": the driver says nothing");
  }
  const std::string code(reinterpret_cast<const char*>(state.data()));
  std::string message(reinterpret_cast<const char*>(text.data()));
  for (char& c : message) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  // Drivers wrap a refused password in the state of a failed connection.
  const bool refused = message.find("password authentication failed") != std::string::npos ||
                       message.find("Access denied") != std::string::npos || native == 1045;
  return {refused ? Code::denied : code_of(code), doing + ": " + message + " (" + code + ")"};
}

// Some drivers take braces for part of the value, so they stand only where they must.
std::string braced(const std::string& value) {
  return value.find_first_of("[]{}(),;?*=!@ ") == std::string::npos ? value : "{" + value + "}";
}

struct Statement {
  explicit Statement(SQLHANDLE connection) { SQLAllocHandle(SQL_HANDLE_STMT, connection, &handle); }
  ~Statement() { SQLFreeHandle(SQL_HANDLE_STMT, handle); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  SQLHANDLE handle = SQL_NULL_HANDLE;
};

// All rows of a catalogue function as text.
Result<std::vector<OdbcLink::Cells>> all_rows(const Statement& statement, SQLRETURN done,
                                              const std::string& doing) {
  if (!SQL_SUCCEEDED(done)) return failure(SQL_HANDLE_STMT, statement.handle, doing);
  SQLSMALLINT columns = 0;
  SQLNumResultCols(statement.handle, &columns);
  std::vector<OdbcLink::Cells> out;
  for (;;) {
    const SQLRETURN fetched = SQLFetch(statement.handle);
    if (fetched == SQL_NO_DATA) return out;
    if (!SQL_SUCCEEDED(fetched)) return failure(SQL_HANDLE_STMT, statement.handle, doing);
    OdbcLink::Cells& cells = out.emplace_back();
    for (SQLSMALLINT i = 1; i <= columns; ++i) {
      std::string text;
      CB_TRY(const bool there, odbc_append_text(statement.handle, i, text));
      cells.push_back(there ? std::optional(std::move(text)) : std::nullopt);
    }
  }
}

}  // namespace

struct OdbcLink::Handles {
  SQLHANDLE environment = SQL_NULL_HANDLE;
  SQLHANDLE connection = SQL_NULL_HANDLE;
  bool connected = false;
  ~Handles() {
    if (connected) SQLDisconnect(connection);
    if (connection != SQL_NULL_HANDLE) SQLFreeHandle(SQL_HANDLE_DBC, connection);
    if (environment != SQL_NULL_HANDLE) SQLFreeHandle(SQL_HANDLE_ENV, environment);
  }
};

Result<OdbcAddress> parse_odbc_address(std::string_view address) {
  CB_TRY(const auto pairs, parse_pairs(address));
  OdbcAddress out;
  for (const auto& [key, value] : pairs) {
    if (key == "pwd" || key == "password") {
      return invalid("'" + key + "' does not belong in the address; give it apart");
    }
    if (key == "schema") {
      out.schema = value;
    } else if (key == "poll_ms" || key == "overlap") {
      const auto number = parse_int(value);
      if (!number || *number < (key == "overlap" ? 0 : 10) || *number > 86'400'000) {
        return invalid("'" + key + "' is '" + value + "'; write a whole number");
      }
      (key == "overlap" ? out.overlap : out.poll_ms) = *number;
    } else {
      if (value.find('}') != std::string::npos) {
        return invalid("the value of '" + key + "' has a '}', which no driver reads");
      }
      out.driver_text += key + "=" + braced(value) + ";";
    }
  }
  if (out.driver_text.find("driver=") == std::string::npos &&
      out.driver_text.find("dsn=") == std::string::npos) {
    return invalid(
        "the address names no driver; write driver='NAME' (odbcinst -q -d lists them) "
        "or dsn=NAME");
  }
  return out;
}

OdbcLink::OdbcLink(std::unique_ptr<Handles> handles) : handles_(std::move(handles)) {}
OdbcLink::OdbcLink(OdbcLink&&) noexcept = default;
OdbcLink& OdbcLink::operator=(OdbcLink&&) noexcept = default;
OdbcLink::~OdbcLink() = default;

Result<OdbcLink> OdbcLink::open(const Settings& settings) {
  CB_TRY(const OdbcAddress address, parse_odbc_address(settings.address));
  if (settings.password.find('}') != std::string::npos) {
    return invalid("the password has a '}', which no driver reads in a connection's text");
  }
  OdbcLink link(std::make_unique<Handles>());
  Handles& handles = *link.handles_;
  SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &handles.environment);
  SQLSetEnvAttr(handles.environment, SQL_ATTR_ODBC_VERSION, number(SQL_OV_ODBC3), 0);
  SQLAllocHandle(SQL_HANDLE_DBC, handles.environment, &handles.connection);
  SQLSetConnectAttr(handles.connection, SQL_ATTR_LOGIN_TIMEOUT, number(login_seconds_max), 0);
  std::string text = address.driver_text;
  if (!settings.password.empty()) text += "pwd=" + braced(settings.password) + ";";
  const SQLRETURN done = SQLDriverConnect(handles.connection, nullptr, bytes_of(text), SQL_NTS,
                                          nullptr, 0, nullptr, SQL_DRIVER_NOPROMPT);
  if (!SQL_SUCCEEDED(done)) {
    return failure(SQL_HANDLE_DBC, handles.connection, "connecting by ODBC");
  }
  handles.connected = true;
  CB_TRY(const std::string name, link.info(SQL_DBMS_NAME));
  CB_TRY(const std::string version, link.info(SQL_DBMS_VER));
  CB_TRY(link.quote_, link.info(SQL_IDENTIFIER_QUOTE_CHAR));
  link.product_ = name + " " + version;
  return link;
}

Result<std::string> OdbcLink::info(unsigned short what) const {
  std::array<char, 256> text{};
  SQLSMALLINT size = 0;
  if (!SQL_SUCCEEDED(SQLGetInfo(handles_->connection, what, text.data(),
                                static_cast<SQLSMALLINT>(text.size()), &size))) {
    return failure(SQL_HANDLE_DBC, handles_->connection, "asking the driver");
  }
  return std::string(text.data());
}

std::string OdbcLink::quoted(std::string_view name) const {
  if (quote_.empty() || quote_ == " ") return std::string(name);
  std::string out = quote_;
  for (const char c : name) {
    out += c;
    if (c == quote_[0]) out += c;
  }
  return out + quote_;
}

std::string OdbcLink::limited(std::int64_t rows) const {
  const std::string count = std::to_string(rows);
  const std::string product = lower_ascii(product_);
  if (product.starts_with("mysql") || product.starts_with("mariadb")) return " LIMIT " + count;
  if (product.find("sql server") != std::string::npos) {
    return " OFFSET 0 ROWS FETCH NEXT " + count + " ROWS ONLY";
  }
  return " FETCH FIRST " + count + " ROWS ONLY";
}

Result<std::vector<OdbcLink::Cells>> OdbcLink::catalog_tables(const std::string& schema) const {
  const Statement statement(handles_->connection);
  std::string kind = "TABLE";
  std::string name = schema;
  const SQLRETURN done =
      SQLTables(statement.handle, nullptr, 0, name.empty() ? nullptr : bytes_of(name), SQL_NTS,
                nullptr, 0, bytes_of(kind), SQL_NTS);
  return all_rows(statement, done, "listing tables");
}

Result<std::vector<OdbcLink::Cells>> OdbcLink::catalog_columns(const Cells& table) const {
  const Statement statement(handles_->connection);
  std::string catalog = table[0].value_or("");
  std::string schema = table[1].value_or("");
  std::string name = table[2].value_or("");
  const SQLRETURN done = SQLColumns(statement.handle, table[0] ? bytes_of(catalog) : nullptr,
                                    SQL_NTS, table[1] ? bytes_of(schema) : nullptr, SQL_NTS,
                                    bytes_of(name), SQL_NTS, nullptr, 0);
  return all_rows(statement, done, "listing columns of " + name);
}

Result<std::vector<OdbcLink::Cells>> OdbcLink::catalog_keys(const Cells& table) const {
  const Statement statement(handles_->connection);
  std::string catalog = table[0].value_or("");
  std::string schema = table[1].value_or("");
  std::string name = table[2].value_or("");
  const SQLRETURN done =
      SQLPrimaryKeys(statement.handle, table[0] ? bytes_of(catalog) : nullptr, SQL_NTS,
                     table[1] ? bytes_of(schema) : nullptr, SQL_NTS, bytes_of(name), SQL_NTS);
  return all_rows(statement, done, "listing the key of " + name);
}

Result<void> OdbcLink::each(const std::string& sql, const std::vector<OdbcParam>& params,
                            const std::vector<OdbcType>& types, const Take& take) const {
  const Statement statement(handles_->connection);
  std::vector<SQLLEN> lengths(params.size());
  std::vector<std::string> texts;
  texts.reserve(params.size());
  for (std::size_t i = 0; i < params.size(); ++i) {
    const OdbcType& type = params[i].type;
    texts.push_back(params[i].text);
    lengths[i] = static_cast<SQLLEN>(texts[i].size());
    const SQLRETURN bound = SQLBindParameter(
        statement.handle, static_cast<SQLUSMALLINT>(i + 1), SQL_PARAM_INPUT, SQL_C_CHAR,
        odbc_param_type(type.code), std::max<SQLULEN>(type.size, texts[i].size()), type.scale,
        texts[i].data(), lengths[i], &lengths[i]);
    if (!SQL_SUCCEEDED(bound)) return failure(SQL_HANDLE_STMT, statement.handle, "binding");
  }
  std::string text = sql;
  const SQLRETURN run = SQLExecDirect(statement.handle, bytes_of(text), SQL_NTS);
  if (!SQL_SUCCEEDED(run) && run != SQL_NO_DATA) {
    return failure(SQL_HANDLE_STMT, statement.handle, "asking " + sql.substr(0, 200));
  }
  for (;;) {
    const SQLRETURN fetched = SQLFetch(statement.handle);
    if (fetched == SQL_NO_DATA) return ok();
    if (!SQL_SUCCEEDED(fetched)) return failure(SQL_HANDLE_STMT, statement.handle, "reading rows");
    RowText row;
    row.reserve(types.size(), 16 * types.size());
    for (std::size_t i = 0; i < types.size(); ++i) {
      const Result<void> added =
          odbc_add_value(statement.handle, static_cast<SQLUSMALLINT>(i + 1), types[i], row);
      if (!added) return added.error().in("column " + std::to_string(i + 1));
    }
    CB_TRY(const bool more, take(std::move(row)));
    if (!more) return ok();
  }
}

}  // namespace citybrain::capture
