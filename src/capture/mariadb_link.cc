// MariadbLink. See mariadb_link.h.
#include "mariadb_link.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <sys/socket.h>

#include "base/text.h"
#include "mariadb_value.h"

namespace citybrain::capture {
namespace {

constexpr unsigned connect_seconds_max = 10;
constexpr unsigned er_statement_timeout = 1969;  // of MariaDB
constexpr unsigned er_killed = 1927;

struct Free {
  void operator()(MYSQL_RES* result) const { mysql_free_result(result); }
};

Result<void> take_pair(const std::string& key, const std::string& value, MariadbAddress& out) {
  if (key == "host")
    out.host = value;
  else if (key == "user")
    out.user = value;
  else if (key == "dbname" || key == "database")
    out.database = value;
  else if (key == "socket")
    out.socket = value;
  else if (key == "ssl_ca")
    out.ssl_ca = value;
  else if (key == "port") {
    const auto port = parse_int(value);
    if (!port || *port < 1 || *port > 65'535) {
      return invalid("'port' is '" + value + "'; write 1..65535");
    }
    out.port = static_cast<unsigned>(*port);
  } else if (key == "ssl") {
    if (value != "off" && value != "on" && value != "verify") {
      return invalid("'ssl' is '" + value + "'; write off, on or verify");
    }
    out.ssl = value;
  } else if (key == "password") {
    return invalid("'password' does not belong in the address; give it apart");
  } else {
    return invalid("'" + key +
                   "' is no keyword of a MariaDB address; known are host, port, user, dbname, "
                   "socket, ssl, ssl_ca");
  }
  return ok();
}

void set_options(MYSQL* mysql, const MariadbAddress& address, unsigned read_seconds) {
  const unsigned long packet_max = 1UL << 30;
  const my_bool yes = 1;
  const my_bool no = 0;
  mysql_optionsv(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_seconds_max);
  mysql_optionsv(mysql, MYSQL_OPT_READ_TIMEOUT, &read_seconds);
  mysql_optionsv(mysql, MYSQL_OPT_MAX_ALLOWED_PACKET, &packet_max);
  mysql_optionsv(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  mysql_optionsv(mysql, MYSQL_OPT_LOCAL_INFILE, &no);  // a server must not ask for our files
  if (address.ssl == "off") return;
  mysql_optionsv(mysql, MYSQL_OPT_SSL_ENFORCE, &yes);
  mysql_optionsv(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, address.ssl == "verify" ? &yes : &no);
  if (!address.ssl_ca.empty()) mysql_optionsv(mysql, MYSQL_OPT_SSL_CA, address.ssl_ca.c_str());
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> parse_pairs(std::string_view address) {
  std::vector<std::pair<std::string, std::string>> pairs;
  std::string_view rest = trim(address);
  while (!rest.empty()) {
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos) {
      return invalid("'" + std::string(rest) + "' in the address has no '='; write keyword=value");
    }
    const std::string key = lower_ascii(trim(rest.substr(0, equals)));
    rest = trim(rest.substr(equals + 1));
    const bool quoted = rest.starts_with('\'');
    if (quoted) rest.remove_prefix(1);
    const std::size_t end = quoted ? rest.find('\'') : rest.find_first_of(" \t\n");
    if (quoted && end == std::string_view::npos) {
      return invalid("the value of '" + key + "' in the address begins with ' and does not end");
    }
    pairs.emplace_back(key, std::string(rest.substr(0, end)));
    rest = end == std::string_view::npos ? "" : trim(rest.substr(end + (quoted ? 1 : 0)));
  }
  return pairs;
}

Result<MariadbAddress> parse_mariadb_address(std::string_view address) {
  CB_TRY(const auto pairs, parse_pairs(address));
  MariadbAddress out;
  for (const auto& [key, value] : pairs) CB_DO(take_pair(key, value, out));
  if (out.user.empty()) return invalid("'user' is missing in the address; write user=NAME");
  return out;
}

Code code_of_mariadb(unsigned number) {
  switch (number) {
    case ER_ACCESS_DENIED_ERROR:
    case ER_DBACCESS_DENIED_ERROR:
    case ER_TABLEACCESS_DENIED_ERROR:
    case ER_COLUMNACCESS_DENIED_ERROR:
    case ER_SPECIFIC_ACCESS_DENIED_ERROR:
    case ER_HOST_NOT_PRIVILEGED:
    case ER_HOST_IS_BLOCKED: return Code::denied;
    case ER_BAD_DB_ERROR:
    case ER_NO_SUCH_TABLE: return Code::not_found;
    case ER_MASTER_FATAL_ERROR_READING_BINLOG: return Code::conflict;
    case ER_CON_COUNT_ERROR:
    case ER_TOO_MANY_USER_CONNECTIONS:
    case ER_SERVER_SHUTDOWN:
    case ER_LOCK_WAIT_TIMEOUT:
    case ER_LOCK_DEADLOCK:
    case ER_QUERY_INTERRUPTED:
    case ER_TABLE_DEF_CHANGED:
    case er_statement_timeout:
    case er_killed: return Code::unavailable;
    default:
      return number >= CR_MIN_ERROR && number <= CR_MAX_ERROR ? Code::unavailable : Code::invalid;
  }
}

Result<MariadbLink> MariadbLink::open(const Settings& settings, unsigned read_seconds) {
  CB_TRY(const MariadbAddress address, parse_mariadb_address(settings.address));
  MariadbLink link(mysql_init(nullptr));
  if (!link.mysql_) return exhausted("no memory for a connection");
  set_options(link.get(), address, read_seconds);
  const bool local = !address.socket.empty();
  if (!mysql_real_connect(link.get(), local ? nullptr : address.host.c_str(), address.user.c_str(),
                          settings.password.c_str(),
                          address.database.empty() ? nullptr : address.database.c_str(),
                          local ? 0 : address.port, local ? address.socket.c_str() : nullptr, 0)) {
    return link.failure(
        "connecting to " +
        (local ? address.socket : address.host + ":" + std::to_string(address.port)) + " as '" +
        address.user + "'");
  }
  // Values come in one form whatever the server's settings; backslashes in our literals are plain.
  CB_DO(
      link.run("SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES', time_zone = '+00:00', "
               "net_write_timeout = 3600, wait_timeout = 86400, group_concat_max_len = 1048576"));
  return link;
}

bool MariadbLink::is_mariadb() const { return mariadb_connection(get()) != 0; }
std::string MariadbLink::server_version() const { return mysql_get_server_info(get()); }

Result<void> MariadbLink::run(const std::string& sql) const {
  CB_DO(each(sql, [](MYSQL_ROW, const unsigned long*) { return ok(); }));
  return ok();
}

Result<std::vector<MariadbLink::Row>> MariadbLink::rows(const std::string& sql) const {
  std::vector<Row> out;
  CB_DO(each(sql, [&](MYSQL_ROW row, const unsigned long* lengths) -> Result<void> {
    Row& cells = out.emplace_back();
    const unsigned columns = mysql_field_count(get());
    for (unsigned i = 0; i < columns; ++i) {
      cells.push_back(row[i] ? std::optional(std::string(row[i], lengths[i])) : std::nullopt);
    }
    return ok();
  }));
  return out;
}

Result<std::string> MariadbLink::value(const std::string& sql) const {
  CB_TRY(const std::vector<Row> found, rows(sql));
  if (found.empty() || found[0].empty()) return not_found("nothing answers to: " + sql);
  return found[0][0].value_or("");
}

Result<void> MariadbLink::each(const std::string& sql, const Take& take) const {
  if (mysql_real_query(get(), sql.data(), sql.size()) != 0) return failure("asking");
  const std::unique_ptr<MYSQL_RES, Free> result(mysql_use_result(get()));
  if (!result) {
    return mysql_errno(get()) != 0 ? Result<void>(failure("asking")) : ok();
  }
  Result<void> taken = ok();
  while (MYSQL_ROW row = mysql_fetch_row(result.get())) {
    if (taken) taken = take(row, mysql_fetch_lengths(result.get()));  // the rest is read and left
  }
  if (mysql_errno(get()) != 0) return failure("reading rows");
  return taken;
}

void MariadbLink::cut() const { ::shutdown(mysql_get_socket(get()), SHUT_RDWR); }

Error MariadbLink::failure(const std::string& doing) const {
  const unsigned number = mysql_errno(get());
  std::string message = doing + ": " + mysql_error(get()) + " (" + std::to_string(number) + ")";
  const Code code = code_of_mariadb(number);
  if (code == Code::denied) message += "; check user, password and rights";
  return {code, message};
}

std::string mariadb_name(std::string_view name) {
  std::string out = "`";
  for (const char c : name) out += c == '`' ? std::string("``") : std::string(1, c);
  return out + "`";
}

std::string mariadb_literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

}  // namespace citybrain::capture
