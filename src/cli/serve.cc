// Server, jobs, signals and the child process: see serve.h.
#include "serve.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "authorizer.h"
#include "base/log.h"
#include "http/server.h"
#include "runner.h"
#include "sql/outbox.h"

namespace citybrain::cli {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

http::ServerOptions server_options(const City& city, const ServeOptions& options) {
  http::ServerOptions server;
  server.address = options.address;
  server.port = options.port;
  server.unix_socket = admin_socket(city.options().data_dir);
  server.workers = 32;  // handlers mostly wait for a durable commit
  server.title = "citybrain 城市大脑";
  const std::string home = city.options().home;
  if (std::filesystem::exists(home + "/web/dist")) server.web_root = home + "/web/dist";
  const std::string docs = home + "/web/node_modules/swagger-ui-dist";
  if (std::filesystem::exists(docs)) server.docs_root = docs;
  return server;
}

}  // namespace

void hold_signals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Result<void> serve(City& city, const ServeOptions& options) {
  GuardAuthorizer authorizer(city.guard());
  http::Server server(server_options(city, options), city.rooms(), authorizer);
  std::vector<Job> jobs;
  std::vector<Subscription> subscriptions;
  for (const Room& room : city.rooms()) {
    jobs.insert(jobs.end(), room.jobs.begin(), room.jobs.end());
    subscriptions.insert(subscriptions.end(), room.subscriptions.begin(), room.subscriptions.end());
  }
  sql::Dispatcher dispatcher(city.db(), std::move(subscriptions));
  jobs.push_back(dispatch_job(dispatcher));
  CB_DO(server.start());
  const Runner runner(std::move(jobs));
  std::printf("citybrain serves at http://%s:%u  (API at /docs/, Ctrl-C stops)\n",
              options.address.c_str(), static_cast<unsigned>(server.port()));
  std::fflush(stdout);
  const sigset_t set = stop_signals();
  int signal = 0;
  sigwait(&set, &signal);
  std::printf("stopping\n");
  server.stop();
  return ok();
}

Result<Child> Child::start(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  std::vector<std::string> copies = words;
  std::string self = "/proc/self/exe";
  arguments.push_back(self.data());
  for (std::string& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return unavailable(std::string("cannot fork: ") + std::strerror(errno));
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(1);
    ::setpgid(0, 0);  // Ctrl-C is ours to pass on
    const sigset_t set = stop_signals();
    ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
    ::execv(self.c_str(), arguments.data());
    ::_exit(127);
  }
  return Child(pid);
}

Child::Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

Child& Child::operator=(Child&& other) noexcept {
  std::swap(pid_, other.pid_);
  return *this;
}

Child::~Child() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

Result<std::uint16_t> free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return unavailable("cannot make a socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                     ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(socket);
  if (!bound) return unavailable("no free port on loopback");
  return ntohs(address.sin_port);
}

}  // namespace citybrain::cli
