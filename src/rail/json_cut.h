// JsonCutter: one NDJSON line, an object of plain members, as names and texts. Numbers stay as they
// were written: no double touches them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "csv_cut.h"

namespace citybrain::rail {

// One a reader; not shared. Views live until the next cut or until the bytes move.
class JsonCutter {
 public:
  struct Member {
    std::string_view name;
    std::string_view value;  // text; a number, true, false as written; null is ""
  };

  // Cuts one line at `begin`; `last` as in CsvCutter.
  Cut cut(const char* begin, const char* end, bool last);

  const std::vector<Member>& members() const { return members_; }
  std::string_view raw() const { return raw_; }
  std::size_t used() const { return used_; }
  std::int64_t lines() const { return lines_; }
  const char* problem() const { return problem_; }

  static constexpr std::size_t members_max = 2'000;

 private:
  bool object(std::string_view line);
  bool string(const char*& p, const char* end, std::string_view& out);
  bool escape(const char*& p, const char* end, std::string& out);
  bool scalar(const char*& p, const char* end, std::string_view& out);
  bool fail(const char* why) { return problem_ = why, false; }

  std::vector<Member> members_;
  std::vector<std::string> unescaped_;
  std::size_t unescaped_used_ = 0;
  std::string_view raw_;
  std::size_t used_ = 0;
  std::int64_t lines_ = 0;
  const char* problem_ = "";
};

}  // namespace citybrain::rail
