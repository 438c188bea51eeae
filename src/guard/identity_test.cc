// Accounts, sessions, lock-out and rights on both stores.
#include "guard/identity.h"

#include <gtest/gtest.h>

#include "sql/db.h"
#include "sql/migrate.h"
#include "sql/testing.h"

namespace citybrain::guard {
std::vector<Migration> migrations();
namespace {

constexpr std::int64_t second = 1'000'000;
const std::string password = "citybrain-demo";

struct Fixture {
  FixedClock clock{Timestamp{1'600'000'000'000'000}};
  SeededRandom random{11};
  std::unique_ptr<sql::Db> db;
  std::unique_ptr<Identity> identity;

  explicit Fixture(const std::string& url) {
    db = sql::Db::open(url).value();
    sql::migrate(*db, "guard", migrations()).value();
    identity =
        std::make_unique<Identity>(*db, clock, random, IdentityOptions{.cheap_passwords = true});
    identity
        ->load_roles(
            "role,right\nclerk,benefit.read\nclerk,guard.clear_l3@handling\nadmin,*\n"
            "engineer,rail.*\n")
        .value();
    identity
        ->load_accounts(
            "login,kind,name,department,subject,roles\n"
            "wang,staff,王芳,rsj,,clerk|engineer\n"
            "firm,enterprise,示例企业,,91330200QY00000036,\n"
            "root,staff,管理员,dsj,,admin\n",
            password)
        .value();
  }
  Result<LoggedIn> login(std::string_view name, std::string_view word) {
    return identity->login({name, word, "", "127.0.0.1", "test"});
  }
};

TEST(Identity, LogsInAuthenticatesAndLogsOut) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Fixture f(url);
    const auto in = f.login("wang", password);
    ASSERT_TRUE(in) << in.error().message;
    EXPECT_EQ(in->secret.size(), 64U);
    const auto principal = f.identity->authenticate(in->secret);
    ASSERT_TRUE(principal);
    EXPECT_EQ(principal->name, "王芳");
    EXPECT_EQ(principal->department, "rsj");
    EXPECT_EQ(principal->roles, (std::vector<std::string>{"clerk", "engineer"}));
    EXPECT_EQ(f.identity->sessions_of(principal->id)->size(), 1U);
    EXPECT_EQ(f.identity->name_of(principal->id), "王芳");
    ASSERT_TRUE(f.identity->logout(principal->session));
    EXPECT_EQ(f.identity->authenticate(in->secret).error().code, Code::denied);
    EXPECT_EQ(f.identity->authenticate("").error().code, Code::denied);
    EXPECT_EQ(f.identity->authenticate(std::string(64, '0')).error().code, Code::denied);
    EXPECT_EQ(f.identity->authenticate("' OR 1=1 --").error().code, Code::denied);
  }
}

TEST(Identity, KeepsNeitherPasswordNorSecret) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Fixture f(url);
    const auto in = f.login("wang", password).value();
    const auto rows = f.db->read([](sql::Session& s) {
      return s.query(
          "SELECT a.password, s.digest FROM guard_account a JOIN guard_session s "
          "ON s.account = a.id");
    });
    ASSERT_EQ(rows->size(), 1U);
    EXPECT_TRUE(rows->front().text(0).starts_with("$argon2id$"));
    EXPECT_NE(rows->front().text(1), in.secret);
  }
}

TEST(Identity, SessionsExpireByAgeAndByIdleness) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Fixture f(url);
    const IdentityOptions limits;
    const auto idle = f.login("wang", password).value();
    const auto busy = f.login("wang", password).value();
    for (std::int64_t at = 0; at + limits.session_idle_us_max / 2 < limits.session_us_max;
         at += limits.session_idle_us_max / 2) {
      EXPECT_TRUE(f.identity->authenticate(busy.secret)) << at / second << " s";
      f.clock.advance_us(limits.session_idle_us_max / 2);
    }
    EXPECT_FALSE(f.identity->authenticate(idle.secret));
    EXPECT_TRUE(f.identity->authenticate(busy.secret));
    f.clock.advance_us(limits.session_idle_us_max / 2 + second);
    EXPECT_FALSE(f.identity->authenticate(busy.secret));
    f.clock.advance_us(2 * 24 * 3600 * second);
    EXPECT_FALSE(f.identity->tidy().value());
    const auto left = f.db->read(
        [](sql::Session& s) { return s.query_one("SELECT COUNT(*) FROM guard_session"); });
    EXPECT_EQ((*left)->integer(0), 0);
  }
}

TEST(Identity, SessionsAreListedEndedAndBounded) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Fixture f(url);
    std::vector<LoggedIn> all;
    for (std::size_t i = 0; i < Identity::sessions_of_account_max + 3; ++i) {
      f.clock.advance_us(second);
      all.push_back(f.login("wang", password).value());
    }
    const std::string id = all.back().principal.id;
    EXPECT_EQ(f.identity->sessions_of(id)->size(), Identity::sessions_of_account_max);
    EXPECT_FALSE(f.identity->authenticate(all.front().secret)) << "the oldest ended";
    EXPECT_TRUE(f.identity->authenticate(all[5].secret));
    EXPECT_TRUE(f.identity->end_session(id, all[5].principal.session));
    EXPECT_FALSE(f.identity->authenticate(all[5].secret));
    EXPECT_EQ(f.identity->end_session("another", all[6].principal.session).error().code,
              Code::not_found);
    EXPECT_TRUE(f.identity->authenticate(all[6].secret));
    EXPECT_EQ(f.identity->end_all_sessions(id).value(),
              static_cast<std::int64_t>(Identity::sessions_of_account_max) - 1);
    EXPECT_FALSE(f.identity->authenticate(all.back().secret));
  }
}

TEST(Identity, LocksOutWithBackOffWhetherOrNotThereIsTheAccount) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    for (const char* login : {"wang", "nobody"}) {
      Fixture f(url);
      Error refusal;
      for (int i = 0; i < 5; ++i) {
        const auto in = f.login(login, "wrong password");
        ASSERT_EQ(in.error().code, Code::denied);
        EXPECT_TRUE(i == 0 || in.error() == refusal);
        refusal = in.error();
      }
      EXPECT_EQ(refusal.message, "no account has this login and password");
      const auto locked = f.login(login, password);
      EXPECT_EQ(locked.error().code, Code::exhausted);
      EXPECT_NE(locked.error().message.find("30 s"), std::string::npos) << locked.error().message;
      f.clock.advance_us(31 * second);
      EXPECT_EQ(f.login(login, "wrong password").error().code, Code::denied);
      EXPECT_NE(f.login(login, password).error().message.find("60 s"), std::string::npos);
      f.clock.advance_us(61 * second);
      const auto in = f.login(login, password);
      EXPECT_EQ(in.has_value(), std::string(login) == "wang");
      if (in) {
        EXPECT_EQ(f.login(login, "wrong password").error().code, Code::denied)
            << "a success forgives what was before";
      }
      f.db->write([](sql::Tx& tx) { return tx.exec("DELETE FROM guard_attempt"); }).value();
    }
  }
}

TEST(Identity, ADisabledAccountAndANewPasswordEndSessions) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Fixture f(url);
    const auto in = f.login("wang", password).value();
    ASSERT_TRUE(f.identity->authenticate(in.secret));
    ASSERT_TRUE(f.identity->set_disabled("wang", true));
    EXPECT_FALSE(f.identity->authenticate(in.secret));
    EXPECT_EQ(f.login("wang", password).error().code, Code::denied);
    ASSERT_TRUE(f.identity->set_disabled("wang", false));
    ASSERT_TRUE(f.identity->set_password("wang", "another word"));
    EXPECT_FALSE(f.identity->authenticate(in.secret));
    EXPECT_EQ(f.login("wang", password).error().code, Code::denied);
    EXPECT_TRUE(f.login("wang", "another word"));
    EXPECT_EQ(f.identity->set_password("wang", "short").error().code, Code::invalid);
    EXPECT_EQ(f.identity->set_password("nobody", "another word").error().code, Code::not_found);
  }
}

TEST(Identity, LoadingAccountsAgainKeepsPasswords) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Fixture f(url);
    ASSERT_TRUE(f.identity->set_password("wang", "another word"));
    EXPECT_EQ(f.identity
                  ->load_accounts("login,kind,name,department,subject,roles\n"
                                  "wang,staff,王芳,czj,,clerk\n",
                                  password)
                  .value(),
              1);
    const auto in = f.login("wang", "another word");
    ASSERT_TRUE(in);
    EXPECT_EQ(in->principal.department, "czj");
    Account again;
    again.login = "wang";
    EXPECT_EQ(f.identity->create_account(again, password).error().code, Code::conflict);
    const auto bad = f.identity->load_accounts(
        "login,kind,name,department,subject,roles\nx,robot,X,,,\n", password);
    EXPECT_NE(bad.error().message.find("row 2"), std::string::npos);
    EXPECT_FALSE(f.identity->load_accounts(
        "login,kind,name,department,subject,roles\nx,citizen,X,,,\n", password));
  }
}

TEST(Identity, ARefusalNamesTheRightThatIsMissing) {
  const auto stores = sql::test_stores();
  Fixture f(*stores.begin());
  const Principal wang = f.login("wang", password)->principal;
  const Principal root = f.login("root", password)->principal;
  const Principal nobody;
  const Identity& identity = *f.identity;
  EXPECT_TRUE(identity.may(nobody, "anyone"));
  EXPECT_FALSE(identity.may(nobody, "signed_in"));
  EXPECT_TRUE(identity.may(wang, "signed_in"));
  EXPECT_TRUE(identity.may(wang, "benefit.read"));
  EXPECT_TRUE(identity.may(wang, "rail.run")) << "rail.*";
  const auto refused = identity.may(wang, "benefit.publish");
  EXPECT_EQ(refused.error().code, Code::denied);
  EXPECT_NE(refused.error().message.find("'benefit.publish' is missing"), std::string::npos);
  EXPECT_NE(refused.error().message.find("clerk, engineer"), std::string::npos);
  EXPECT_TRUE(identity.may(root, "benefit.publish")) << "*";
  EXPECT_FALSE(identity.may(root, "guard.clear_l4")) << "'*' opens no graded value";
  EXPECT_TRUE(identity.has_right(wang, "guard.clear_l3@handling"));
  EXPECT_FALSE(identity.has_right(wang, "guard.clear_l3@statistics"));
  EXPECT_EQ(f.identity->load_roles("role,right\nx,everything\n").error().code, Code::invalid);
}

}  // namespace
}  // namespace citybrain::guard
