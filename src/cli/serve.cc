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
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>

#include "authorizer.h"
#include "base/log.h"
#include "http/relay.h"
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
  server.listening = options.listening;
  server.proxies = options.proxies;
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
Result<std::unique_ptr<sql::Lead>> wait_for_lead(const std::string& store,
                                                 const std::string& address) {
  Result<std::unique_ptr<sql::Lead>> lead = std::unique_ptr<sql::Lead>();
  std::atomic<bool> found{false};
  std::jthread waiting([&](const std::stop_token& stop) {
    lead = sql::Lead::wait(store, stop, address);
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

// The place at which a process that waits is reached: whoever comes is passed on to the one that
// leads.
class Place {
 public:
  static Result<std::unique_ptr<Place>> take(const std::string& store, ServeOptions& serving) {
    const std::string& reached = serving.advertise.empty() ? serving.address : serving.advertise;
    if (reached == "0.0.0.0" || reached == "::") {
      return invalid("other processes cannot reach this one at " + reached +
                     "; say at which address they do with --advertise");
    }
    CB_TRY(auto relay, http::Relay::listen({.address = serving.address, .port = serving.port}));
    serving.port = relay->port();
    serving.proxies.push_back(reached);  // its own relay speaks to its own server too
    const bool v6 = reached.find(':') != std::string::npos;
    const std::string own =
        (v6 ? "[" + reached + "]" : reached) + ":" + std::to_string(serving.port);
    return std::unique_ptr<Place>(new Place(store, std::move(relay), own));
  }

  const std::string& own() const { return own_; }

  // The listening socket for a server of our own, and after it ended the place again.
  Result<int> give() {
    CB_TRY(const int socket, relay_->give());
    CB_DO(relay_->pass_to(own_));  // those who were held
    return socket;
  }
  void take_back() {
    {
      const std::lock_guard lock(mutex_);
      pass_on();  // another may lead by now; never to ourselves
    }
    relay_->take_back();
  }

  // Leaves in such a way that nobody notices: once another leads, and those who came here have been
  // answered there. Gives up after a while where nobody takes over.
  void leave() {
    constexpr int looks_max = 100;
    constexpr std::chrono::milliseconds look_every_ms{50};
    for (int i = 0; i < looks_max && !another_leads(); ++i) {
      std::this_thread::sleep_for(look_every_ms);
    }
    std::this_thread::sleep_for(sql::Lead::known_after);  // until nobody passes on to here
    constexpr std::chrono::milliseconds drain_ms_max{10'000};
    relay_->drain(drain_ms_max);
  }

 private:
  Place(std::string store, std::unique_ptr<http::Relay> relay, std::string own)
      : relay_(std::move(relay)), own_(std::move(own)) {
    following_ = std::jthread([this, store = std::move(store)](const std::stop_token& stop) {
      sql::Lead::follow(store, stop, [this](const std::string& address) {
        const std::lock_guard lock(mutex_);
        leads_ = address;
        if (leads_ != own_) pass_on();
      });
    });
  }

  bool another_leads() {
    const std::lock_guard lock(mutex_);
    return !leads_.empty() && leads_ != own_;
  }
  void pass_on() {
    const auto passed = relay_->pass_to(leads_ == own_ ? "" : leads_);
    if (!passed) log(Level::error, "cli", "the lead's address: " + passed.error().message);
  }

  std::unique_ptr<http::Relay> relay_;
  const std::string own_;
  std::mutex mutex_;
  std::string leads_;  // the address of the process that leads, as far as the store is read
  std::jthread following_;
};

// What passes by itself: a store that fails over, a process of this folder that still stops.
bool passes(const Error& error) {
  return error.code == Code::unavailable || error.code == Code::conflict;
}

// Opens the city and serves it under `lead`, until a signal; returns which. A city that cannot be
// opened yet counts as a lost lead where there is a place to wait at.
Result<int> serve_under(const sql::Lead& lead, CityOptions options, ServeOptions serving,
                        Place* place) {
  options.lead_token = lead.token();
  log(Level::info, "cli", "leads the city", {{"token", std::to_string(options.lead_token)}});
  const auto city = City::open(options);
  if (!city && (place == nullptr || !passes(city.error()))) return city.error();
  if (!city) {
    log(Level::warn, "cli", "cannot open the city yet: " + city.error().message);
    constexpr std::chrono::milliseconds pause_ms{200};
    std::this_thread::sleep_for(pause_ms);
    return lead_lost;
  }
  if (place == nullptr) return serve_until(**city, serving);
  CB_TRY(serving.listening, place->give());
  auto signal = serve_until(**city, serving);
  place->take_back();
  return signal;
}

}  // namespace

Result<void> serve(City& city, const ServeOptions& options) {
  CB_DO(serve_until(city, options));
  return ok();
}

Result<void> serve_leading(CityOptions options, ServeOptions serving, bool standby) {
  if (!standby) {
    CB_TRY(const auto lead, sql::Lead::take(options.store));
    lead->watch([] { ::kill(::getpid(), lead_lost); });
    CB_TRY(const int signal, serve_under(*lead, std::move(options), std::move(serving), nullptr));
    if (signal == lead_lost) return unavailable("the lead of the city was lost; start again");
    return ok();
  }
  CB_TRY(const auto place, Place::take(options.store, serving));
  for (int signal = lead_lost; signal == lead_lost;) {
    std::printf("waiting for the lead of the city; %s passes on to the process that has it\n",
                place->own().c_str());
    std::fflush(stdout);
    CB_TRY(const auto lead, wait_for_lead(options.store, place->own()));
    if (!lead) break;
    lead->watch([] { ::kill(::getpid(), lead_lost); });
    CB_TRY(signal, serve_under(*lead, options, serving, place.get()));
  }
  place->leave();
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
