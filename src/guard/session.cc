// Login, lock-out and sessions. A failure is counted before the password is looked at, so that many
// guesses at once count as many.
#include <sodium.h>

#include <algorithm>

#include "base/ids.h"
#include "base/text.h"
#include "identity_state.h"

namespace citybrain::guard {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_us = 24 * 3600 * second_us;
constexpr std::int64_t last_seen_step_us =
    60 * second_us;  // how stale the store's last_seen may be
constexpr std::int64_t tidy_rows_max = 10'000;

bool is_secret(std::string_view secret) {
  return secret.size() == 64 && std::all_of(secret.begin(), secret.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Error no_session() { return denied("the session has ended; log in again"); }

std::int64_t lock_us(const IdentityOptions& options, std::int64_t failures) {
  const std::int64_t doublings = std::min<std::int64_t>(failures - options.failures_free_max, 30);
  return std::min(options.lock_us_max,
                  options.lock_us_first << std::max<std::int64_t>(doublings, 0));
}

// Counts an attempt before it is made; exhausted while the login is locked.
Result<void> count_attempt(sql::Tx& tx, const IdentityOptions& options, const std::string& login,
                           Timestamp now) {
  CB_TRY(const auto row, tx.query_one("SELECT failures, locked_until FROM guard_attempt "
                                      "WHERE login = $1",
                                      {login}));
  if (row && row->integer(1) > now.us) {
    const std::int64_t seconds = (row->integer(1) - now.us + second_us - 1) / second_us;
    return exhausted("too many wrong passwords for this login; try again in " +
                     std::to_string(seconds) + " s");
  }
  const std::int64_t failures = (row ? row->integer(0) : 0) + 1;
  const std::int64_t until =
      failures >= options.failures_free_max ? now.us + lock_us(options, failures) : 0;
  CB_DO(
      tx.exec("INSERT INTO guard_attempt (login, failures, last_at, locked_until) "
              "VALUES ($1, $2, $3, $4) ON CONFLICT (login) DO UPDATE SET "
              "failures = excluded.failures, last_at = excluded.last_at, "
              "locked_until = excluded.locked_until",
              {login, failures, now.us, until}));
  return ok();
}

// Keeps an account's newest sessions; one place is left for the new one.
Result<void> make_place(sql::Tx& tx, const std::string& account) {
  CB_DO(
      tx.exec("DELETE FROM guard_session WHERE account = $1 AND id NOT IN (SELECT id FROM "
              "guard_session WHERE account = $1 ORDER BY created DESC, id DESC LIMIT $2)",
              {account, static_cast<std::int64_t>(Identity::sessions_of_account_max) - 1}));
  return ok();
}

}  // namespace

Result<LoggedIn> Identity::login(const Attempt& attempt) {
  State& s = *state_;
  const auto& [login, password, code, remote, agent] = attempt;
  if (login.size() > 100 || password.size() > password_bytes_max || !is_utf8(login)) {
    return denied("no account has this login and password");
  }
  const std::string digest = to_hex(sha256(std::string("guard.attempt\n") + std::string(login)));
  const Timestamp now = s.clock.now();
  CB_DO(s.db.write([&](sql::Tx& tx) { return count_attempt(tx, s.options, digest, now); }));
  CB_TRY(const auto row, s.db.read([&](sql::Session& session) {
    return session.query_one(
        "SELECT " + std::string(account_columns) + " FROM guard_account WHERE login = $1", {login});
  }));
  const bool right = s.passwords.verify(row ? row->text(8) : "", password);
  if (!right || row->boolean(7)) return denied("no account has this login and password");

  CB_TRY(const Account account, account_of(*row));
  CB_DO(s.check_second_factor(account.id, code));
  return s.begin_session(account, digest, remote, agent);
}

Result<LoggedIn> Identity::State::begin_session(const Account& account, const std::string& attempt,
                                                std::string_view remote, std::string_view agent) {
  const Timestamp now = clock.now();
  std::string raw(32, '\0');
  random.fill({reinterpret_cast<unsigned char*>(raw.data()), raw.size()});
  LoggedIn result;
  result.secret = to_hex(raw);
  result.principal = principal_of(account, new_id(clock, random));
  result.expires = {now.us + options.session_us_max};
  CB_DO(db.write([&](sql::Tx& tx) -> Result<void> {
    CB_DO(tx.exec("DELETE FROM guard_attempt WHERE login = $1", {attempt}));
    CB_DO(make_place(tx, account.id));
    CB_DO(
        tx.exec("INSERT INTO guard_session (id, digest, account, created, last_seen, expires, "
                "remote, agent) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                {result.principal.session, to_hex(sha256(result.secret)), account.id, now.us,
                 now.us, result.expires.us, remote.substr(0, 100),
                 first_code_points(is_utf8(agent) ? agent : "", 200)}));
    return ok();
  }));
  forget_sessions();  // make_place may have ended some
  return result;
}

Result<Principal> Identity::authenticate(std::string_view secret) {
  State& s = *state_;
  if (!is_secret(secret)) return no_session();
  const std::string digest = to_hex(sha256(secret));
  const Timestamp now = s.clock.now();
  CachedSession session;
  bool cached = false;
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(s.cache_mutex);
    generation = s.cache_generation;
    if (const auto found = s.cache.find(digest); found != s.cache.end()) {
      session = found->second;
      cached = true;
    }
  }
  if (!cached) {
    CB_TRY(const auto row, s.db.read([&](sql::Session& sql) {
      return sql.query_one(
          "SELECT a.id, a.kind, a.login, a.name, a.department, a.subject, a.roles, "
          "a.disabled, s.id, s.last_seen, s.expires FROM guard_session s "
          "JOIN guard_account a ON a.id = s.account WHERE s.digest = $1",
          {digest});
    }));
    if (!row || row->boolean(7)) return no_session();
    CB_TRY(const Account account, account_of(*row));
    session.principal = principal_of(account, row->text(8));
    session.last_seen = session.written = {row->integer(9)};
    session.expires = {row->integer(10)};
  }
  if (now >= session.expires || now.us - session.last_seen.us >= s.options.session_idle_us_max) {
    CB_DO(logout(session.principal.session));
    return no_session();
  }
  session.last_seen = std::max(session.last_seen, now);
  if (session.last_seen.us - session.written.us >= last_seen_step_us) {
    CB_DO(s.db.write([&](sql::Tx& tx) -> Result<void> {
      CB_DO(tx.exec("UPDATE guard_session SET last_seen = $2 WHERE digest = $1",
                    {digest, session.last_seen.us}));
      return ok();
    }));
    session.written = session.last_seen;
  }
  const std::lock_guard lock(s.cache_mutex);
  if (s.cache_generation != generation) return session.principal;  // may have ended meanwhile
  if (s.cache.size() >= State::cached_sessions_max) s.cache.clear();
  s.cache[digest] = session;
  return session.principal;
}

Result<void> Identity::logout(std::string_view session_id) {
  CB_DO(state_->db.write([&](sql::Tx& tx) {
    return tx.exec("DELETE FROM guard_session WHERE id = $1", {session_id});
  }));
  state_->forget_sessions();
  return ok();
}

Result<std::vector<SessionInfo>> Identity::sessions_of(std::string_view account_id) const {
  CB_TRY(const auto rows, state_->db.read([&](sql::Session& session) {
    return session.query(
        "SELECT id, created, last_seen, expires, remote, agent FROM guard_session "
        "WHERE account = $1 AND expires > $2 ORDER BY created DESC, id DESC",
        {account_id, state_->clock.now().us});
  }));
  std::vector<SessionInfo> sessions;
  for (const sql::Row& row : rows) {
    sessions.push_back({row.text(0),
                        {row.integer(1)},
                        {row.integer(2)},
                        {row.integer(3)},
                        row.text(4),
                        row.text(5)});
  }
  return sessions;
}

Result<void> Identity::end_session(std::string_view account_id, std::string_view session_id) {
  CB_TRY(const std::int64_t ended, state_->db.write([&](sql::Tx& tx) {
    return tx.exec("DELETE FROM guard_session WHERE id = $1 AND account = $2",
                   {session_id, account_id});
  }));
  state_->forget_sessions();
  if (ended == 0) return not_found("this account has no session '" + std::string(session_id) + "'");
  return ok();
}

Result<std::int64_t> Identity::end_all_sessions(std::string_view account_id) {
  CB_TRY(const std::int64_t ended, state_->db.write([&](sql::Tx& tx) {
    return tx.exec("DELETE FROM guard_session WHERE account = $1", {account_id});
  }));
  state_->forget_sessions();
  return ended;
}

Result<bool> Identity::tidy() {
  const std::int64_t before = state_->clock.now().us - day_us;
  CB_TRY(const std::int64_t removed, state_->db.write([&](sql::Tx& tx) -> Result<std::int64_t> {
    CB_TRY(const std::int64_t sessions,
           tx.exec("DELETE FROM guard_session WHERE id IN (SELECT id FROM guard_session WHERE "
                   "expires < $1 LIMIT $2)",
                   {before, tidy_rows_max}));
    CB_TRY(
        const std::int64_t attempts,
        tx.exec("DELETE FROM guard_attempt WHERE login IN (SELECT login FROM guard_attempt WHERE "
                "last_at < $1 AND locked_until < $1 LIMIT $2)",
                {before, tidy_rows_max}));
    CB_TRY(const std::int64_t nonces,
           tx.exec("DELETE FROM guard_nonce WHERE until < $1", {state_->clock.now().us}));
    return std::max({sessions, attempts, nonces});
  }));
  return removed >= tidy_rows_max;
}

}  // namespace citybrain::guard
