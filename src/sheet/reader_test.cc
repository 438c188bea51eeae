// Reading workbooks: what cells mean, what is refused, what is bounded.
#include "sheet/reader.h"

#include <gtest/gtest.h>

#include <set>

#include "base/csv.h"
#include "styles.h"
#include "testing.h"

namespace citybrain::sheet {
namespace {

using Parts = std::vector<std::pair<std::string, std::string>>;

// All rows as "NUMBER:cell|cell", or the error.
std::string text_of(const Result<std::unique_ptr<Workbook>>& book, std::size_t sheet = 0) {
  if (!book) return book.error().message;
  const auto rows = (*book)->read_all(sheet, 1'000);
  if (!rows) return rows.error().message;
  std::string out;
  for (const Row& row : *rows) {
    out += std::to_string(row.number) + ":";
    for (const Cell& cell : row.cells) {
      out += (&cell == row.cells.data() ? "" : "|") + std::string(1, name_of(cell.kind)[0]) + " " +
             cell.text;
    }
    out += "\n";
  }
  return out;
}

std::string read(const Parts& parts, const Limits& limits = {}) {
  return text_of(Workbook::open_bytes(zip_of(parts), limits));
}

bool has(const std::string& text, const char* part) { return text.find(part) != text.npos; }

TEST(Reader, TakesEveryTypeOfCell) {
  EXPECT_EQ(
      read(parts_of("<sheetData><row r=\"2\"><c r=\"A2\" t=\"s\"><v>1</v></c>"
                    "<c r=\"B2\" t=\"inlineStr\"><is><r><t>丙</t></r><r><t>丁</t></r></is></c>"
                    "<c r=\"C2\" t=\"b\"><v>1</v></c><c r=\"D2\" t=\"e\"><v>#N/A</v></c>"
                    "<c r=\"E2\" t=\"str\"><f>A1&amp;B1</f><v>甲_x000D_乙</v></c>"
                    "<c r=\"F2\"><f>1+1</f><v>2</v></c><c r=\"H2\" t=\"d\"><v>2020-06-01T08:00:00Z"
                    "</v></c><c r=\"I2\" s=\"1\"/></row><row><c><v>1.5</v></c></row></sheetData>",
                    "<si><t>甲</t></si><si><r><t>乙</t></r><rPh><t>yi</t></rPh></si>")),
      "2:t 乙|t 丙丁|b true|e #N/A|t 甲\r乙|n 2|b |t 2020-06-01 08:00:00\n3:n 1.5\n");
}

TEST(Reader, TellsDatesByTheirStyles) {
  const std::string formats =
      "<numFmts><numFmt numFmtId=\"170\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;\"/>"
      "<numFmt numFmtId=\"171\" formatCode=\"[Red]0.00&quot;day&quot;\"/></numFmts><cellXfs>"
      "<xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/><xf numFmtId=\"170\"/>"
      "<xf numFmtId=\"171\"/><xf numFmtId=\"20\"/></cellXfs>";
  std::string cells = "<sheetData><row>";
  const std::pair<const char*, int> values[] = {
      {"43983", 0},    {"43983", 1},  {"43983.333333333336", 2},
      {"43983.75", 3}, {"43983", 4},  {"0.354166666666667", 5},
      {"1", 1},        {"59", 1},     {"61", 1},
      {"-1", 1},       {"2958466", 1}};
  for (const auto& [value, style] : values) {
    cells += "<c s=\"" + std::to_string(style) + "\"><v>" + value + "</v></c>";
  }
  cells += "</row></sheetData>";
  EXPECT_EQ(read(parts_of(cells, "", formats)),
            "1:n 43983|d 2020-06-01|t 2020-06-01 08:00:00|d 2020-06-01|n 43983|t 08:30:00|"
            "d 1900-01-01|d 1900-02-28|d 1900-03-01|n -1|n 2958466\n");
  EXPECT_EQ(read(parts_of("<sheetData><row><c s=\"1\"><v>42521</v></c></row></sheetData>", "",
                          formats, "<workbookPr date1904=\"1\"/>")),
            "1:d 2020-06-01\n");
}

TEST(Reader, ShowsOfFormatCodes) {
  const auto check = [](const char* code, Shows expected) {
    EXPECT_EQ(shows_of(code), expected) << code;
  };
  check("General", Shows::number);
  check("0.00E+00", Shows::number);
  check("#,##0.00_);[Red](#,##0.00)", Shows::number);
  check("yyyy/m/d;@", Shows::date);
  check("[$-804]yyyy\\-mm", Shows::date);
  check("m\"月\"d\"日\"", Shows::date);
  check("mm:ss.0", Shows::time);
  check("[h]:mm:ss", Shows::number);
  check("上午/下午h\"时\"mm\"分\"", Shows::time);
  check("yyyy-mm-dd hh:mm AM/PM", Shows::date_and_time);
  check("\"study\"0", Shows::number);
  check("\"open", Shows::number);
}

TEST(Reader, WritesNumbersAsTheyAreShown) {
  const auto check = [](double value, const char* expected) {
    EXPECT_EQ(number_text(value), expected);
  };
  check(0, "0");
  check(12.1, "12.1");
  check(0.1 + 0.2, "0.3");
  check(-1234567.891, "-1234567.891");
  check(1e21, "1000000000000000000000");
  check(1.5e-7, "0.00000015");
  check(330203199001011234, "330203199001011000");
  check(123456789012345, "123456789012345");
  check(0.999999999999999999, "1");
}

TEST(Reader, ReadsAWorkbookOfAnotherProgram) {
  auto book = Workbook::open(CB_SOURCE_DIR "/src/sheet/cases/openpyxl.xlsx");
  ASSERT_TRUE(book) << book.error().message;
  ASSERT_EQ((*book)->sheets().size(), 2u);
  EXPECT_TRUE((*book)->sheets()[1].hidden);
  EXPECT_EQ(text_of(book, 1), "3:b |b |t 只有一个\n");
  const std::string rows = text_of(book);
  for (const char* part :
       {"4:t 91330203000000010X|t 甬城一公司|t 330203|t 鼓楼|d 2001-02-03|n 100.5\n",
        "5:t 91330203000000020X|t 甬城\"二\"公司 & <子>|t 330212|t 中河\n街道|t 2020-11-24 "
        "08:30:15|n "
        "0.3\n",
        "7:t 甲|b true|b |b |t 08:30:00|n -12345678901234600000\n"}) {
    EXPECT_TRUE(has(rows, part)) << rows;
  }
  const std::set<std::string, std::less<>> known = {"统一社会信用代码", "名称",    "区县", "街道",
                                                    "成立日期",         "注册资本"};
  const auto header =
      (*book)->header(0, [&](std::string_view name) { return known.contains(name); });
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(header->row, 3);
  EXPECT_EQ(header->names, (std::vector<std::string>{"统一社会信用代码", "名称", "区县", "街道",
                                                     "成立日期", "注册资本"}));
  EXPECT_FALSE((*book)->header(0, [](std::string_view) { return false; }));
  EXPECT_EQ((*book)->find("说明").value_or(9), 1u);
  EXPECT_TRUE(has((*book)->find("無").error().message.c_str(), "企业登记, 说明"));
}

TEST(Reader, RefusesWhatIsNoWorkbookAndSaysWhatToDo) {
  const auto check = [](const std::string& bytes, const char* expected) {
    const auto book = Workbook::open_bytes(bytes);
    ASSERT_FALSE(book) << expected;
    EXPECT_TRUE(has(book.error().message, expected)) << book.error().message;
  };
  check("", "does not begin as a zip");
  check("uscc,name\n", "save it as .xlsx");
  check("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an .xls of Excel 97, or a workbook with a password");
  check(zip_of({{"a.txt", "x"}}), "lacks 'xl/workbook.xml'");
  const std::string whole = zip_of(parts_of("<sheetData/>"));
  check(whole.substr(0, whole.size() / 2), "cut off or damaged");
  EXPECT_EQ(Workbook::open("/nowhere.xlsx").error().code, Code::not_found);
}

TEST(Reader, RefusesDamageWithTheRowReached) {
  const auto check = [](const std::string& sheet, const char* expected, const Limits& limits = {}) {
    const std::string got = read(parts_of("<sheetData>" + sheet, "<si><t>甲</t></si>"), limits);
    EXPECT_TRUE(has(got, expected)) << got;
  };
  check("<row r=\"7\"><c><v>1</v></c></row><row", "behind row 7");
  check("<row r=\"7\"/><row r=\"7\"/></sheetData>", "row '7' comes behind row 7");
  check("<row r=\"7\"><c r=\"A8\"><v>1</v></c></row></sheetData>", "cell 'A8' stands in the wrong");
  check("<row><c t=\"s\"><v>1</v></c></row></sheetData>", "shared text '1', there are 1");
  check("<row><c t=\"s\"><v>-1</v></c></row></sheetData>", "shared text '-1'");
  Limits limits;
  limits.rows_max = 9;
  check("<row r=\"10\"/></sheetData>", "more than 9 rows", limits);
  limits.columns_max = 2;
  check("<row><c r=\"C1\"/></row></sheetData>", "more than 2 columns", limits);
  limits.cell_bytes_max = 3;
  check("<row><c><v>12345</v></c></row></sheetData>", "more than 3 bytes in a cell", limits);
  limits.depth_max = 5;
  check("<row><c><v><x><y/></x></v></c></row></sheetData>", "more than 5 deep", limits);
  auto parts = parts_of("<sheetData/>");
  parts.back().second = "<!DOCTYPE a [<!ENTITY b \"c\">]><worksheet>&b;</worksheet>";
  EXPECT_TRUE(has(read(parts), "DOCTYPE"));
}

TEST(Reader, RefusesAZipBombBeforeItIsInflated) {
  const std::string blank(64 << 20, ' ');
  EXPECT_TRUE(has(read(parts_of("<sheetData/>" + blank)), "a zip bomb"));
  Limits limits;
  limits.part_bytes_max = 1 << 20;
  EXPECT_TRUE(has(read(parts_of("<sheetData/>" + blank), limits), "larger than 1048576 bytes"));
  limits.strings_bytes_max = 100;
  EXPECT_TRUE(
      has(read(parts_of("<sheetData/>", "<si><t>" + std::string(99, 'x') + "</t></si>"), limits),
          "shared texts take more than 100 bytes"));
}

TEST(Reader, NoticesADamagedPart) {
  std::string bytes = zip_of(parts_of("<sheetData>" + std::string(100, ' ') + "</sheetData>"));
  int noticed = 0;
  for (std::size_t i = 40; i + 40 < bytes.size(); i += 7) {
    std::string bad = bytes;
    bad[i] = static_cast<char>(bad[i] ^ 0x55);
    noticed += has(text_of(Workbook::open_bytes(bad)), "\n") ? 0 : 1;  // whatever it says: no rows
  }
  EXPECT_GT(noticed, 10);
}

}  // namespace
}  // namespace citybrain::sheet
