// A MariaDB of a test's or a bench's own, by tools/mariadb.sh. Only they name this file.
#pragma once

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/text.h"
#include "rail/captures.h"

namespace citybrain::rail {

// A server in a folder of its own; it keeps its port when it is started again.
class Mariadb {
 public:
  // `source_dir`: the tree that tools/ stands in.
  explicit Mariadb(std::string source_dir) : source_dir_(std::move(source_dir)) {
    std::string path = std::filesystem::temp_directory_path() / "citybrain-maria-XXXXXX";
    CB_CHECK(::mkdtemp(path.data()) != nullptr);
    dir_ = path;
    std::filesystem::permissions(dir_, std::filesystem::perms(0755));
    start();
    run("CREATE DATABASE city", "mysql");
  }
  ~Mariadb() {
    shell(script() + "stop " + dir_);
    std::error_code ignored;
    std::filesystem::remove_all(dir_, ignored);
  }
  Mariadb(const Mariadb&) = delete;
  Mariadb& operator=(const Mariadb&) = delete;

  void start() { CB_CHECK(shell(script() + "start " + dir_).second == 0); }
  // As if the power went.
  void kill() {
    pid_t pid = 0;
    std::ifstream(dir_ + "/pid") >> pid;
    CB_CHECK(pid > 0);
    ::kill(pid, SIGKILL);
    for (int i = 0; i < 200 && ::kill(pid, 0) == 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  std::string port() const {
    std::string port;
    std::ifstream(dir_ + "/port") >> port;
    return port;
  }
  Connection at() const {
    return {"mariadb", "host=127.0.0.1 port=" + port() + " user=citybrain dbname=city", "citybrain",
            "", ""};
  }
  Connection by_odbc(const std::string& watermark) const {
    return {"odbc",
            "driver='MariaDB Unicode' server=127.0.0.1 port=" + port() +
                " uid=citybrain database=city poll_ms=100",
            "citybrain", "", watermark};
  }
  // A client that runs what it reads on stdin.
  std::string command(const std::string& database = "city") const {
    return "mariadb --no-defaults -N -B -r --connect-timeout=5 --socket=" + dir_ +
           "/sock -u root " + database;
  }
  bool try_run(const std::string& sql) const { return client(sql).second == 0; }
  // A failure stops the process, as of a test that is wrong.
  void run(const std::string& sql, const std::string& database = "city") const {
    ran(sql, client(sql, database));
  }
  std::vector<std::string> ask(const std::string& sql) const {
    const auto done = client(sql);
    ran(sql, done);
    std::vector<std::string> out;
    for (const std::string_view line : split(done.first, '\n')) {
      if (!line.empty()) out.emplace_back(line);
    }
    return out;
  }
  // The rows of a table as CaptureCity::rows gives them.
  std::vector<std::string> rows(const std::string& table) const {
    const auto columns =
        ask("SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'city' AND "
            "TABLE_NAME = '" +
            table + "' ORDER BY ORDINAL_POSITION");
    std::string list;
    for (const std::string& column : columns) {
      // Times as the house writes them.
      const std::string value = column == "at"
                                    ? "CONCAT(DATE_FORMAT(at, '%Y-%m-%dT%H:%i:%s.'), "
                                      "LPAD(FLOOR(MICROSECOND(at) / 1000), 3, '0'), '+08:00')"
                                    : column;
      list += ", COALESCE(" + value + ", '<null>')";
    }
    auto out = ask("SELECT CONCAT_WS('|'" + list + ") FROM city." + table);
    std::sort(out.begin(), out.end());
    return out;
  }

 private:
  std::string script() const { return source_dir_ + "/tools/mariadb.sh "; }
  static std::pair<std::string, int> shell(const std::string& command) {
    std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    CB_CHECK(pipe != nullptr);
    std::string out;
    char buffer[4096];
    for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof(buffer), pipe)) > 0;) {
      out.append(buffer, n);
    }
    return {out, ::pclose(pipe)};
  }
  std::pair<std::string, int> client(const std::string& sql,
                                     const std::string& database = "city") const {
    return shell(command(database) + " -e \"" + sql + "\"");
  }
  static void ran(const std::string& sql, const std::pair<std::string, int>& done) {
    if (done.second == 0) return;
    std::fprintf(stderr, "%s: %s\n", sql.c_str(), done.first.c_str());
    CB_CHECK(done.second == 0);
  }
  std::string source_dir_;
  std::string dir_;
};

}  // namespace citybrain::rail
