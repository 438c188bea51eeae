// The cutters alone: RFC 4180 with its broken kinds, and flat JSON lines.
#include <gtest/gtest.h>

#include "csv_cut.h"
#include "json_cut.h"

namespace citybrain::rail {
namespace {

// Cuts all of a text; a row is "a|b|c", a broken line "!PROBLEM", a blank line "~".
std::vector<std::string> cut_all(std::string text, std::size_t row_bytes_max = 1000,
                                 std::size_t cells = 0) {
  const std::size_t size = text.size();
  text.append(CsvCutter::padding, ',');  // what lies behind must not matter
  CsvCutter cutter;
  std::vector<std::string> out;
  for (std::size_t at = 0; at < size;) {
    switch (cutter.cut(text.data() + at, text.data() + size, true, row_bytes_max, cells)) {
      case Cut::row: {
        std::string joined;
        for (const auto cell : cutter.cells()) joined += "|" + std::string(cell);
        out.push_back(joined.substr(1));
        break;
      }
      case Cut::blank: out.push_back("~"); break;
      case Cut::broken: out.push_back(std::string("!") + cutter.problem()); break;
      case Cut::more: ADD_FAILURE() << "more, though it is the last"; return out;
    }
    EXPECT_GT(cutter.used(), 0u);
    at += cutter.used();
  }
  return out;
}

using Rows = std::vector<std::string>;

TEST(CsvCut, FollowsRfc4180) {
  EXPECT_EQ(cut_all("a,b,c\n1,2,3\n"), (Rows{"a|b|c", "1|2|3"}));
  EXPECT_EQ(cut_all("a,b,c\r\n1,2,3\r\n"), (Rows{"a|b|c", "1|2|3"}));
  EXPECT_EQ(cut_all("a,b\n1,2"), (Rows{"a|b", "1|2"}));
  EXPECT_EQ(cut_all(",,\n"), (Rows{"||"}));
  EXPECT_EQ(cut_all("\"a\",\"b,c\"\n"), (Rows{"a|b,c"}));
  EXPECT_EQ(cut_all("\"a\"\"b\",\"\"\"\"\n"), (Rows{"a\"b|\""}));
  EXPECT_EQ(cut_all("\"two\nlines\",x\ny,z\n"), (Rows{"two\nlines|x", "y|z"}));
  EXPECT_EQ(cut_all("\"a\"\r\n\"b\""), (Rows{"a", "b"}));
  EXPECT_EQ(cut_all("\"\",\n"), (Rows{"|"}));
  EXPECT_EQ(cut_all("a\n\nb\n"), (Rows{"a", "~", "b"}));
  EXPECT_EQ(cut_all("5\" pipe,x\n"), (Rows{"5\" pipe|x"}));
  EXPECT_EQ(cut_all("abcdefghijklmnop,qrstuvwxyz,0123456789012345678901234567890123456789\n"),
            (Rows{"abcdefghijklmnop|qrstuvwxyz|0123456789012345678901234567890123456789"}));
}

TEST(CsvCut, LosesOneLineToAStrayQuote) {
  EXPECT_EQ(cut_all("\"a,b\nc,d\ne,f\n"), (Rows{"!引号没有闭合", "c|d", "e|f"}));
  EXPECT_EQ(cut_all("\"a\"x,b\nc,d\n"), (Rows{"!引号后面还有字符", "c|d"}));
  EXPECT_EQ(cut_all("\"a,b\nc,\"d\"\ne,f\n"), (Rows{"!引号后面还有字符", "c|d", "e|f"}));
  // The quote is closed by chance, so that a row of several lines has the wrong number of cells.
  EXPECT_EQ(cut_all("\"a,b\nc,d\n\",f\n", 1000, 2).size(), 1u);
  EXPECT_EQ(cut_all("\"a,b\nc,d\n\",f,g\n", 1000, 2)[0], "!引号没有闭合，或列数与表头不符");
  // Bounded: the quote that would close lies too far away.
  const std::string far =
      "\"a," + std::string(50, 'x') + "\n" + std::string(200, 'y') + "\"\nc,d\n";
  EXPECT_EQ(cut_all(far, 100)[0], "!引号没有闭合");
}

TEST(CsvCut, AsksForMoreUntilTheRowIsWhole) {
  const std::string text = "ab,\"c\"\"\nd\"\r\n1,2\n";
  std::string padded = text + std::string(CsvCutter::padding, '\n');
  CsvCutter cutter;
  for (std::size_t n = 1; n < 12; ++n) {
    EXPECT_EQ(cutter.cut(padded.data(), padded.data() + n, false, 1000, 0), Cut::more) << n;
  }
  EXPECT_EQ(cutter.cut(padded.data(), padded.data() + 12, false, 1000, 0), Cut::row);
  EXPECT_EQ(cutter.cells()[1], "c\"\nd");
  EXPECT_EQ(cutter.lines(), 2);
  EXPECT_EQ(cutter.used(), 12u);
}

std::string cut_json(std::string text) {
  JsonCutter cutter;
  const auto cut = cutter.cut(text.data(), text.data() + text.size(), true);
  if (cut == Cut::broken) return std::string("!") + cutter.problem();
  if (cut == Cut::blank) return "~";
  std::string out;
  for (const auto& [name, value] : cutter.members()) {
    out += std::string(name) + "=" + std::string(value) + ";";
  }
  return out;
}

TEST(JsonCut, TakesFlatObjectsAsWritten) {
  EXPECT_EQ(cut_json(R"({"a": "x", "b": 12.50, "c": true, "d": null})"), "a=x;b=12.50;c=true;d=;");
  EXPECT_EQ(cut_json("{}"), "");
  EXPECT_EQ(cut_json("  "), "~");
  EXPECT_EQ(cut_json(R"({"企业":"宁\u6ce2 \"甬\" \\ \ud83d\ude00"})"), "企业=宁波 \"甬\" \\ 😀;");
  EXPECT_EQ(cut_json(R"({"n":-1e5})"), "n=-1e5;");
  EXPECT_EQ(cut_json("{\"a\":1}\r\n"), "a=1;");
}

TEST(JsonCut, RefusesWhatIsNoFlatObject) {
  for (const char* bad :
       {"[1]", "{\"a\":{}}", "{\"a\":[1]}", "{\"a\":1", "{\"a\":01}", "{\"a\":1}x", "{a:1}",
        "{\"a\" 1}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\q\"}", "{\"a\":tru}", "{\"a\":1,}",
        "{\"a\":\"x", "nonsense", "{\"a\":+1}", "{\"a\":.5}"}) {
    EXPECT_EQ(cut_json(bad)[0], '!') << bad;
  }
}

}  // namespace
}  // namespace citybrain::rail
