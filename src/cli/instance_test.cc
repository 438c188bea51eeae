// Who gets a data folder when a command and a server want it at once.
#include "instance.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <future>
#include <thread>

namespace citybrain::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Instance : public testing::Test {
 protected:
  Instance() { std::filesystem::remove_all(dir_); }
  ~Instance() override {
    if (socket_ >= 0) ::close(socket_);
    std::filesystem::remove_all(dir_);
  }

  // Binds the admin socket, and listens at it or leaves it as a dead server does.
  void bind_socket(bool listening) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::strncpy(at.sun_path, admin_socket(dir_).c_str(), sizeof at.sun_path - 1);
    socket_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
    if (listening) {
      ASSERT_EQ(::listen(socket_, 1), 0);
    }
  }

  const std::string dir_ = testing::TempDir() + "/citybrain-instance-" + std::to_string(::getpid());
  int socket_ = -1;
};

TEST_F(Instance, ServerWaitsForACommandThatEnds) {
  auto command = InstanceLock::take(dir_);
  ASSERT_TRUE(command);
  auto server =
      std::async(std::launch::async, [&] { return InstanceLock::wait(dir_, seconds(5)); });
  EXPECT_EQ(server.wait_for(milliseconds(150)), std::future_status::timeout);
  { const InstanceLock ended = std::move(*command); }
  EXPECT_TRUE(server.get());
}

TEST_F(Instance, ServerDoesNotWaitForEverForAnother) {
  const auto first = InstanceLock::take(dir_);
  ASSERT_TRUE(first);
  const auto second = InstanceLock::wait(dir_, milliseconds(60));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::conflict);
}

TEST_F(Instance, CommandKeepsTheLockItWasGiven) {
  auto given = lock_or_server(dir_);
  ASSERT_TRUE(given && *given);
  EXPECT_FALSE(InstanceLock::take(dir_));
  given->reset();
  EXPECT_TRUE(InstanceLock::take(dir_));
}

TEST_F(Instance, CommandWaitsUntilAStartingServerListens) {
  const auto server = InstanceLock::take(dir_);
  ASSERT_TRUE(server);
  auto command = std::async(std::launch::async, [&] { return lock_or_server(dir_, seconds(5)); });
  EXPECT_EQ(command.wait_for(milliseconds(150)), std::future_status::timeout);
  bind_socket(true);
  const auto reached = command.get();
  ASSERT_TRUE(reached);
  EXPECT_FALSE(*reached);
}

TEST_F(Instance, CommandIsNotMisledByTheSocketOfADeadServer) {
  const auto server = InstanceLock::take(dir_);
  ASSERT_TRUE(server);
  bind_socket(false);
  const auto refused = lock_or_server(dir_, milliseconds(120));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
}

// A server that died while a command waited for it leaves the folder to the command.
TEST_F(Instance, CommandTakesOverFromAServerThatDied) {
  auto server = InstanceLock::take(dir_);
  ASSERT_TRUE(server);
  bind_socket(false);
  auto command = std::async(std::launch::async, [&] { return lock_or_server(dir_, seconds(5)); });
  EXPECT_EQ(command.wait_for(milliseconds(120)), std::future_status::timeout);
  { const InstanceLock died = std::move(*server); }
  const auto lock = command.get();
  ASSERT_TRUE(lock);
  EXPECT_TRUE(*lock);
}

}  // namespace
}  // namespace citybrain::cli
