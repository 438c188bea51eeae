// The second factor of accounts: authenticator apps. A code counts once, and a wrong one counts as
// a wrong password does, since it is asked for only within a login.
#include <algorithm>

#include "base/text.h"
#include "identity_state.h"
#include "totp.h"

namespace citybrain::guard {
namespace {

struct Factor {
  std::string secret;
  bool confirmed = false;
  std::int64_t last_step = 0;
};

Result<std::optional<Factor>> factor_of(sql::Session& session, std::string_view account) {
  CB_TRY(const auto row, session.query_one("SELECT secret, confirmed, last_step FROM guard_totp "
                                           "WHERE account = $1",
                                           {account}));
  if (!row) return std::optional<Factor>();
  return std::optional(Factor{row->bytes(0), row->boolean(1), row->integer(2)});
}

Error wrong_code() { return denied("the code is not the one your authenticator app shows now"); }

// Spends the code within the transaction that needed it.
Result<void> spend(sql::Tx& tx, std::string_view account, const Factor& factor,
                   std::string_view code, Timestamp now) {
  const auto step = totp_step_of(factor.secret, code, now, factor.last_step);
  if (!step) return wrong_code();
  CB_DO(tx.exec("UPDATE guard_totp SET last_step = $2, confirmed = 1 WHERE account = $1",
                {account, *step}));
  return ok();
}

}  // namespace

Result<void> Identity::State::check_second_factor(const std::string& account,
                                                  std::string_view code) {
  CB_TRY(const auto factor,
         db.read([&](sql::Session& session) { return factor_of(session, account); }));
  if (!factor || !factor->confirmed) return ok();
  if (code.empty()) return denied("send 'code' too: the six digits of your authenticator app");
  return db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const auto current, factor_of(tx, account));
    if (!current) return ok();
    return spend(tx, account, *current, code, clock.now());
  });
}

Result<std::string> Identity::begin_totp(std::string_view account_id) {
  State& s = *state_;
  std::string secret(totp_secret_bytes, '\0');
  s.random.fill({reinterpret_cast<unsigned char*>(secret.data()), secret.size()});
  CB_DO(s.db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const auto factor, factor_of(tx, account_id));
    if (factor && factor->confirmed) {
      return conflict("this account has an authenticator app; end that one first");
    }
    CB_DO(
        tx.exec("INSERT INTO guard_totp (account, secret, confirmed, last_step) "
                "VALUES ($1, $2, 0, 0) ON CONFLICT (account) DO UPDATE SET "
                "secret = excluded.secret, last_step = 0",
                {account_id, sql::Blob{secret}}));
    return ok();
  }));
  return to_base32(secret);
}

Result<void> Identity::confirm_totp(std::string_view account_id, std::string_view code) {
  State& s = *state_;
  return s.db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const auto factor, factor_of(tx, account_id));
    if (!factor) return not_found("no authenticator app was begun for this account");
    return spend(tx, account_id, *factor, code, s.clock.now());
  });
}

Result<void> Identity::drop_totp(std::string_view account_id, std::string_view code) {
  State& s = *state_;
  return s.db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const auto factor, factor_of(tx, account_id));
    if (!factor) return not_found("this account has no authenticator app");
    if (factor->confirmed) CB_DO(spend(tx, account_id, *factor, code, s.clock.now()));
    CB_DO(tx.exec("DELETE FROM guard_totp WHERE account = $1", {account_id}));
    return ok();
  });
}

}  // namespace citybrain::guard
