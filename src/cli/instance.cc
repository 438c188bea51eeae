// The lock of a data folder and the admin socket: see instance.h.
#include "instance.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include "http/client.h"

namespace citybrain::cli {
namespace {

using Steady = std::chrono::steady_clock;
constexpr std::chrono::milliseconds pause_ms{50};  // between two looks

// Whether somebody listens at the socket; a file that a dead server left refuses.
bool listens(const std::string& path) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (path.size() >= sizeof to.sun_path) return true;  // ask_server() says what is wrong with it
  std::memcpy(to.sun_path, path.c_str(), path.size() + 1);
  const int file = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (file < 0) return false;
  const bool there = ::connect(file, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  ::close(file);
  return there;
}

}  // namespace

Result<InstanceLock> InstanceLock::take(const std::string& data_dir) {
  std::error_code error;
  std::filesystem::create_directories(data_dir, error);
  if (error) return unavailable("cannot make folder '" + data_dir + "': " + error.message());
  const std::string path = data_dir + "/lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return unavailable("cannot open '" + path + "': " + std::strerror(errno));
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    ::close(file);
    return conflict("another citybrain process holds '" + data_dir +
                    "'; stop it, or name another folder with --data");
  }
  return InstanceLock(file);
}

Result<InstanceLock> InstanceLock::wait(const std::string& data_dir,
                                        std::chrono::milliseconds ms_max) {
  const auto until = Steady::now() + ms_max;
  for (;;) {
    auto lock = take(data_dir);
    const bool held = !lock && lock.error().code == Code::conflict;
    if (!held || Steady::now() >= until) return lock;
    std::this_thread::sleep_for(pause_ms);
  }
}

InstanceLock::InstanceLock(InstanceLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

InstanceLock& InstanceLock::operator=(InstanceLock&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

InstanceLock::~InstanceLock() {
  if (file_ >= 0) ::close(file_);
}

std::string admin_socket(const std::string& data_dir) { return data_dir + "/admin.sock"; }

Result<std::optional<InstanceLock>> lock_or_server(const std::string& data_dir,
                                                   std::chrono::milliseconds ms_max) {
  const auto until = Steady::now() + ms_max;
  const std::string socket = std::filesystem::absolute(admin_socket(data_dir)).string();
  for (;;) {
    auto lock = InstanceLock::take(data_dir);
    if (lock) return std::optional(std::move(*lock));
    if (lock.error().code != Code::conflict) return std::move(lock).error();
    if (listens(socket)) return std::optional<InstanceLock>();
    if (Steady::now() >= until) {
      return conflict("another citybrain process holds '" + data_dir +
                      "' and does not listen at '" + socket +
                      "'; wait until it has started, or stop it");
    }
    std::this_thread::sleep_for(pause_ms);
  }
}

Result<json::value> ask_server(const std::string& data_dir, const std::string& method,
                               const std::string& path, const json::value& body) {
  http::Call call;
  call.method = method;
  call.url = "unix:" + std::filesystem::absolute(admin_socket(data_dir)).string() + ":" + path;
  call.timeout = std::chrono::minutes(60);
  if (!body.is_null()) call.body = json::serialize(body);
  CB_TRY(const http::ClientReply reply, http::call(call));
  json::value value;
  if (!reply.body.empty()) {
    CB_TRY(value, parse_json(reply.body));
  }
  if (reply.status < 400) return value;
  std::string detail = value.is_object() ? text_of(value.get_object(), "detail") : reply.body;
  if (reply.status == 404) return not_found(std::move(detail));
  if (reply.status < 500) return invalid(std::move(detail));
  return unavailable(std::move(detail));
}

std::string home_dir() {
  if (const char* home = std::getenv("CITYBRAIN_HOME")) return home;
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    const auto above = program.parent_path().parent_path();
    if (std::filesystem::exists(above / "city" / "roles.csv")) return above.string();
  }
  return std::filesystem::current_path().string();
}

}  // namespace citybrain::cli
