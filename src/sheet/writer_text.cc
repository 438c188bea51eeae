// The XML of a written workbook: see writer_text.h.
#include "writer_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "base/date.h"
#include "base/text.h"

namespace citybrain::sheet {

std::string xml_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '_':  // what looks like an escape is escaped, or a reader would take it for one
        out += text.substr(i).starts_with("_x") ? "_x005F_" : "_";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
          std::array<char, 8> escape{};
          std::snprintf(escape.data(), escape.size(), "_x%04X_", static_cast<unsigned>(c));
          out += escape.data();
        } else {
          out += c;
        }
    }
  }
  return out;
}

bool is_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

Result<std::string> serial_of(Kind kind, std::string_view text) {
  std::string_view clock;
  std::int64_t days = 0;
  if (kind == Kind::time) {
    clock = text;
  } else {
    CB_TRY(const Date date, parse_date(text.substr(0, 10)));
    days = date - date_of({1899, 12, 30});
    if (days < 61) {  // before 1 March 1900 Excel's days are not those of the calendar
      return invalid("'" + std::string(text) + "' is before 1900-03-01; write it as text");
    }
    if (text.size() > 11) clock = text.substr(11);
  }
  if (kind == Kind::date || clock.empty()) return std::to_string(days);
  int hour = 0;
  int minute = 0;
  double second = 0;
  if (std::sscanf(std::string(clock).c_str(), "%2d:%2d:%lf", &hour, &minute, &second) != 3 ||
      hour > 23 || minute > 59 || !(second >= 0 && second < 60) || hour < 0 || minute < 0) {
    return invalid("'" + std::string(text) + "' is no local time; write 2020-06-01 08:00:00");
  }
  std::array<char, 40> out{};
  std::snprintf(out.data(), out.size(), "%.10f",
                static_cast<double>(days) + (hour * 3600 + minute * 60 + second) / 86'400.0);
  return std::string(out.data());
}

double width_of(std::string_view text) {
  const auto points = static_cast<double>(code_points(text));
  const double wide = (static_cast<double>(text.size()) - points) / 2;  // three bytes a character
  return std::clamp(points + wide + 2, 8.0, 60.0);
}

int style_of(Format format, int places) {
  switch (format) {
    case Format::general: return static_cast<int>(Style::plain);
    case Format::text: return static_cast<int>(Style::text);
    case Format::integer: return static_cast<int>(Style::integer);
    case Format::decimal: return static_cast<int>(Style::decimal0) + std::clamp(places, 0, 9);
    case Format::date: return static_cast<int>(Style::date);
    case Format::timestamp: return static_cast<int>(Style::timestamp);
  }
  return 0;
}

std::string styles_xml() {
  constexpr int own_formats = 164;  // numbers below are Excel's own
  std::string formats = R"(<numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/>)"
                        R"(<numFmt numFmtId="165" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/>)"
                        R"(<numFmt numFmtId="166" formatCode="hh:mm:ss"/>)";
  std::string cells =
      R"(<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>)"
      R"(<xf numFmtId="49" fontId="1" fillId="2" borderId="1" xfId="0" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"><alignment horizontal="center" vertical="center" wrapText="1"/></xf>)"
      R"(<xf numFmtId="49" fontId="1" fillId="2" borderId="1" xfId="0" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"><alignment horizontal="center" vertical="center"/></xf>)"
      R"(<xf numFmtId="49" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1"><alignment horizontal="center" vertical="center"/></xf>)"
      R"(<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>)"
      R"(<xf numFmtId="1" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>)";
  for (int i = 0; i < 3; ++i) {
    cells += "<xf numFmtId=\"" + std::to_string(own_formats + i) +
             R"(" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>)";
  }
  for (int places = 0; places <= 9; ++places) {
    const std::string id = std::to_string(own_formats + 3 + places);
    formats += "<numFmt numFmtId=\"" + id + "\" formatCode=\"0" + (places > 0 ? "." : "") +
               std::string(static_cast<std::size_t>(places), '0') + "\"/>";
    cells += "<xf numFmtId=\"" + id +
             R"(" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>)";
  }
  return R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>)"
         "\n"
         R"(<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">)"
         "<numFmts count=\"13\">" +
         formats +
         R"(</numFmts><fonts count="3"><font><sz val="11"/><name val="宋体"/></font>)"
         R"(<font><b/><sz val="11"/><name val="宋体"/></font>)"
         R"(<font><b/><sz val="16"/><name val="宋体"/></font></fonts>)"
         R"(<fills count="3"><fill><patternFill patternType="none"/></fill>)"
         R"(<fill><patternFill patternType="gray125"/></fill>)"
         R"(<fill><patternFill patternType="solid"><fgColor rgb="FFE8F0FA"/></patternFill></fill></fills>)"
         R"(<borders count="2"><border/><border><left style="thin"/><right style="thin"/>)"
         R"(<top style="thin"/><bottom style="thin"/></border></borders>)"
         R"(<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>)"
         "<cellXfs count=\"19\">" +
         cells +
         R"(</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>)";
}

}  // namespace citybrain::sheet
