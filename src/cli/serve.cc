// Server, jobs, signals and the child process: see serve.h.
#include "serve.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include "authorizer.h"
#include "base/log.h"
#include "http/server.h"
#include "runner.h"
#include "sql/lead.h"
#include "sql/outbox.h"

namespace citybrain::cli {
namespace {

constexpr int lead_lost = SIGUSR1;  // raised by ourselves

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, lead_lost);
  return set;
}

// The signal that ends waiting or serving.
int wait_for_signal() {
  const sigset_t set = stop_signals();
  int signal = 0;
  sigwait(&set, &signal);
  return signal;
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

namespace {

// Serves until a signal, and returns which.
Result<int> serve_until(City& city, const ServeOptions& options) {
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
  const int signal = wait_for_signal();
  std::printf(signal == lead_lost ? "another process may lead now; stopping\n" : "stopping\n");
  std::fflush(stdout);
  server.stop();
  return signal;
}

// Waits for the lead; null where a signal came first.
Result<std::unique_ptr<sql::Lead>> wait_for_lead(const std::string& store) {
  Result<std::unique_ptr<sql::Lead>> lead = std::unique_ptr<sql::Lead>();
  std::atomic<bool> found{false};
  std::jthread waiting([&](const std::stop_token& stop) {
    lead = sql::Lead::wait(store, stop);
    found = true;
    if (!stop.stop_requested()) ::kill(::getpid(), lead_lost);  // wakes the wait below
  });
  const int signal = wait_for_signal();
  if (signal == lead_lost && found) {
    waiting.join();
    return lead;
  }
  waiting.request_stop();
  waiting.join();
  return std::unique_ptr<sql::Lead>();
}

}  // namespace

Result<void> serve(City& city, const ServeOptions& options) {
  CB_DO(serve_until(city, options));
  return ok();
}

Result<void> serve_leading(CityOptions options, const ServeOptions& serving, bool standby) {
  for (;;) {
    std::unique_ptr<sql::Lead> lead;
    if (standby) {
      std::printf("waiting for the lead of the city\n");
      std::fflush(stdout);
      CB_TRY(lead, wait_for_lead(options.store));
      if (!lead) return ok();
    } else {
      CB_TRY(lead, sql::Lead::take(options.store));
    }
    options.lead_token = lead->token();
    log(Level::info, "cli", "leads the city", {{"token", std::to_string(options.lead_token)}});
    lead->watch([] { ::kill(::getpid(), lead_lost); });
    int signal = lead_lost;
    {
      // What was lost meanwhile shows as an error of opening; then we wait again.
      const auto city = City::open(options);
      if (!city && (!standby || city.error().code != Code::unavailable)) return city.error();
      if (city) {
        CB_TRY(signal, serve_until(**city, serving));
      }
    }
    if (signal != lead_lost) return ok();
    if (!standby) return unavailable("the lead of the city was lost; start again");
  }
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
