// citybrain: the program's entry. `citybrain COMMAND …`; the commands are in commands.cc, the rooms
// behind them in rooms.cc.
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "commands.h"

namespace {

// Exit status of each kind of failure; 1 is left to the shell's own use.
int exit_status(citybrain::Code code) {
  using citybrain::Code;
  switch (code) {
    case Code::invalid: return 2;
    case Code::denied: return 3;
    case Code::not_found: return 4;
    case Code::conflict: return 5;
    case Code::exhausted: return 6;
    case Code::unavailable: return 7;
    case Code::corrupt: return 8;
    case Code::internal: return 9;
  }
  return 9;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a peer that went away is an error of its write, no more
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto done = citybrain::cli::run_command(words);
  if (done) return 0;
  std::fprintf(stderr, "citybrain: %s\n", done.error().message.c_str());
  return exit_status(done.error().code);
}
