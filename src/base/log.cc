// One line a message: see base/log.h.
#include "base/log.h"

#include <atomic>
#include <cstdio>

#include "base/clock.h"

namespace citybrain {
namespace {

std::atomic<Level> lowest{Level::info};

const char* word_of(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warn: return "warn";
    case Level::error: return "error";
  }
  return "info";
}

void append_value(std::string& line, const std::string& value) {
  const bool plain = value.find_first_of(" \"\n\r=") == std::string::npos && !value.empty();
  if (plain) {
    line += value;
    return;
  }
  line += '"';
  for (const char c : value) {
    if (c == '\n' || c == '\r') {
      line += ' ';
      continue;
    }
    if (c == '"' || c == '\\') line += '\\';
    line += c;
  }
  line += '"';
}

}  // namespace

void set_log_level(Level level) { lowest = level; }

void log(Level level, std::string_view room, std::string_view message,
         std::initializer_list<LogField> fields) {
  if (level < lowest.load()) return;
  std::string line = to_iso(SystemClock().now());
  line += ' ';
  line += word_of(level);
  line += ' ';
  line += room;
  line += ' ';
  line += message;
  for (const auto& [name, value] : fields) {
    line += ' ';
    line += name;
    line += '=';
    append_value(line, value);
  }
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace citybrain
