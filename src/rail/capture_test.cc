// Captured sources against a real PostgreSQL: the first copy, the stream behind it, what is
// refused, schema changes, and what a person does about a source that stands.
#include <algorithm>
#include <atomic>
#include <iterator>

#include "capture_secret.h"
#include "capture_testing.h"

namespace citybrain::rail {
namespace {

capture::ForeignServer& server() {
  static capture::ForeignServer one(CB_SOURCE_DIR);
  return one;
}

bool settles(CaptureCity& c, const std::string& resource, const std::string& table,
             const std::string& columns, int seconds = 30) {
  const bool equal =
      c.wait([&] { return c.rows(resource) == foreign_rows(server(), table, columns); }, seconds);
  if (equal) return true;
  const auto ours = c.rows(resource);
  const auto theirs = foreign_rows(server(), table, columns);
  std::vector<std::string> only;
  std::set_symmetric_difference(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                                std::back_inserter(only));
  for (std::size_t i = 0; i < only.size() && i < 5; ++i) {
    ADD_FAILURE() << "on one side alone: " << only[i].substr(0, 100);
  }
  return false;
}

template <class Fn>
void on_each_store(Fn fn) {
  const sql::TestStores stores;
  int n = 0;
  for (const auto& url : stores) {
    SCOPED_TRACE(url);
    fn(url, stores.dir() + "/" + std::to_string(n++));
  }
}

TEST(Capture, RowsFlowFromTheFirstToTheLast) {
  on_each_store([](const std::string& url, const std::string& dir) {
    server().run(
        "DROP TABLE IF EXISTS orders, lines;"
        "CREATE TABLE orders (id int PRIMARY KEY, name text, amount numeric(10,2), note text);"
        "ALTER TABLE orders ALTER note SET STORAGE EXTERNAL;"
        "CREATE TABLE lines (order_id int, n int, what varchar(20), PRIMARY KEY (order_id, n));"
        "INSERT INTO orders SELECT i, 'n' || i, i * 1.5, repeat('x', 5000) FROM"
        " generate_series(1, 530) i;"
        "INSERT INTO lines SELECT i, j, 'w' FROM generate_series(1, 50) i, generate_series(1, 3) "
        "j");
    CaptureOptions options;
    options.copy_rows = 100;
    CaptureCity c(url, dir, options);
    const Connection at = postgres_at(server().address());
    const auto look = c.captures->look(at);
    ASSERT_TRUE(look.has_value()) << look.error().message;
    EXPECT_TRUE(look->at("can_capture").as_bool());
    const auto resources = c.connect("shop", at, {"public.lines", "public.orders"});
    ASSERT_EQ(resources.size(), 2U);
    ASSERT_TRUE(c.wait_state("shop", "streaming")) << c.captures->find("shop")->reason;
    const std::string columns = "id,name,amount,note";
    EXPECT_TRUE(settles(c, resources[1], "orders", columns));
    EXPECT_TRUE(settles(c, resources[0], "lines", "order_id,n,what"));

    server().run("UPDATE orders SET name = 'new' WHERE id = 7");  // note stays unsent
    server().run("UPDATE orders SET id = 9007 WHERE id = 7");     // the key moves
    server().run(
        "BEGIN; INSERT INTO orders VALUES (8000, '', null, null);"
        "DELETE FROM lines WHERE order_id = 3;"
        "UPDATE orders SET amount = 0 WHERE id < 20; COMMIT");
    server().run("BEGIN; DELETE FROM orders WHERE id = 11; ROLLBACK");
    server().run("INSERT INTO lines VALUES (1, 99, 'a')");
    server().run(  // two rows change places
        "BEGIN; UPDATE lines SET n = 500 WHERE order_id = 1 AND n = 1;"
        "UPDATE lines SET n = 1 WHERE order_id = 1 AND n = 99;"
        "UPDATE lines SET n = 99 WHERE order_id = 1 AND n = 500; COMMIT");
    EXPECT_TRUE(settles(c, resources[1], "orders", columns));
    EXPECT_TRUE(settles(c, resources[0], "lines", "order_id,n,what"));
    // Columns follow.
    EXPECT_EQ(c.city.rows(resources[1]), 531);

    const auto told = c.captures->reconcile(resources[1]);
    ASSERT_TRUE(told.has_value()) << told.error().message;
    EXPECT_TRUE(told->at("equal").as_bool()) << json::serialize(*told);
    EXPECT_EQ(told->at("rows_source").as_int64(), 531);

    server().run("TRUNCATE orders; INSERT INTO orders VALUES (1, 'after', 1, null)");
    EXPECT_TRUE(settles(c, resources[1], "orders", columns));
    const auto removed = c.captures->remove("shop", false);
    ASSERT_TRUE(removed.has_value()) << removed.error().message;
    EXPECT_EQ(server().ask("SELECT count(*) FROM pg_replication_slots")[0], "0");
    EXPECT_EQ(c.captures->find("shop").error().code, Code::not_found);
  });
}

// Lake and quarantine together are the source: what fails its checks is in the one or the other.
TEST(Capture, RefusedRowsAreSetAsideUntilTheSourceIsRight) {
  server().run(
      "DROP TABLE IF EXISTS people; CREATE TABLE people (id int PRIMARY KEY, born date, v text);"
      "ALTER TABLE people ALTER v SET STORAGE EXTERNAL;"
      "INSERT INTO people VALUES (1, '1980-01-01', 'a'), (2, 'infinity', repeat('z', 5000)),"
      " (3, '1990-01-01', 'c')");
  const sql::TestStores stores;
  CaptureCity c(*stores.begin(), stores.dir());
  const auto resources = c.connect("people", postgres_at(server().address()), {"public.people"});
  const std::string& resource = resources.at(0);
  ASSERT_TRUE(c.wait_state("people", "streaming")) << c.captures->find("people")->reason;
  EXPECT_EQ(c.rows(resource).size(), 2U);
  auto where = c.captures->whereabouts(resource, {"2"});
  ASSERT_TRUE(where.has_value()) << where.error().message;
  EXPECT_FALSE(where->at("in_lake").as_bool());
  EXPECT_TRUE(where->at("in_quarantine").as_bool());
  EXPECT_TRUE(where->at("in_source").as_bool());
  EXPECT_EQ(where->at("reasons").as_array().at(0).at("check").as_string(), "type");

  // A good row becomes bad: the lake lets it go rather than show what the source no longer says.
  server().run("UPDATE people SET born = '-infinity' WHERE id = 1");
  ASSERT_TRUE(c.wait([&] { return c.rows(resource).size() == 1; }));
  auto told = c.captures->reconcile(resource);
  ASSERT_TRUE(told.has_value()) << told.error().message;
  EXPECT_TRUE(told->at("equal").as_bool()) << json::serialize(*told);
  EXPECT_EQ(told->at("rows_quarantined").as_int64(), 2);
  EXPECT_EQ(told->at("rows_source").as_int64(), 3);

  // Corrected over there; its large value, which was not sent again, comes from what was set aside.
  server().run(
      "UPDATE people SET born = '2000-02-29' WHERE id = 2; DELETE FROM people WHERE id = 1");
  EXPECT_TRUE(settles(c, resource, "people", "id,born,v"));
  where = c.captures->whereabouts(resource, {"2"});
  EXPECT_TRUE(where->at("in_lake").as_bool());
  EXPECT_FALSE(where->at("in_quarantine").as_bool());
  EXPECT_TRUE(where->at("same").as_bool());
  told = c.captures->reconcile(resource);
  EXPECT_TRUE(told->at("equal").as_bool()) << json::serialize(*told);
  EXPECT_EQ(told->at("rows_quarantined").as_int64(), 0);
  EXPECT_TRUE(c.captures->whereabouts(resource, {"77"})->at("in_source").as_bool() == false);
  ASSERT_TRUE(c.captures->remove("people", false).has_value());
}

TEST(Capture, ColumnsThatComeAreTakenInAndWhatDoesNotFitPauses) {
  server().run(
      "DROP TABLE IF EXISTS wide; CREATE TABLE wide (id int PRIMARY KEY, a int, b int);"
      "INSERT INTO wide SELECT i, i, i FROM generate_series(1, 50) i");
  const sql::TestStores stores;
  CaptureCity c(*stores.begin(), stores.dir());
  const auto resources = c.connect("wide", postgres_at(server().address()), {"public.wide"});
  const std::string& resource = resources.at(0);
  ASSERT_TRUE(c.wait_state("wide", "streaming")) << c.captures->find("wide")->reason;
  // Rows from before have a value in the new column, of which no change tells.
  server().run("ALTER TABLE wide ADD c text DEFAULT 'old'");
  server().run("INSERT INTO wide VALUES (51, 1, 1, 'new')");
  EXPECT_TRUE(settles(c, resource, "wide", "id,a,b,c"));
  // While nobody reads: a column more, and rows of both shapes.
  ASSERT_TRUE(c.captures->pause("wide", "").has_value());
  server().run(
      "INSERT INTO wide VALUES (52, 1, 1, 'x'); ALTER TABLE wide ADD d int;"
      "UPDATE wide SET d = id WHERE id % 2 = 0; ALTER TABLE wide ALTER a TYPE bigint");
  ASSERT_TRUE(c.captures->resume("wide", false, "").has_value());
  EXPECT_TRUE(settles(c, resource, "wide", "id,a,b,c,d"));
  // A column goes, and the source stands before the first row without it.
  server().run("UPDATE wide SET a = -1 WHERE id = 1");
  server().run("ALTER TABLE wide DROP b; INSERT INTO wide VALUES (60, 1, 'x', 1)");
  ASSERT_TRUE(c.wait_state("wide", "paused"));
  EXPECT_NE(c.captures->find("wide")->reason.find("column 'b' is gone"), std::string::npos);
  EXPECT_EQ(c.rows(resource).size(), 52U);
  // It stands again unless a person agrees.
  ASSERT_TRUE(c.captures->resume("wide", false, "").has_value());
  ASSERT_TRUE(c.wait_state("wide", "paused"));
  ASSERT_TRUE(c.captures->resume("wide", true, "").has_value());
  ASSERT_TRUE(c.wait([&] { return c.rows(resource).size() == 53; }));
  // A type that the item cannot hold.
  server().run("ALTER TABLE wide ALTER d TYPE text; UPDATE wide SET d = 'word' WHERE id = 60");
  ASSERT_TRUE(c.wait_state("wide", "paused"));
  EXPECT_NE(c.captures->find("wide")->reason.find("is now text"), std::string::npos);
  ASSERT_TRUE(c.captures->remove("wide", false).has_value());
}

TEST(Capture, ATransactionLargerThanMemoryGoesOverTheDiskAndComesWhole) {
  server().run("DROP TABLE IF EXISTS big; CREATE TABLE big (id int PRIMARY KEY, v text)");
  const sql::TestStores stores;
  CaptureOptions options;
  options.memory_bytes_max = 256 << 10;
  CaptureCity c(*stores.begin(), stores.dir(), options);
  const auto resources = c.connect("big", postgres_at(server().address()), {"public.big"});
  ASSERT_TRUE(c.wait_state("big", "streaming")) << c.captures->find("big")->reason;
  server().run(
      "BEGIN; INSERT INTO big SELECT i, repeat(md5(i::text), 2) FROM generate_series(1, 20000) i;"
      "UPDATE big SET v = 'u' WHERE id % 3 = 0; DELETE FROM big WHERE id % 7 = 0;"
      "UPDATE big SET id = -id WHERE id % 11 = 0; COMMIT");
  // Never half of it.
  std::size_t seen = 0;
  ASSERT_TRUE(c.wait([&] { return (seen = c.rows(resources[0]).size()) > 0; }));
  EXPECT_EQ(seen, 20000U - 20000U / 7);
  EXPECT_TRUE(settles(c, resources[0], "big", "id,v"));
  ASSERT_TRUE(c.captures->remove("big", false).has_value());
}

TEST(Capture, ADifferenceIsFoundNamedAndSigned) {
  server().run(
      "DROP TABLE IF EXISTS diff; CREATE TABLE diff (id int PRIMARY KEY, v text);"
      "INSERT INTO diff SELECT i, 'v' FROM generate_series(1, 1000) i");
  const sql::TestStores stores;
  CaptureCity c(*stores.begin(), stores.dir());
  const auto resources = c.connect("diff", postgres_at(server().address()), {"public.diff"});
  ASSERT_TRUE(c.wait_state("diff", "streaming")) << c.captures->find("diff")->reason;
  // Someone lands rows beside the capture.
  Batch batch(*c.city.catalog->schema_of(resources[0]));
  batch.append_row({Cell{std::int64_t{5}}, Cell{std::string("mended by hand")}});
  batch.append_row({Cell{std::int64_t{5000}}, Cell{std::string("invented")}});
  batch.append_row({Cell{std::int64_t{6}}, Cell{}});
  lake::Landing landing{resources[0], "hand", "1", {}, {}};
  landing.ops = {lake::Op::upsert, lake::Op::upsert, lake::Op::remove};
  ASSERT_TRUE(c.city.lake->land(landing, batch).has_value());
  // Writes go on meanwhile and are no difference.
  std::atomic<bool> stop{false};
  std::thread load([&] {
    for (int i = 0; !stop; ++i) {
      server().try_run("UPDATE diff SET v = 'w" + std::to_string(i) +
                       "' WHERE id BETWEEN 100 AND 200");
    }
  });
  const auto told = c.captures->reconcile(resources[0]);
  stop = true;
  load.join();
  ASSERT_TRUE(told.has_value()) << told.error().message;
  EXPECT_FALSE(told->at("equal").as_bool());
  std::vector<std::string> found;
  for (const json::value& one : told->at("differences").as_array()) {
    found.push_back(std::string(one.at("kind").as_string()) + " " +
                    std::string(one.at("key").as_string()));
  }
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, (std::vector<std::string>{"different 5", "extra 5000", "missing 6"}));
  OrderQuery differences;
  differences.resource = resources[0];
  differences.kind = "difference";
  const auto orders = c.city.rail->orders().list(differences);
  ASSERT_TRUE(orders.has_value()) << orders.error().message;
  EXPECT_EQ(orders->total, 1);
  // The signature holds for the statement as it stands, and for no other.
  const std::string body(told->at("statement").as_string());
  const std::string signature(told->at("signature").as_string());
  const std::string key(told->at("public_key").as_string());
  EXPECT_EQ(key, c.captures->public_key());
  EXPECT_TRUE(signature_holds(body, signature, key));
  EXPECT_FALSE(signature_holds(body + " ", signature, key));
  // A resync puts it right, and the order closes.
  ASSERT_TRUE(c.captures->resync("diff").has_value());
  ASSERT_TRUE(c.wait_state("diff", "streaming"));
  EXPECT_TRUE(settles(c, resources[0], "diff", "id,v"));
  const auto again = c.captures->reconcile(resources[0]);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_TRUE(again->at("equal").as_bool()) << json::serialize(*again);
  EXPECT_EQ(c.city.rail->orders().list(differences)->total, 0);
  ASSERT_TRUE(c.captures->remove("diff", false).has_value());
}

TEST(Capture, SecretsAreSealedAndNeverShown) {
  const sql::TestStores stores;
  const auto sealer = Sealer::open(stores.dir());
  ASSERT_TRUE(sealer.has_value());
  const std::string sealed = sealer->seal("geheim");
  EXPECT_EQ(sealed.find("geheim"), std::string::npos);
  EXPECT_NE(sealed, sealer->seal("geheim"));
  const auto again = Sealer::open(stores.dir());
  EXPECT_EQ(*again->unseal(sealed), "geheim");
  EXPECT_EQ(again->public_key(), sealer->public_key());
  const auto other = Sealer::open("");
  EXPECT_EQ(other->unseal(sealed).error().code, Code::denied);
}

}  // namespace
}  // namespace citybrain::rail
