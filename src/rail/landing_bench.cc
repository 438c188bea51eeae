// bench landing: a CSV of 12 columns with checks on all of them, through the rail into columns,
// beside DuckDB's own COPY of the same file without checks. Both write a database file on the same
// disk, with two threads and the same memory, and are durable at the end. Turns alternate, medians
// are compared. Every 1000th row carries a planted error; apart from these the two tables must have
// the same checksum. usage: landing_bench [ROWS] [TURNS]
#include <duckdb.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/idcheck.h"
#include "testing.h"

namespace {

using namespace citybrain;
namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

constexpr std::int64_t error_every = 1'000;
constexpr const char* division_codes[] = {"330203", "330205", "330206", "330211", "330212"};

const char* const types =
    "id BIGINT, uscc VARCHAR, person_id VARCHAR, name VARCHAR, division VARCHAR, street VARCHAR,"
    " kind VARCHAR, staff BIGINT, amount DECIMAL(18,2), opened DATE, updated TIMESTAMP, note "
    "VARCHAR";

void write_definition(const std::string& dir) {
  const std::string city = rail::write_city(dir);
  rail::put_file(
      city + "/resources.csv",
      "code,resource_code,name,department,system,category,abstract,format,share_type,"
      "share_condition,share_method,open_type,open_condition,update_cycle,published_on,keeping\n"
      "landing,3010020001/000001,归集基准,dsj,,部门,基准,数据库,无条件,,文件,不予,,每日,2020-01-02,"
      "append\n");
  rail::put_file(
      city + "/items.csv",
      "resource,position,code,name,type,length,key,required,grade,share_type,open_type,check,"
      "description\n"
      "landing,1,id,编号,integer,,1,1,L1,,,range:1..,\n"
      "landing,2,uscc,统一社会信用代码,text,18,0,1,L1,,,uscc,\n"
      "landing,3,person_id,法人身份证,text,18,0,1,L3,,,resident_id,\n"
      "landing,4,name,名称,text,60,0,1,L1,,,length:2..60,\n"
      "landing,5,division,区划,text,6,0,1,L1,,,code:divisions,\n"
      "landing,6,street,地址,text,100,0,0,L2,,,,\n"
      "landing,7,kind,行业,text,4,0,1,L1,,,pattern:[A-Z]\\d{3},\n"
      "landing,8,staff,人数,integer,,0,0,L1,,,range:0..100000,\n"
      "landing,9,amount,金额,decimal:2,,0,1,L2,,,range:0..,\n"
      "landing,10,opened,成立日期,date,,0,1,L1,,,past,\n"
      "landing,11,updated,更新时间,timestamp,,0,1,L1,,,past,\n"
      "landing,12,note,备注,text,200,0,0,L1,,,,\n");
  std::string codes = "code,name\n";
  for (const char* code : division_codes) codes += std::string(code) + ",区\n";
  rail::put_file(city + "/codes/divisions.csv", codes);
}

std::string person_of(std::int64_t n) {
  char text[32];
  std::snprintf(text, sizeof text, "3302%02d19%02d%02d%02d%03d", static_cast<int>(n % 12),
                static_cast<int>(50 + n % 50), static_cast<int>(1 + n % 12),
                static_cast<int>(1 + n % 28), static_cast<int>(n % 1000));
  return std::string(text) + resident_check_char(text);
}

// One line; every 1000th with one planted error that DuckDB, which checks types alone, does not
// see.
std::string line_of(std::int64_t n) {
  std::string uscc = rail::uscc_of(static_cast<int>(n));
  std::string person = person_of(n);
  std::string name = "宁波市第" + std::to_string(n) + "实业有限公司";
  std::string division = division_codes[n % 5];
  std::string kind =
      std::string(1, static_cast<char>('A' + n % 20)) + std::to_string(100 + n % 900);
  std::string staff = std::to_string(n % 5000);
  std::string amount = std::to_string(n * 37 % 90'000'000) + "." + std::to_string(10 + n % 90);
  std::string opened = to_iso(Date{static_cast<std::int32_t>(7'000 + n % 11'000)});
  if (n % error_every == 0) {
    switch (n / error_every % 8) {
      case 0: uscc[17] = uscc[17] == '0' ? '1' : '0'; break;
      case 1: uscc[16] = uscc[16] == '0' ? '1' : '0'; break;
      case 2: person[17] = person[17] == '0' ? '1' : '0'; break;
      case 3: name = "甲"; break;
      case 4: division = "999999"; break;
      case 5: kind = "abcd"; break;
      case 6: amount = "-1.00"; break;
      default: opened = "2099-01-01";
    }
  }
  char updated[32];
  std::snprintf(updated, sizeof updated, "2020-%02d-%02d %02d:%02d:%02d",
                static_cast<int>(1 + n % 10), static_cast<int>(1 + n % 28),
                static_cast<int>(n % 24), static_cast<int>(n % 60), static_cast<int>(n / 7 % 60));
  std::string note = n % 10 == 0 ? "\"注, 第" + std::to_string(n) + "条\"" : "";
  return std::to_string(n) + "," + uscc + "," + person + "," + name + "," + division + ",中山路" +
         std::to_string(n % 2000) + "号," + kind + "," + staff + "," + amount + "," + opened + "," +
         updated + "," + note + "\n";
}

void make_file(const std::string& path, std::int64_t rows) {
  if (fs::exists(path)) return;
  std::printf("writing %s\n", path.c_str());
  FILE* out = std::fopen((path + ".part").c_str(), "w");
  CB_CHECK(out != nullptr);
  std::string text =
      "id,uscc,person_id,name,division,street,kind,staff,amount,opened,updated,note\n";
  for (std::int64_t n = 1; n <= rows; ++n) {
    text += line_of(n);
    if (text.size() > 1 << 20 || n == rows) {
      CB_CHECK(std::fwrite(text.data(), 1, text.size(), out) == text.size());
      text.clear();
    }
  }
  CB_CHECK(std::fclose(out) == 0);
  fs::rename(path + ".part", path);
}

// A DuckDB of the bench's own.
class Duck {
 public:
  explicit Duck(const std::string& path) {
    duckdb_config config = nullptr;
    CB_CHECK(duckdb_create_config(&config) == DuckDBSuccess);
    duckdb_set_config(config, "threads", "2");
    duckdb_set_config(config, "memory_limit", "2048MB");
    CB_CHECK(duckdb_open_ext(path.c_str(), &database_, config, nullptr) == DuckDBSuccess);
    duckdb_destroy_config(&config);
    CB_CHECK(duckdb_connect(database_, &connection_) == DuckDBSuccess);
  }
  ~Duck() {
    duckdb_disconnect(&connection_);
    duckdb_close(&database_);
  }
  Duck(const Duck&) = delete;
  Duck& operator=(const Duck&) = delete;

  // Runs it; the only value as text, if there is one.
  std::string run(const std::string& sql) {
    duckdb_result result;
    if (duckdb_query(connection_, sql.c_str(), &result) != DuckDBSuccess) {
      std::fprintf(stderr, "%s: %s\n", sql.c_str(), duckdb_result_error(&result));
      std::exit(1);
    }
    char* text = duckdb_row_count(&result) > 0 ? duckdb_value_varchar(&result, 0, 0) : nullptr;
    const std::string value = text != nullptr ? text : "";
    duckdb_free(text);
    duckdb_destroy_result(&result);
    return value;
  }

 private:
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
};

// Rows and a checksum over all cells, independent of order. COPY takes a time without offset as
// UTC, the rail as the city's.
std::string checksum(Duck& duck, const std::string& table, const std::string& where, int hours) {
  return duck.run(
      "SELECT count(*) || ' rows, checksum ' || bit_xor(hash(id, uscc, person_id, name,"
      " division, street, kind, staff, amount, opened, updated + INTERVAL " +
      std::to_string(hours) + " HOUR, coalesce(note, ''))) FROM " + table + where);
}

// Processor seconds of this process so far: what a busy machine does not change.
double cpu_seconds() {
  rusage usage = {};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

struct Turn {
  double seconds = 0;
  double cpu = 0;
  std::string sum;
  std::int64_t quarantined = 0;
};

Turn ours(const std::string& dir, const std::string& csv) {
  fs::remove_all(dir);
  fs::create_directories(dir);
  Turn turn;
  {
    write_definition(dir);
    auto db = std::move(*sql::Db::open("sqlite:" + dir + "/city.db"));
    CB_CHECK(sql::migrate(*db, "catalog", catalog::migrations()).has_value());
    CB_CHECK(sql::migrate(*db, "rail", rail::migrations()).has_value());
    const FixedClock clock(*parse_timestamp("2020-11-24T12:00:00+08:00"));
    catalog::Catalog catalog(*db, nullptr, clock);
    const auto report = catalog.load(dir + "/city");
    CB_CHECK(report.has_value() && report->refused.empty());
    lake::LakeOptions options;
    options.columns_path = dir + "/columns.duckdb";
    auto lake = std::move(*lake::Lake::open(*db, options));
    rail::Rail rail(*db, *lake, catalog, clock, {});
    CB_CHECK(rail.prepare().has_value());
    const double cpu = cpu_seconds();
    const auto begin = Steady::now();
    const auto landed = rail.ingest(csv, "landing");
    turn.seconds = std::chrono::duration<double>(Steady::now() - begin).count();
    turn.cpu = cpu_seconds() - cpu;
    CB_CHECK(landed.has_value() && landed->complete);
    turn.quarantined = landed->progress.rows_quarantined;
  }
  Duck duck(dir + "/columns.duckdb");
  turn.sum = checksum(duck, "r_landing", "", 8);
  return turn;
}

Turn other(const std::string& dir, const std::string& csv) {
  fs::remove_all(dir);
  fs::create_directories(dir);
  Turn turn;
  Duck duck(dir + "/other.duckdb");
  duck.run(std::string("CREATE TABLE landing (") + types + ")");
  const double cpu = cpu_seconds();
  const auto begin = Steady::now();
  duck.run("COPY landing FROM '" + csv + "' (FORMAT csv, HEADER true)");
  turn.seconds = std::chrono::duration<double>(Steady::now() - begin).count();
  turn.cpu = cpu_seconds() - cpu;
  turn.sum = checksum(duck, "landing", " WHERE id % " + std::to_string(error_every) + " <> 0", 0);
  return turn;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t rows = argc > 1 ? std::atoll(argv[1]) : 5'000'000;
  const int turns = argc > 2 ? std::atoi(argv[2]) : 3;
  const std::string csv = "/tmp/citybrain_landing_" + std::to_string(rows) + ".csv";
  const std::string dir = "/tmp/citybrain_landing";
  make_file(csv, rows);
  std::printf("%lld rows, %lld MB, %d turns\n", static_cast<long long>(rows),
              static_cast<long long>(fs::file_size(csv) >> 20), turns);
  std::vector<double> our_seconds;
  std::vector<double> other_seconds;
  bool same = true;
  for (int i = 0; i < turns; ++i) {
    const Turn theirs = other(dir + "/other", csv);
    const Turn mine = ours(dir + "/ours", csv);
    our_seconds.push_back(mine.seconds);
    other_seconds.push_back(theirs.seconds);
    same = same && mine.sum == theirs.sum && mine.quarantined == rows / error_every;
    std::printf(
        "turn %d: rail %.2f s (%.2f s of processor), %s, %lld quarantined of %lld planted; COPY "
        "%.2f s (%.2f s), %s\n",
        i + 1, mine.seconds, mine.cpu, mine.sum.c_str(), static_cast<long long>(mine.quarantined),
        static_cast<long long>(rows / error_every), theirs.seconds, theirs.cpu, theirs.sum.c_str());
  }
  fs::remove_all(dir);
  if (!same) {
    std::fprintf(stderr, "the two tables differ by more than the planted errors\n");
    return 1;
  }
  const double ours_rate = static_cast<double>(rows) / median(our_seconds);
  const double other_rate = static_cast<double>(rows) / median(other_seconds);
  std::printf("bench landing ours=%.0f other=%.0f ratio=%.2f unit=rows/s\n", ours_rate, other_rate,
              ours_rate / other_rate);
  return 0;
}
