// Log: one line a message to stderr, "time level room message key=value …". Never personal data,
// never secrets.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace citybrain {

enum class Level { debug, info, warn, error };
using LogField = std::pair<std::string_view, std::string>;

// Lines below this level are dropped; info at start.
void set_log_level(Level level);
void log(Level level, std::string_view room, std::string_view message,
         std::initializer_list<LogField> fields = {});

}  // namespace citybrain
