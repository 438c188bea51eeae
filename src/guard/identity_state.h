// What Identity keeps between calls; shared by identity.cc (accounts, rights) and session.cc.
// Private to guard.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <unordered_map>

#include "guard/identity.h"
#include "password.h"
#include "sql/db.h"

namespace citybrain::guard {

struct CachedSession {
  Principal principal;
  Timestamp last_seen, expires;
  Timestamp written;  // what the store says of last_seen
};

struct Identity::State {
  State(sql::Db& d, const Clock& c, Random& r, IdentityOptions o)
      : db(d), clock(c), random(r), options(o), passwords(o.cheap_passwords) {}
  sql::Db& db;
  const Clock& clock;
  Random& random;
  const IdentityOptions options;
  Passwords passwords;

  std::shared_mutex roles_mutex;
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> roles;

  static constexpr std::size_t cached_sessions_max = 20000;
  std::mutex cache_mutex;
  std::unordered_map<std::string, CachedSession> cache;  // by digest
  std::uint64_t cache_generation = 0;  // what was read before it rose may have ended

  // Denied where the account has an authenticator app in force and the code is not of it.
  Result<void> check_second_factor(const std::string& account, std::string_view code);
  // `attempt`: the digest under which the login's failures are counted; forgotten now.
  Result<LoggedIn> begin_session(const Account& account, const std::string& attempt,
                                 std::string_view remote, std::string_view agent);

  void forget_sessions() {
    const std::lock_guard lock(cache_mutex);
    cache.clear();
    ++cache_generation;
  }
};

std::string roles_text(const std::vector<std::string>& roles);
Result<Account> account_of(const sql::Row& row);
Principal principal_of(const Account& account, std::string session);
constexpr const char* account_columns =
    "id, kind, login, name, department, subject, roles, disabled, password";

}  // namespace citybrain::guard
