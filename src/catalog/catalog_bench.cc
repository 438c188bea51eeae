// The catalogue at the city's size, 13,721 entries with 180,377 items: import, search, entry pages;
// beside the same data in one SQLite table, searched by LIKE and by FTS5's trigram index.
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "base/csv.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "catalog/transfer.h"
#include "city_test.h"
#include "routes.h"

namespace citybrain::catalog {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t words_count = 200;  // searched, of each length

double seconds_since(Steady::time_point from) {
  return std::chrono::duration<double>(Steady::now() - from).count();
}

// What this thread computed so far, in milliseconds: what a search costs on a machine that others
// use too.
double cpu_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// In milliseconds; of a copy.
double percentile(std::vector<double> times, double part) {
  std::sort(times.begin(), times.end());
  return times[std::min(times.size() - 1,
                        static_cast<std::size_t>(part * static_cast<double>(times.size())))];
}

std::string middle_of(const std::string& name, std::size_t from, std::size_t points) {
  std::string_view rest = name;
  rest.remove_prefix(first_code_points(rest, from).size());
  return std::string(first_code_points(rest, points));
}

// Two, three and four characters out of names of entries and items, from the front and the middle.
std::vector<std::string> words_of(const Catalog& catalog, std::size_t points, std::size_t count) {
  SeededRandom random(points);
  const auto entries = catalog.resources();
  std::vector<std::string> words;
  while (words.size() < count) {
    const Resource& entry = *entries[random.below(entries.size())];
    const std::string& name =
        random.below(2) == 0 ? entry.name : entry.items[random.below(entry.items.size())].name;
    const std::size_t length = code_points(name);
    if (length < points) continue;
    std::string word = middle_of(name, random.below(length - points + 1), points);
    if (word.find_first_of(" %_\"'") == std::string::npos) words.push_back(std::move(word));
  }
  return words;
}

// The other side: one table, and FTS5 over it.
class Peer {
 public:
  explicit Peer(const std::string& path) {
    CB_CHECK(sqlite3_open(path.c_str(), &db_) == SQLITE_OK);
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE entry (code TEXT PRIMARY KEY, department TEXT, text TEXT);"
        "CREATE VIRTUAL TABLE found USING fts5(text, content='', tokenize='trigram')");
  }
  ~Peer() { sqlite3_close(db_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  double fill(const Catalog& catalog) {
    const auto started = Steady::now();
    run("BEGIN");
    sqlite3_stmt* entry = prepare("INSERT INTO entry (code, department, text) VALUES (?, ?, ?)");
    sqlite3_stmt* found = prepare("INSERT INTO found (rowid, text) VALUES (?, ?)");
    std::int64_t row = 0;
    for (const auto& one : catalog.resources()) {
      std::string text = one->name + "\n" + one->code + "\n" + one->abstract;
      for (const Item& item : one->items) text += "\n" + item.name + "\n" + item.code;
      bind(entry, {one->code, one->department, text});
      CB_CHECK(sqlite3_step(entry) == SQLITE_DONE);
      sqlite3_reset(entry);
      sqlite3_bind_int64(found, 1, ++row);
      sqlite3_bind_text(found, 2, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
      CB_CHECK(sqlite3_step(found) == SQLITE_DONE);
      sqlite3_reset(found);
    }
    sqlite3_finalize(entry);
    sqlite3_finalize(found);
    run("COMMIT");
    return seconds_since(started);
  }

  // Total, twenty codes, and how many for each department.
  double like(const std::string& word) {
    const auto started = Steady::now();
    const std::string pattern = "%" + word + "%";
    ask("SELECT COUNT(*) FROM entry WHERE text LIKE ?", pattern);
    ask("SELECT code FROM entry WHERE text LIKE ? LIMIT 20", pattern);
    ask("SELECT department, COUNT(*) FROM entry WHERE text LIKE ? GROUP BY department", pattern);
    return seconds_since(started) * 1000;
  }
  double trigram(const std::string& word, std::int64_t& total) {
    const auto started = Steady::now();
    const std::string match = "\"" + word + "\"";
    total = ask("SELECT COUNT(*) FROM found WHERE found MATCH ?", match);
    ask("SELECT rowid FROM found WHERE found MATCH ? ORDER BY rank LIMIT 20", match);
    return seconds_since(started) * 1000;
  }
  double by_code(const std::string& code) {
    const auto started = Steady::now();
    ask("SELECT text FROM entry WHERE code = ?", code);
    return seconds_since(started) * 1000;
  }

 private:
  void run(const char* sql) {
    CB_CHECK(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    CB_CHECK(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr) == SQLITE_OK);
    return statement;
  }
  static void bind(sqlite3_stmt* statement, const std::vector<std::string>& values) {
    int at = 0;
    for (const std::string& value : values) {
      sqlite3_bind_text(statement, ++at, value.data(), static_cast<int>(value.size()),
                        SQLITE_TRANSIENT);
    }
  }
  // Reads all rows; the first value of the first.
  std::int64_t ask(const char* sql, const std::string& value) {
    sqlite3_stmt* statement = prepare(sql);
    bind(statement, {value});
    std::int64_t first = -1;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      if (first < 0) first = sqlite3_column_int64(statement, 0);
    }
    sqlite3_finalize(statement);
    return first;
  }
  sqlite3* db_ = nullptr;
};

void line(const char* name, double ours, double other, const char* unit, const char* what) {
  std::printf("bench %s ours=%.3f other=%.3f ratio=%.2f unit=%s other_is=%s\n", name, ours, other,
              other / ours, unit, what);
  std::fflush(stdout);
}

// The whole answer of GET /api/resources: twenty entries, total, facets.
double search_ms(const Route& route, const std::string& words) {
  Request request;
  request.principal.roles = {"catalog.read_all"};
  request.params = {{"query", words}};
  const auto started = Steady::now();
  const auto reply = route.handler(request);
  CB_CHECK(reply.has_value());
  return seconds_since(started) * 1000;
}

void searches(Catalog& catalog, Peer& peer, const std::string& store) {
  const auto table = entry_routes(catalog);
  for (const std::size_t points : {std::size_t{2}, std::size_t{3}, std::size_t{4}}) {
    std::vector<double> ours;
    std::vector<double> cpu;
    std::vector<double> like;
    std::vector<double> trigram;
    std::int64_t missed = 0;
    for (const std::string& word : words_of(catalog, points, words_count)) {
      std::int64_t total = 0;
      const double before = cpu_ms();
      ours.push_back(search_ms(table[1], word));
      cpu.push_back(cpu_ms() - before);
      like.push_back(peer.like(word));
      trigram.push_back(peer.trigram(word, total));
      missed += total <= 0 ? 1 : 0;
    }
    const std::string name = "catalog_search_" + std::to_string(points) + "_" + store;
    line(name.c_str(), percentile(ours, 0.99), percentile(like, 0.99), "ms_p99", "sqlite_like");
    // A trigram index holds no word of two characters: there is nothing to compare.
    if (missed > 0) {
      std::printf("note %s: sqlite_fts5_trigram finds nothing for %lld of %zu words\n",
                  name.c_str(), static_cast<long long>(missed), words_count);
    } else {
      line((name + "_fts5").c_str(), percentile(ours, 0.99), percentile(trigram, 0.99), "ms_p99",
           "sqlite_fts5_trigram");
    }
    std::printf("note %s cpu p50=%.2f ms p99=%.2f ms\n", name.c_str(), percentile(cpu, 0.5),
                percentile(cpu, 0.99));
  }
}

void pages(Catalog& catalog, Peer& peer, const std::string& store) {
  const auto table = entry_routes(catalog);
  const auto entries = catalog.resources();
  SeededRandom random(1);
  std::vector<double> ours;
  std::vector<double> other;
  for (int i = 0; i < 1000; ++i) {
    Request request;
    request.principal.roles = {"catalog.read_all"};
    request.params = {{"code", entries[random.below(entries.size())]->code}};
    const auto started = Steady::now();
    CB_CHECK(table[2].handler(request).has_value());
    ours.push_back(seconds_since(started) * 1000);
    other.push_back(peer.by_code(request.params.at("code")));
  }
  line(("catalog_entry_page_" + store).c_str(), percentile(ours, 0.99), percentile(other, 0.99),
       "ms_p99", "one_row_by_key_in_sqlite");
}

// One entry of the full catalogue changes: version, index and snapshot.
void change(Catalog& catalog, const std::string& store) {
  const auto entries = catalog.resources();
  std::vector<double> times;
  for (std::size_t i = 0; i < 50; ++i) {
    Resource entry = *entries[i * 200 + 7];
    entry.abstract += " 改";
    const auto started = Steady::now();
    CB_CHECK(catalog.put(entry, "bench").has_value());
    times.push_back(seconds_since(started) * 1000);
  }
  std::printf("note catalog_put_%s p50=%.1f ms p99=%.1f ms\n", store.c_str(),
              percentile(times, 0.5), percentile(times, 0.99));
}

int run() {
  const sql::TestStores stores;
  const std::string file = stores.dir() + "/catalogue.csv";
  const std::string make = "python3 tools/city/catalogue.py " + file;
  CB_CHECK(std::system(make.c_str()) == 0);
  int number = 0;
  for (const auto& url : stores) {
    const std::string store = number++ == 0 ? "sqlite" : "postgres";
    City city(url, stores.dir() + "/" + store);
    CB_CHECK(city.catalog->load("city").has_value());
    const double cpu_before = cpu_ms();
    const auto report = import_entries(*city.catalog, file, {"bench", false, ""});
    CB_CHECK(report.has_value());
    CB_CHECK(report->refused_total == 0);
    std::size_t items = 0;
    for (const auto& entry : city.catalog->resources()) items += entry->items.size();
    std::printf("note catalog_%s %zu entries, %zu items\n", store.c_str(),
                city.catalog->resources().size(), items);
    Peer peer(stores.dir() + "/peer_" + store + ".db");
    std::printf("note catalog_import_%s cpu %.1f s\n", store.c_str(),
                (cpu_ms() - cpu_before) / 1e3);
    const double filled = peer.fill(*city.catalog);
    line(("catalog_import_" + store).c_str(), report->seconds, filled, "s",
         "insert_and_fts5_trigram_of_parsed_entries");
    if (store == "sqlite") {
      const auto book =
          export_entries(*city.catalog, city.catalog->resources(), FileFormat::xlsx, "national");
      CB_CHECK(book.has_value());
      const auto again = import_bytes(*city.catalog, *book, {"bench", false, ""});
      CB_CHECK(again.has_value() && again->refused_total == 0);
      std::printf("note catalog_import_xlsx_again %.1f s, %zu MB, %zu unchanged\n", again->seconds,
                  book->size() >> 20, again->put.unchanged);
    }
    searches(*city.catalog, peer, store);
    pages(*city.catalog, peer, store);
    change(*city.catalog, store);
  }
  return 0;
}

}  // namespace
}  // namespace citybrain::catalog

int main() { return citybrain::catalog::run(); }
