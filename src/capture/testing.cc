// ForeignServer: see capture/testing.h.
#include "capture/testing.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/check.h"
#include "postgres_link.h"

namespace citybrain::capture {
namespace {

std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  CB_CHECK(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  CB_CHECK(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(socket);
  return ntohs(address.sin_port);
}

// The process and its children, from /proc.
std::vector<pid_t> family_of(pid_t parent) {
  std::vector<pid_t> out{parent};
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream stat(entry.path() / "stat");
    std::string line;
    std::getline(stat, line);
    const std::size_t behind = line.rfind(')');
    int of = 0;
    if (behind == std::string::npos ||
        std::sscanf(line.c_str() + behind + 1, " %*c %d", &of) != 1) {
      continue;
    }
    if (of == parent) out.push_back(std::atoi(name.c_str()));
  }
  return out;
}

}  // namespace

ForeignServer::ForeignServer(const std::string& source_dir, const std::string& settings)
    : source_dir_(source_dir), settings_(settings), port_(free_port()) {
  std::string path = std::filesystem::temp_directory_path() / "citybrain-pg-XXXXXX";
  CB_CHECK(::mkdtemp(path.data()) != nullptr);
  CB_CHECK(::chmod(path.c_str(), 0755) == 0);
  dir_ = path;
  start();
}

ForeignServer::~ForeignServer() {
  const std::string stop = source_dir_ + "/tools/postgres.sh stop " + dir_ + " >/dev/null 2>&1";
  if (std::system(stop.c_str()) != 0) std::fprintf(stderr, "cannot stop %s\n", dir_.c_str());
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

void ForeignServer::start(const std::string& settings) {
  const std::string command = source_dir_ + "/tools/postgres.sh start " + dir_ + " " +
                              std::to_string(port_) + " '" + settings_ + " " + settings +
                              "' >/dev/null";
  CB_CHECK(std::system(command.c_str()) == 0);
}

void ForeignServer::kill() {
  std::ifstream file(dir_ + "/data/postmaster.pid");
  pid_t pid = 0;
  file >> pid;
  CB_CHECK(pid > 1);
  const std::vector<pid_t> family = family_of(pid);
  for (const pid_t one : family) ::kill(one, SIGKILL);
  for (const pid_t one : family) {
    while (::kill(one, 0) == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  std::filesystem::remove(dir_ + "/data/postmaster.pid");
}

std::string ForeignServer::address(std::uint16_t port) const {
  return "host=127.0.0.1 port=" + std::to_string(port == 0 ? port_ : port) +
         " user=citybrain dbname=postgres";
}

bool ForeignServer::try_run(const std::string& sql) const {
  const auto link = PgLink::open({"postgres", "t", address(), "", {}, ""}, PgLink::Use::query);
  return link && link->run(sql).has_value();
}

void ForeignServer::run(const std::string& sql) const {
  const auto link = PgLink::open({"postgres", "t", address(), "", {}, ""}, PgLink::Use::query);
  CB_CHECK(link.has_value());
  const auto done = link->run(sql);
  if (!done) std::fprintf(stderr, "%s: %s\n", done.error().message.c_str(), sql.c_str());
  CB_CHECK(done.has_value());
}

std::vector<std::string> ForeignServer::ask(const std::string& sql) const {
  const auto link = PgLink::open({"postgres", "t", address(), "", {}, ""}, PgLink::Use::query);
  CB_CHECK(link.has_value());
  const auto answer = link->run(sql);
  if (!answer) std::fprintf(stderr, "%s: %s\n", answer.error().message.c_str(), sql.c_str());
  CB_CHECK(answer.has_value());
  std::vector<std::string> out;
  for (int i = 0; i < PQntuples(answer->get()); ++i) {
    out.emplace_back(pg_null(*answer, i, 0) ? "<null>" : pg_text(*answer, i, 0));
  }
  return out;
}

}  // namespace citybrain::capture
