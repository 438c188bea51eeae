// PgLink: see postgres_link.h.
#include "postgres_link.h"

#include <poll.h>

#include <algorithm>
#include <charconv>
#include <cinttypes>
#include <cstdio>

#include "base/text.h"

namespace citybrain::capture {
namespace {

constexpr const char* session_options =
    "-c datestyle=ISO -c intervalstyle=postgres -c timezone=UTC -c extra_float_digits=1"
    " -c bytea_output=hex -c statement_timeout=0 -c lock_timeout=30000"
    " -c idle_in_transaction_session_timeout=0 -c standard_conforming_strings=on";

// What we set ourselves, or what would let a secret in by another way.
constexpr const char* refused_keywords[] = {
    "password", "passfile", "options", "replication", "client_encoding", "service", "sslpassword"};

struct Options {
  std::vector<std::string> names;
  std::vector<std::string> values;
  void set(std::string name, std::string value) {
    names.push_back(std::move(name));
    values.push_back(std::move(value));
  }
};

Result<Options> parse_address(const std::string& address) {
  char* trouble = nullptr;
  std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> parsed(
      PQconninfoParse(address.c_str(), &trouble), PQconninfoFree);
  if (!parsed) {
    const std::string text = trouble ? std::string(trim(trouble)) : "unreadable";
    PQfreemem(trouble);
    return invalid("the address is not understood: " + text +
                   "; write host=… port=… dbname=… user=…");
  }
  Options options;
  for (const PQconninfoOption* one = parsed.get(); one->keyword; ++one) {
    if (!one->val) continue;
    const std::string keyword = one->keyword;
    if (std::find(std::begin(refused_keywords), std::end(refused_keywords), keyword) !=
        std::end(refused_keywords)) {
      return invalid("'" + keyword + "' does not belong in the address; " +
                     (keyword == "password" ? "give the password by itself" : "leave it out"));
    }
    options.set(keyword, one->val);
  }
  return options;
}

// Kinds of failure by SQLSTATE (PostgreSQL's appendix A).
Code code_of(std::string_view state) {
  const std::string_view kind = state.substr(0, 2);
  if (kind == "28" || state == "42501") return Code::denied;
  if (state == "3D000" || state == "42P01" || state == "3F000") return Code::not_found;
  if (state == "58P01" || state == "42704") return Code::conflict;  // WAL removed, slot gone
  if (state == "42710") return Code::conflict;                      // slot or publication is there
  if (kind == "08" || kind == "57" || kind == "40" || state == "53300" || state == "55006" ||
      state == "55P03") {
    return Code::unavailable;
  }
  if (state == "53100" || state == "53200") return Code::exhausted;
  if (kind == "XX") return Code::corrupt;
  return Code::invalid;
}

// Of a verbose message "FATAL:  28P01: password authentication failed …" the state.
std::string state_in(std::string_view message) {
  for (std::size_t at = message.find(":  "); at != std::string_view::npos;
       at = message.find(":  ", at + 1)) {
    const std::string_view rest = message.substr(at + 3);
    if (rest.size() > 6 && rest[5] == ':' &&
        std::all_of(rest.begin(), rest.begin() + 5,
                    [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); })) {
      return std::string(rest.substr(0, 5));
    }
  }
  return "08001";
}

std::string one_line(std::string_view text) {
  std::string line(trim(text.substr(0, text.find("\nLOCATION"))));
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

// Waits until the socket can be read or written; false when the time is up.
bool wait_for(PGconn* pg, short events, std::chrono::steady_clock::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      until - std::chrono::steady_clock::now());
  if (left.count() <= 0) return false;
  pollfd ready{PQsocket(pg), events, 0};
  return ::poll(&ready, 1, static_cast<int>(left.count())) != 0;
}

}  // namespace

Result<void> check_address(const Settings& settings) {
  CB_DO(parse_address(settings.address));
  return ok();
}

Result<PgLink> PgLink::open(const Settings& settings, Use use) {
  CB_TRY(Options options, parse_address(settings.address));
  if (!settings.password.empty()) options.set("password", settings.password);
  options.set("options", session_options);
  options.set("client_encoding", "UTF8");
  options.set("fallback_application_name", "citybrain");
  options.set("keepalives_idle", "10");
  options.set("keepalives_interval", "5");
  options.set("keepalives_count", "3");
  options.set("tcp_user_timeout", "30000");
  if (use == Use::replication) options.set("replication", "database");
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (std::size_t i = 0; i < options.names.size(); ++i) {
    names.push_back(options.names[i].c_str());
    values.push_back(options.values[i].c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  PgLink link(PQconnectStartParams(names.data(), values.data(), 0));
  PGconn* pg = link.get();
  // Verbose, so that the state is in the message: its words may be in any language.
  PQsetErrorVerbosity(pg, PQERRORS_VERBOSE);
  PQsetNoticeProcessor(
      pg, [](void*, const char*) {}, nullptr);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  PostgresPollingStatusType status =
      PQstatus(pg) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (status != PGRES_POLLING_OK && status != PGRES_POLLING_FAILED) {
    if (!wait_for(pg, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, until)) {
      return unavailable(
          "no answer from PostgreSQL within 10 s; is host and port right, and is the"
          " way free?");
    }
    status = PQconnectPoll(pg);
  }
  if (status == PGRES_POLLING_OK) return link;
  const std::string message = PQerrorMessage(pg);
  return Error{code_of(state_in(message)), "cannot connect to PostgreSQL: " + one_line(message)};
}

Error pg_failure(const PGresult* answer) {
  const char* state = answer ? PQresultErrorField(answer, PG_DIAG_SQLSTATE) : nullptr;
  const char* message = answer ? PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY) : nullptr;
  if (!state) {
    const std::string why = answer ? one_line(PQresultErrorMessage(answer)) : std::string();
    return unavailable("the connection to PostgreSQL is lost" + (why.empty() ? "" : ": " + why));
  }
  return {code_of(state),
          "PostgreSQL says: " + std::string(message ? message : "?") + " (" + state + ")"};
}

Error PgLink::lost() const {
  const std::string message = PQerrorMessage(get());
  const std::string state = state_in(message);
  return {state == "08001" ? Code::unavailable : code_of(state),
          "the connection to PostgreSQL is lost: " + one_line(message)};
}

Result<PgAnswer> PgLink::run(const std::string& sql) const { return run(sql, {}); }

Result<PgAnswer> PgLink::run(const std::string& sql, const PgParams& params) const {
  PgAnswer answer;
  if (params.empty()) {
    answer.reset(PQexec(get(), sql.c_str()));
  } else {
    std::vector<const char*> values;
    for (const auto& param : params) values.push_back(param ? param->c_str() : nullptr);
    answer.reset(PQexecParams(get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                              values.data(), nullptr, nullptr, 0));
  }
  const ExecStatusType status = PQresultStatus(answer.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_COPY_BOTH) {
    return answer;
  }
  return pg_failure(answer.get());
}

Result<PgAnswer> PgLink::run_within(const std::string& sql, std::chrono::milliseconds wait) const {
  const auto until = std::chrono::steady_clock::now() + wait;
  if (PQsendQuery(get(), sql.c_str()) != 1) return lost();
  PgAnswer last;
  for (;;) {
    while (PQisBusy(get()) == 1) {
      if (!wait_for(get(), POLLIN, until)) {
        return unavailable("PostgreSQL did not answer within " + std::to_string(wait.count()) +
                           " ms; a long transaction may be running there");
      }
      if (PQconsumeInput(get()) != 1) return lost();
    }
    PgAnswer answer(PQgetResult(get()));
    if (!answer) break;
    const ExecStatusType status = PQresultStatus(answer.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return pg_failure(answer.get());
    last = std::move(answer);
  }
  return last;
}

std::string_view pg_text(const PgAnswer& answer, int row, int column) {
  return {PQgetvalue(answer.get(), row, column),
          static_cast<std::size_t>(PQgetlength(answer.get(), row, column))};
}

bool pg_null(const PgAnswer& answer, int row, int column) {
  return PQgetisnull(answer.get(), row, column) == 1;
}

std::string pg_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string pg_literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::string lsn_text(std::uint64_t lsn) {
  char text[20];
  std::snprintf(text, sizeof text, "%016" PRIX64, lsn);
  return text;
}

Result<std::uint64_t> lsn_from_text(std::string_view text) {
  std::uint64_t lsn = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), lsn, 16);
  if (error != std::errc() || end != text.data() + text.size() || text.size() != 16) {
    return invalid("'" + std::string(text) + "' is no position; 16 hex digits are expected");
  }
  return lsn;
}

std::string lsn_to_pg(std::uint64_t lsn) {
  char text[24];
  std::snprintf(text, sizeof text, "%X/%X", static_cast<unsigned>(lsn >> 32),
                static_cast<unsigned>(lsn & 0xFFFFFFFFU));
  return text;
}

Result<std::uint64_t> lsn_from_pg(std::string_view text) {
  const std::size_t slash = text.find('/');
  std::uint32_t high = 0;
  std::uint32_t low = 0;
  const char* end = text.data() + text.size();
  if (slash != std::string_view::npos) {
    const auto first = std::from_chars(text.data(), text.data() + slash, high, 16);
    const auto second = std::from_chars(text.data() + slash + 1, end, low, 16);
    if (first.ec == std::errc() && first.ptr == text.data() + slash && second.ec == std::errc() &&
        second.ptr == end) {
      return (static_cast<std::uint64_t>(high) << 32) | low;
    }
  }
  return corrupt("'" + std::string(text) + "' is no LSN");
}

}  // namespace citybrain::capture
