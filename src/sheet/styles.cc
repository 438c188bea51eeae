// Styles: see styles.h.
#include "styles.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <map>

#include "base/date.h"
#include "base/text.h"
#include "xml.h"

namespace citybrain::sheet {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::size_t styles_max = 100'000;

// The code's first section without literals, colours, locales and the marks of morning and
// afternoon.
std::string bare(std::string_view code) {
  std::string out;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == ';') break;
    if (c == '"') {
      i = std::min(code.find('"', i + 1), code.size());
    } else if (c == '[') {
      i = std::min(code.find(']', i + 1), code.size());
    } else if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else {
      out += c;
    }
  }
  out = lower_ascii(out);
  for (const std::string_view mark : {"general", "am/pm", "a/p"}) {
    for (std::size_t at = out.find(mark); at != std::string::npos; at = out.find(mark)) {
      out.erase(at, mark.size());
    }
  }
  return out;
}

std::string clock_text(std::int64_t ms) {
  std::array<char, 32> text{};
  const auto second = static_cast<int>(ms / 1000);
  std::snprintf(text.data(), text.size(), "%02d:%02d:%02d", second / 3600, second / 60 % 60,
                second % 60);
  std::string out = text.data();
  if (ms % 1000 != 0) {
    std::snprintf(text.data(), text.size(), ".%03d", static_cast<int>(ms % 1000));
    out += text.data();
  }
  return out;
}

class StyleEvents final : public XmlEvents {
 public:
  Result<void> start(std::string_view name, const Attributes& attributes) override {
    if (name == "cellXfs") in_cells_ = true;
    if (name == "numFmt" && codes_.size() < styles_max) {
      codes_[id_of(attributes)] = shows_of(attributes.get("formatCode"));
    } else if (name == "xf" && in_cells_) {
      if (shows.size() == styles_max) return exhausted("more than 100000 cell formats");
      const int id = id_of(attributes);
      const auto own = codes_.find(id);
      shows.push_back(own != codes_.end() ? own->second : shows_of_builtin(id));
    }
    return ok();
  }
  Result<void> end(std::string_view name) override {
    if (name == "cellXfs") in_cells_ = false;
    return ok();
  }

  std::vector<Shows> shows;

 private:
  static int id_of(const Attributes& attributes) {
    const auto id = parse_int(attributes.get("numFmtId")).value_or(0);
    return id >= 0 && id <= 1'000'000 ? static_cast<int>(id) : 0;
  }
  std::map<int, Shows> codes_;
  bool in_cells_ = false;
};

}  // namespace

Shows shows_of(std::string_view code) {
  for (const std::string_view elapsed : {"[h", "[m", "[s", "[H", "[M", "[S"}) {
    // A length of time counts on behind 24 hours: it stays a number of days. [Magenta] is a colour.
    const std::size_t at = code.find(elapsed);
    const std::size_t close = at == code.npos ? at : code.find(']', at);
    if (close != code.npos && close - at <= 3) return Shows::number;
  }
  const std::string text = bare(code);
  const auto has = [&](const char* any) { return text.find_first_of(any) != std::string::npos; };
  const bool time = has("hs");
  const bool date = has("yd") || (has("m") && !time);
  if (date) return time ? Shows::date_and_time : Shows::date;
  return time ? Shows::time : Shows::number;
}

Shows shows_of_builtin(int id) {
  if (id >= 14 && id <= 17) return Shows::date;
  if ((id >= 18 && id <= 21) || id == 45 || id == 47) return Shows::time;
  if (id == 22) return Shows::date_and_time;
  if ((id >= 27 && id <= 31) || id == 36) return Shows::date;
  if (id >= 32 && id <= 35) return Shows::time;
  if ((id >= 50 && id <= 54) || id == 57 || id == 58) return Shows::date;
  if (id == 55 || id == 56) return Shows::time;
  return Shows::number;
}

Result<Styles> Styles::read(const ZipIn& zip, const std::string& part, int depth_max) {
  Styles styles;
  if (!zip.has(part)) return styles;
  StyleEvents events;
  CB_DO(read_xml(zip, part, depth_max, events));
  styles.shows_ = std::move(events.shows);
  return styles;
}

std::string number_text(double value) {
  if (value == 0) return "0";
  std::array<char, 400> text{};
  // Digits and exponent of 15 significant places, put together without powers of ten.
  std::snprintf(text.data(), text.size(), "%.14e", std::abs(value));
  std::string digits;
  const char* p = text.data();
  for (; *p != 'e'; ++p) {
    if (*p != '.') digits += *p;
  }
  const int exponent = std::atoi(p + 1);
  digits.erase(digits.find_last_not_of('0') + 1);
  const int size = static_cast<int>(digits.size());
  std::string out = value < 0 ? "-" : "";
  if (exponent < 0) {
    out += "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  } else if (exponent + 1 >= size) {
    out += digits + std::string(static_cast<std::size_t>(exponent + 1 - size), '0');
  } else {
    const auto whole = static_cast<std::size_t>(exponent + 1);
    out += digits.substr(0, whole) + "." + digits.substr(whole);
  }
  return out;
}

Cell number_cell(std::string_view text, Shows shows, bool date1904) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return {Kind::error, std::string(text)};
  }
  // 2958465 is 9999-12-31; a number outside is shown as it is, as Excel shows "#####".
  if (shows == Shows::number || value < 0 || value >= 2'958'466) {
    return Cell::number(number_text(value));
  }
  auto ms = static_cast<std::int64_t>(std::llround(value * static_cast<double>(day_ms)));
  std::int64_t day = ms / day_ms;
  ms %= day_ms;
  if (shows == Shows::time && day == 0) return {Kind::time, clock_text(ms)};
  // The 1900 system counts a 29 February 1900 that never was (its day 60).
  if (!date1904 && day < 60) ++day;
  const Date date = date_of({1899, 12, 30}) + static_cast<int>(day) + (date1904 ? 1462 : 0);
  if (shows == Shows::date) return Cell::date(to_iso(date));
  return Cell::timestamp(to_iso(date) + " " + clock_text(ms));
}

}  // namespace citybrain::sheet
