// Systems: their keys, and who signed a request. A nonce is stored before the request is let
// through, so one that was used is known after a restart too.
#include <algorithm>

#include "base/ids.h"
#include "base/text.h"
#include "identity_state.h"

namespace citybrain::guard {
namespace {

constexpr std::size_t nonce_bytes_min = 8;
constexpr std::size_t nonce_bytes_max = 128;
constexpr std::int64_t keys_of_account_max = 8;

Identity::KeyInfo key_info(const sql::Row& row) {
  return {row.text(0), row.text(1), row.text(2), {row.integer(3)}, {row.integer(4)}};
}

constexpr const char* key_columns = "key_id, account, key, created, valid_until";

// Is the claim of now, and usable once?
Result<void> check_times(const SignatureClaim& claim, Timestamp now, std::int64_t age_us_max) {
  const std::int64_t second = 1'000'000;
  const std::string clock = "; the time here is " + std::to_string(now.us / second);
  if (claim.created == 0) return denied("the signature does not say when it was made (created)");
  if (claim.created * second < now.us - age_us_max) {
    return denied("the signature of " + std::to_string(claim.created) + " is too old" + clock);
  }
  if (claim.created * second > now.us + age_us_max) {
    return denied("the signature of " + std::to_string(claim.created) + " is of the future" +
                  clock);
  }
  if (claim.expires != 0 && claim.expires * second < now.us) {
    return denied("the signature expired at " + std::to_string(claim.expires) + clock);
  }
  if (claim.nonce.size() < nonce_bytes_min || claim.nonce.size() > nonce_bytes_max) {
    return denied("the signature needs a nonce of 8..128 characters");
  }
  return ok();
}

}  // namespace

Result<Identity::KeyInfo> Identity::add_system_key(std::string_view login, const SystemKey& key,
                                                   std::int64_t overlap_us) {
  State& s = *state_;
  if (overlap_us < 0) return invalid("the overlap is negative; give 0 or more");
  const std::string text = key_text(key);
  const std::string id = "key-" + to_hex(sha256(text).substr(0, 8));
  const Timestamp now = s.clock.now();
  return s.db.write([&](sql::Tx& tx) -> Result<KeyInfo> {
    CB_TRY(const auto row, tx.query_one("SELECT " + std::string(account_columns) +
                                            " FROM guard_account WHERE login = $1",
                                        {login}));
    if (!row) return not_found("no account '" + std::string(login) + "'");
    CB_TRY(const Account account, account_of(*row));
    if (account.kind != Principal::Kind::system) {
      return invalid("'" + std::string(login) + "' is no system; people log in");
    }
    CB_TRY(const auto known,
           tx.query_one("SELECT account FROM guard_system_key WHERE key_id = $1", {id}));
    if (known) return conflict("this key is known already; make a new one");
    CB_TRY(const auto count, tx.query_one("SELECT COUNT(*) FROM guard_system_key WHERE account = "
                                          "$1 AND valid_until > $2",
                                          {account.id, now.us}));
    if (count->integer(0) >= keys_of_account_max) {
      return exhausted("'" + std::string(login) + "' has 8 valid keys; revoke one");
    }
    const std::int64_t end = now.us + overlap_us;
    CB_DO(
        tx.exec("UPDATE guard_system_key SET valid_until = $2 WHERE account = $1 AND "
                "valid_until > $2",
                {account.id, end}));
    CB_DO(tx.exec("INSERT INTO guard_system_key (" + std::string(key_columns) +
                      ") VALUES ($1, $2, $3, $4, $5)",
                  {id, account.id, text, now.us, INT64_MAX}));
    return KeyInfo{id, account.id, text, now, {INT64_MAX}};
  });
}

Result<void> Identity::revoke_system_key(std::string_view key_id) {
  return state_->db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const auto rows,
           tx.exec("UPDATE guard_system_key SET valid_until = $2 WHERE key_id = $1 AND "
                   "valid_until > $2",
                   {key_id, state_->clock.now().us}));
    if (rows == 0) return not_found("no valid key '" + std::string(key_id) + "'");
    return ok();
  });
}

Result<std::vector<Identity::KeyInfo>> Identity::system_keys() const {
  return state_->db.read([](sql::Session& session) -> Result<std::vector<KeyInfo>> {
    std::vector<KeyInfo> keys;
    CB_DO(session.each("SELECT " + std::string(key_columns) +
                           " FROM guard_system_key ORDER BY created DESC, key_id",
                       {}, [&](const sql::Row& row) -> Result<void> {
                         keys.push_back(key_info(row));
                         return ok();
                       }));
    return keys;
  });
}

Result<Principal> Identity::authenticate(const SignedMessage& message) {
  State& s = *state_;
  CB_TRY(const SignatureClaim claim, read_signature(message));
  CB_DO(check_coverage(claim, message));
  const Timestamp now = s.clock.now();
  CB_DO(check_times(claim, now, s.options.signature_us_max));
  CB_TRY(const auto row, s.db.read([&](sql::Session& session) {
    return session.query_one(
        "SELECT k.key, k.valid_until, a.id FROM guard_system_key k "
        "JOIN guard_account a ON a.id = k.account WHERE k.key_id = $1 AND "
        "a.disabled = 0",
        {claim.key_id});
  }));
  if (!row || row->integer(1) <= now.us) {
    return denied("no valid key '" + std::string(first_code_points(claim.key_id, 60)) +
                  "' is known here");
  }
  CB_TRY(const SystemKey key, system_key_from(row->text(0)));
  CB_DO(verify_signature(claim, message, key));
  const std::int64_t until = claim.created * 1'000'000 + 2 * s.options.signature_us_max;
  CB_TRY(const std::int64_t fresh, s.db.write([&](sql::Tx& tx) {
    return tx.exec(
        "INSERT INTO guard_nonce (key_id, nonce, until) VALUES ($1, $2, $3) "
        "ON CONFLICT (key_id, nonce) DO NOTHING",
        {claim.key_id, claim.nonce, until});
  }));
  if (fresh == 0) return denied("this signed request was sent before; sign anew with a new nonce");
  CB_TRY(const Account who, account(row->text(2)));
  return principal_of(who, "");
}

}  // namespace citybrain::guard
