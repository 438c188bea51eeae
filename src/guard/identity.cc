// Accounts and rights.
#include "guard/identity.h"

#include <algorithm>

#include "base/csv.h"
#include "base/ids.h"
#include "base/text.h"
#include "identity_state.h"

namespace citybrain::guard {
namespace {

Result<Principal::Kind> kind_from(std::string_view text) {
  using Kind = Principal::Kind;
  for (const Kind kind : {Kind::staff, Kind::citizen, Kind::enterprise, Kind::system}) {
    if (text == citybrain::name_of(kind)) return kind;
  }
  return invalid("account kind '" + std::string(text) +
                 "'; use staff, citizen, enterprise or system");
}

std::vector<std::string> roles_from(std::string_view text) {
  std::vector<std::string> roles;
  for (const std::string_view role : split(text, '|')) {
    if (!trim(role).empty()) roles.emplace_back(trim(role));
  }
  return roles;
}

Result<void> check_account(const Account& account) {
  using Kind = Principal::Kind;
  if (account.login.empty() || account.login.size() > 100 || !is_utf8(account.login)) {
    return invalid("a login is 1 to 100 bytes of UTF-8");
  }
  if (account.kind == Kind::anonymous) return invalid("an account is not anonymous");
  const bool subject_needed = account.kind == Kind::citizen || account.kind == Kind::enterprise;
  if (subject_needed && account.subject.empty()) {
    return invalid("account '" + account.login + "' is a " +
                   std::string(citybrain::name_of(account.kind)) +
                   " and needs the number of the person or firm as its subject");
  }
  return ok();
}

Result<void> check_password(std::string_view password) {
  if (password.size() >= Identity::password_bytes_min &&
      password.size() <= Identity::password_bytes_max) {
    return ok();
  }
  return invalid("the password has " + std::to_string(password.size()) + " bytes; choose " +
                 std::to_string(Identity::password_bytes_min) + " to " +
                 std::to_string(Identity::password_bytes_max));
}

// A right that opens graded values is given by its own name only, never by "*".
bool covers(const std::set<std::string, std::less<>>& rights, std::string_view right) {
  if (rights.contains(right)) return true;
  if (right.starts_with("guard.clear_")) return false;
  if (rights.contains("*")) return true;
  const std::size_t dot = right.find('.');
  return dot != std::string_view::npos && rights.contains(std::string(right.substr(0, dot)) + ".*");
}

}  // namespace

std::string roles_text(const std::vector<std::string>& roles) { return join(roles, "|"); }

Result<Account> account_of(const sql::Row& row) {
  CB_TRY(const Principal::Kind kind, kind_from(row.text(1)));
  return Account{row.text(0),
                 kind,
                 row.text(2),
                 row.text(3),
                 row.text(4),
                 row.text(5),
                 roles_from(row.text(6)),
                 row.boolean(7)};
}

Principal principal_of(const Account& account, std::string session) {
  return {account.kind,    account.id,    account.name,      account.department,
          account.subject, account.roles, std::move(session)};
}

Identity::Identity(sql::Db& db, const Clock& clock, Random& random, IdentityOptions options)
    : state_(std::make_unique<State>(db, clock, random, options)) {}
Identity::~Identity() = default;

Result<void> Identity::load_roles(std::string_view csv) {
  CB_TRY(const CsvTable table, parse_csv(csv, {"role", "right"}));
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> roles;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const std::string& right = table.at(i, "right");
    if (right != "*" && right.find('.') == std::string::npos) {
      return invalid("roles: row " + std::to_string(i + 2) + ": right '" + right +
                     "' is not of the form room.verb");
    }
    roles[table.at(i, "role")].insert(right);
  }
  const std::unique_lock lock(state_->roles_mutex);
  state_->roles = std::move(roles);
  return ok();
}

bool Identity::has_right(const Principal& principal, std::string_view right) const {
  if (right == "anyone") return true;
  if (principal.anonymous()) return false;
  if (right == "signed_in") return true;
  const std::shared_lock lock(state_->roles_mutex);
  return std::any_of(principal.roles.begin(), principal.roles.end(), [&](const std::string& role) {
    const auto found = state_->roles.find(role);
    return found != state_->roles.end() && covers(found->second, right);
  });
}

Result<void> Identity::may(const Principal& principal, std::string_view right) const {
  if (has_right(principal, right)) return ok();
  if (principal.anonymous()) {
    return denied("log in first: this needs the right '" + std::string(right) + "'");
  }
  const std::string roles =
      principal.roles.empty() ? "has no role" : "has the roles " + join(principal.roles, ", ");
  return denied("the right '" + std::string(right) + "' is missing; the account " + roles +
                ", and an administrator may give another");
}

std::vector<std::string> Identity::rights_of(const Principal& principal) const {
  std::set<std::string> rights;
  const std::shared_lock lock(state_->roles_mutex);
  for (const std::string& role : principal.roles) {
    const auto found = state_->roles.find(role);
    if (found != state_->roles.end()) rights.insert(found->second.begin(), found->second.end());
  }
  return {rights.begin(), rights.end()};
}

Result<Account> Identity::create_account(const Account& account, std::string_view password) {
  CB_DO(check_account(account));
  CB_DO(check_password(password));
  CB_TRY(const std::string hash, state_->passwords.hash(password));
  Account created = account;
  created.id = derived_id({"guard.account", account.login});
  const Timestamp now = state_->clock.now();
  CB_DO(state_->db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const auto there,
           tx.query_one("SELECT id FROM guard_account WHERE login = $1", {created.login}));
    if (there) return conflict("there is an account '" + created.login + "' already");
    CB_DO(
        tx.exec("INSERT INTO guard_account (id, kind, login, name, department, subject, roles, "
                "password, disabled, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                {created.id, citybrain::name_of(created.kind), created.login, created.name,
                 created.department, created.subject, roles_text(created.roles), hash,
                 created.disabled, now.us}));
    return ok();
  }));
  return created;
}

Result<std::int64_t> Identity::load_accounts(std::string_view csv, std::string_view password) {
  CB_TRY(const CsvTable table,
         parse_csv(csv, {"login", "kind", "name", "department", "subject", "roles"}));
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const std::string where = "accounts: row " + std::to_string(i + 2);
    const auto kind = kind_from(table.at(i, "kind"));
    if (!kind) return kind.error().in(where);
    const Account account{"",
                          *kind,
                          table.at(i, "login"),
                          table.at(i, "name"),
                          table.at(i, "department"),
                          table.at(i, "subject"),
                          roles_from(table.at(i, "roles")),
                          false};
    if (const auto checked = check_account(account); !checked) return checked.error().in(where);
    CB_TRY(const std::int64_t updated, state_->db.write([&](sql::Tx& tx) {
      return tx.exec(
          "UPDATE guard_account SET kind = $2, name = $3, department = $4, "
          "subject = $5, roles = $6 WHERE login = $1",
          {account.login, citybrain::name_of(account.kind), account.name, account.department,
           account.subject, roles_text(account.roles)});
    }));
    if (updated > 0) continue;
    const auto created = create_account(account, password);
    if (!created) return created.error().in(where);
  }
  state_->forget_sessions();
  return static_cast<std::int64_t>(table.rows.size());
}

Result<void> Identity::set_password(std::string_view login, std::string_view password) {
  CB_DO(check_password(password));
  CB_TRY(const std::string hash, state_->passwords.hash(password));
  CB_TRY(const std::int64_t changed, state_->db.write([&](sql::Tx& tx) -> Result<std::int64_t> {
    CB_TRY(const std::int64_t n,
           tx.exec("UPDATE guard_account SET password = $2 WHERE login = $1", {login, hash}));
    CB_DO(
        tx.exec("DELETE FROM guard_session WHERE account IN "
                "(SELECT id FROM guard_account WHERE login = $1)",
                {login}));
    return n;
  }));
  state_->forget_sessions();
  if (changed == 0) return not_found("no account '" + std::string(login) + "'");
  return ok();
}

Result<void> Identity::set_disabled(std::string_view login, bool disabled) {
  CB_TRY(const std::int64_t changed, state_->db.write([&](sql::Tx& tx) {
    return tx.exec("UPDATE guard_account SET disabled = $2 WHERE login = $1", {login, disabled});
  }));
  state_->forget_sessions();
  if (changed == 0) return not_found("no account '" + std::string(login) + "'");
  return ok();
}

Result<Account> Identity::account(std::string_view id) const {
  CB_TRY(const auto row, state_->db.read([&](sql::Session& session) {
    return session.query_one(
        "SELECT " + std::string(account_columns) + " FROM guard_account WHERE id = $1", {id});
  }));
  if (!row) return not_found("no account '" + std::string(id) + "'");
  return account_of(*row);
}

std::string Identity::name_of(std::string_view id) const {
  const auto found = account(id);
  return found ? found->name : "";
}

}  // namespace citybrain::guard
