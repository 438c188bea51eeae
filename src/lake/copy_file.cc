// Copying a locked file. See copy_file.h.
#include "copy_file.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace citybrain::lake {
namespace {

// Runs in the child of a process with threads: system calls only, no allocation.
int copy_in_child(const char* from, const char* to) {
  static char buffer[1 << 16];
  const int in = ::open(from, O_RDONLY | O_CLOEXEC);
  const int out = ::open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (in < 0 || out < 0) return 1;
  while (true) {
    const ssize_t got = ::read(in, buffer, sizeof(buffer));
    if (got == 0) return ::fsync(out) == 0 ? 0 : 1;
    if (got < 0) return 1;
    for (ssize_t put = 0; put < got;) {
      const ssize_t n = ::write(out, buffer + put, static_cast<std::size_t>(got - put));
      if (n < 0) return 1;
      put += n;
    }
  }
}

}  // namespace

Result<void> copy_file(const std::string& from, const std::string& to) {
  const std::string half = to + ".part";
  const pid_t child = ::fork();
  if (child < 0) return exhausted("no process to copy " + from + " with");
  if (child == 0) ::_exit(copy_in_child(from.c_str(), half.c_str()));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0 || std::rename(half.c_str(), to.c_str()) != 0) {
    return unavailable("cannot copy " + from + " to " + to + "; is there space?");
  }
  return ok();
}

}  // namespace citybrain::lake
