// Identity: accounts, passwords, sessions, and the rights that roles give. Passwords are kept as
// argon2id, session secrets as digests; neither can be read back from the store.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/room.h"
#include "guard/signature.h"

namespace citybrain::sql {
class Db;
}

namespace citybrain::guard {

struct Account {
  std::string id;
  Principal::Kind kind = Principal::Kind::staff;
  std::string login;
  std::string name;
  std::string department;  // staff: short code of the department
  std::string subject;     // citizen: resident id; enterprise: unified social credit code
  std::vector<std::string> roles;
  bool disabled = false;
};

// A login that succeeded. The secret is shown this once; the cookie carries it.
struct LoggedIn {
  Principal principal;
  std::string secret;  // 64 hex digits
  Timestamp expires;
};

struct SessionInfo {
  std::string id;
  Timestamp created, last_seen, expires;
  std::string remote, agent;
};

struct IdentityOptions {
  std::int64_t session_us_max = 12LL * 3600 * 1000000;      // from login, whatever happens
  std::int64_t session_idle_us_max = 2LL * 3600 * 1000000;  // without a request
  int failures_free_max = 5;                                // then the login is locked
  std::int64_t lock_us_first = 30LL * 1000000;              // doubled by each further failure
  std::int64_t lock_us_max = 3600LL * 1000000;
  std::int64_t signature_us_max = 300LL * 1000000;  // age of a signed request, either way
  bool cheap_passwords =
      false;  // tests and demo accounts: the least argon2id cost libsodium allows
};

// Owner: Guard. Thread-safe. Always true: a session that ended, expired or whose account is
// disabled authenticates nobody from the next call on; a refused login says the same for a wrong
// password and for a login that does not exist, and takes as long.
class Identity {
 public:
  static constexpr std::size_t sessions_of_account_max = 20;  // the oldest ends
  static constexpr std::size_t password_bytes_min = 10;
  static constexpr std::size_t password_bytes_max = 256;

  Identity(sql::Db& db, const Clock& clock, Random& random, IdentityOptions options = {});
  ~Identity();
  Identity(const Identity&) = delete;
  Identity& operator=(const Identity&) = delete;

  // --- roles and rights. city/roles.csv: "role,right"; a right may be "*" or "room.*".
  Result<void> load_roles(std::string_view csv);
  bool has_right(const Principal& principal, std::string_view right) const;
  // As has_right; the error (denied) names the right that is missing, and who may give it.
  Result<void> may(const Principal& principal, std::string_view right) const;
  std::vector<std::string> rights_of(const Principal& principal) const;

  // --- accounts
  // city/accounts.csv: "login,kind,name,department,subject,roles" (roles joined by '|'). New logins
  // get this password; existing ones are brought up to date and keep theirs. Returns how many.
  Result<std::int64_t> load_accounts(std::string_view csv, std::string_view password);
  Result<Account> create_account(const Account& account, std::string_view password);
  Result<void> set_password(std::string_view login, std::string_view password);
  Result<void> set_disabled(std::string_view login, bool disabled);
  Result<Account> account(std::string_view id) const;
  // For showing: the name of an account, "" where there is none.
  std::string name_of(std::string_view id) const;

  // --- sessions
  // exhausted while the login is locked (the message says for how long), denied otherwise. `code`:
  // of the authenticator app, where the account has one; a right password without it is denied with
  // a message that asks for it.
  struct Attempt {
    std::string_view login, password, code = {};
    std::string_view remote = {}, agent = {};
  };
  Result<LoggedIn> login(const Attempt& attempt);
  // Whose session this is; denied where it is none (any more).
  Result<Principal> authenticate(std::string_view secret);
  Result<void> logout(std::string_view session_id);
  Result<std::vector<SessionInfo>> sessions_of(std::string_view account_id) const;
  // Ends one of the account's own sessions, or all of them.
  Result<void> end_session(std::string_view account_id, std::string_view session_id);
  Result<std::int64_t> end_all_sessions(std::string_view account_id);
  // --- the second factor (TOTP)
  // A new secret, not yet in force: shown once, in base 32. Conflict where one is in force.
  Result<std::string> begin_totp(std::string_view account_id);
  // In force from now on; denied for a wrong code.
  Result<void> confirm_totp(std::string_view account_id, std::string_view code);
  Result<void> drop_totp(std::string_view account_id, std::string_view code);

  // --- systems, which sign their requests
  struct KeyInfo {
    std::string id;
    std::string account;
    std::string key;  // as key_text(SystemKey)
    Timestamp created, valid_until;
  };
  // The new key is valid at once; the account's others go on until `overlap_us` from now.
  Result<KeyInfo> add_system_key(std::string_view login, const SystemKey& key,
                                 std::int64_t overlap_us);
  Result<void> revoke_system_key(std::string_view key_id);
  Result<std::vector<KeyInfo>> system_keys() const;
  // Whose request this is. Denied: unknown or expired key, a signature that does not fit or does
  // not cover the request, one that is too old or of the future, a nonce that was used.
  Result<Principal> authenticate(const SignedMessage& message);

  // Removes what is over: sessions that expired a day ago, attempts of a day ago, nonces. True if
  // more waits.
  Result<bool> tidy();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace citybrain::guard
