// Fresh stores for tests. See sql/testing.h.
#include "sql/testing.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "base/check.h"
#include "base/text.h"
#include "connection.h"

namespace citybrain::sql {
namespace {

std::string postgres_conninfo() {
  const char* conninfo = std::getenv("CITYBRAIN_TEST_POSTGRES");
  return conninfo ? conninfo : "";
}

void on_postgres(const std::string& sql) {
  auto connection = connect_postgres(postgres_conninfo());
  CB_CHECK(connection.has_value());
  CB_CHECK(connection.value()->script(sql).has_value());
}

}  // namespace

TestStores::TestStores() {
  std::string path = std::filesystem::temp_directory_path() / "citybrain-XXXXXX";
  CB_CHECK(::mkdtemp(path.data()) != nullptr);
  dir_ = path;
  urls_.push_back("sqlite:" + dir_ + "/city.db");
  if (postgres_conninfo().empty()) return;
  schema_ = "t_" + dir_.substr(dir_.size() - 6) + "_" + std::to_string(::getpid());
  on_postgres("CREATE SCHEMA \"" + schema_ + "\"");
  urls_.push_back("postgres:" + postgres_conninfo() + " options='-c search_path=\"" + schema_ +
                  "\"'");
}

TestStores::~TestStores() {
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
  if (!schema_.empty()) on_postgres("DROP SCHEMA \"" + schema_ + "\" CASCADE");
}

namespace {

// Reads what the child writes until it ends, killing it when its time is up.
std::string collect(int from, pid_t child, int kill_after_ms) {
  using Time = std::chrono::steady_clock;
  const auto until = Time::now() + std::chrono::milliseconds(kill_after_ms);
  bool running = kill_after_ms > 0;
  std::string output;
  char buffer[4096];
  while (true) {
    int wait_ms = -1;
    if (running) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Time::now());
      wait_ms = static_cast<int>(std::max<std::int64_t>(0, left.count()));
      if (wait_ms == 0) {
        ::kill(child, SIGKILL);
        running = false;
        continue;
      }
    }
    pollfd ready{from, POLLIN, 0};
    const int n = ::poll(&ready, 1, wait_ms);
    if (n == 0 || (n < 0 && errno == EINTR)) continue;
    const ssize_t got = ::read(from, buffer, sizeof(buffer));
    if (got <= 0) return output;
    output.append(buffer, static_cast<std::size_t>(got));
  }
}

}  // namespace

ChildEnd run_child(const std::string& test, const std::map<std::string, std::string>& environment,
                   int kill_after_ms) {
  // Made before fork: the child of a process with threads may only exec.
  std::vector<std::string> variables;
  for (char** one = environ; *one; ++one) {
    const std::string_view name =
        std::string_view(*one).substr(0, std::string_view(*one).find('='));
    if (!environment.contains(std::string(name)) && name != "CITYBRAIN_CRASH") {
      variables.emplace_back(*one);
    }
  }
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  std::vector<std::string> words{"/proc/self/exe", "--gtest_filter=" + test,
                                 "--gtest_also_run_disabled_tests", "--gtest_brief=1"};
  std::vector<char*> argv, envp;
  for (std::string& word : words) argv.push_back(word.data());
  for (std::string& variable : variables) envp.push_back(variable.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);

  int pipe_ends[2];
  // Closed in whatever another thread starts meanwhile, which would hold the pipe open.
  CB_CHECK(::pipe2(pipe_ends, O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  CB_CHECK(child >= 0);
  if (child == 0) {
    ::dup2(pipe_ends[1], STDOUT_FILENO);
    ::close(pipe_ends[0]);
    ::close(pipe_ends[1]);
    ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(pipe_ends[1]);
  ChildEnd end;
  end.output = collect(pipe_ends[0], child, kill_after_ms);
  ::close(pipe_ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  end.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  end.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return end;
}

int kills() {
  const char* text = std::getenv("CITYBRAIN_KILLS");
  const auto n = text ? parse_int(text) : std::nullopt;
  return n && *n > 0 ? static_cast<int>(*n) : 10;
}

}  // namespace citybrain::sql
