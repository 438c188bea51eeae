// The XML of a written workbook: escaping, numbers of dates, styles. No state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sheet/writer.h"

namespace citybrain::sheet {

// For XML text and attributes: characters that XML cannot hold become _x0001_.
std::string xml_escaped(std::string_view text);
// A date or local timestamp → days since 1899-12-30, as a decimal text. Error: not one.
Result<std::string> serial_of(Kind kind, std::string_view text);
// Is it a decimal number as XML may hold it ("12.50", "-3", "1E-7")?
bool is_number(std::string_view text);
// Columns of a character that a heading takes: Chinese characters are two wide.
double width_of(std::string_view text);

// Styles by number: what cells' s attributes mean in styles_xml(). `places` 0..9.
enum class Style : int {
  plain = 0,
  header = 1,
  group = 2,
  title = 3,
  text = 4,
  integer = 5,
  date = 6,
  timestamp = 7,
  time = 8,
  decimal0 = 9
};
int style_of(Format format, int places);
std::string styles_xml();

}  // namespace citybrain::sheet
