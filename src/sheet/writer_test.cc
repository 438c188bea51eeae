// Writing workbooks: what is written reads back the same, and what Excel would refuse is refused.
#include "sheet/writer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "sheet/reader.h"
#include "writer_text.h"
#include "zip_in.h"

namespace citybrain::sheet {
namespace {

SheetSpec template_spec() {
  SheetSpec spec;
  spec.name = "信息资源";
  spec.title = "政务信息资源目录";
  spec.columns = {{.name = "代码", .format = Format::text},
                  {.name = "类型", .group = "共享", .choices = {"无条件", "有条件", "不予"}},
                  {.name = "条件", .group = "共享", .prompt = "有条件时填写"},
                  {.name = "发布日期", .format = Format::date},
                  {.name = "金额", .format = Format::decimal, .places = 2}};
  spec.frozen_columns = 1;
  spec.filter = true;
  return spec;
}

const std::vector<Cell> cells = {Cell::of("0011"), Cell::of("无条件"),
                                 Cell::of("_x0041_ =1+1 <&>\n\x01"), Cell::date("2020-06-01"),
                                 Cell::number("12.10")};

TEST(Writer, ReadsBackWhatItWrote) {
  auto writer = Writer::in_memory();
  ASSERT_TRUE(writer->add_sheet(template_spec()));
  ASSERT_TRUE(writer->row(cells));
  ASSERT_TRUE(writer->row(
      {Cell::of("甲"), {}, {}, Cell::timestamp("2020-06-01 08:00:01"), Cell::boolean(true)}));
  ASSERT_TRUE(writer->add_sheet({.name = "信息项", .columns = {{.name = "名称"}}}));
  ASSERT_TRUE(writer->row({{Kind::time, "23:59:59"}}));
  auto bytes = writer->finish();
  ASSERT_TRUE(bytes) << bytes.error().message;
  auto book = Workbook::open_bytes(*bytes);
  ASSERT_TRUE(book) << book.error().message;
  ASSERT_EQ((*book)->sheets().size(), 3u);
  EXPECT_TRUE((*book)->sheets()[2].hidden);  // what the list offers
  const auto rows = (*book)->read_all(0, 100);
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 5u);
  EXPECT_EQ((*rows)[3].number, 4);
  std::vector<Cell> expected = cells;
  expected[4].text = "12.1";
  EXPECT_EQ((*rows)[3].cells, expected);
  EXPECT_EQ((*rows)[4].at(3), "2020-06-01 08:00:01");
  EXPECT_EQ((*rows)[4].at(4), "true");
  EXPECT_EQ((*(*book)->read_all(1, 10))[1].at(0), "23:59:59");
  const auto header = (*book)->header(0, [](std::string_view name) { return name == "条件"; });
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(header->names, (std::vector<std::string>{"代码", "类型", "条件", "发布日期", "金额"}));
  EXPECT_EQ(header->row, 3);
  EXPECT_EQ((*(*book)->read_all(2, 10))[2].at(0), "不予");
}

TEST(Writer, RefusesWhatExcelWould) {
  auto writer = Writer::in_memory();
  EXPECT_FALSE(writer->row({}));
  EXPECT_FALSE(writer->finish());
  for (const char* name :
       {"", "a/b", "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二",
        "_choices"}) {
    EXPECT_FALSE(writer->add_sheet({.name = name, .columns = {{.name = "a"}}})) << name;
  }
  EXPECT_FALSE(writer->add_sheet({.name = "a", .columns = {}}));
  ASSERT_TRUE(writer->add_sheet({.name = "a", .columns = {{.name = "a"}}}));
  EXPECT_FALSE(writer->add_sheet({.name = "A", .columns = {{.name = "a"}}}));
  const auto check = [&](const Cell& cell, const char* expected) {
    const auto row = writer->row({cell});
    ASSERT_FALSE(row) << cell.text;
    EXPECT_NE(row.error().message.find(expected), std::string::npos) << row.error().message;
  };
  check(Cell::number("12,5"), "'12,5' is no number");
  check(Cell::number("nan"), "is no number");
  check(Cell::date("2020-02-30"), "2020-02-30");
  check(Cell::date("1900-02-28"), "before 1900-03-01");
  check(Cell::timestamp("2020-02-28 25:00:00"), "is no local time");
  check(Cell::of(std::string(32'768, 'x')), "32767 characters");
  check(Cell::of("\xFF"), "not UTF-8");
  EXPECT_FALSE(writer->row({{}, {}}));
}

TEST(Writer, LeavesNoHalfFile) {
  const std::string dir = std::filesystem::temp_directory_path() / "citybrain_sheet_test";
  std::filesystem::create_directories(dir);
  const std::string path = dir + "/a.xlsx";
  std::filesystem::remove(path);
  {
    auto writer = Writer::create(path);
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->add_sheet(template_spec()));
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir));
  auto writer = Writer::create(path);
  ASSERT_TRUE((*writer)->add_sheet(template_spec()));
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE((*writer)->row(cells));
  ASSERT_TRUE((*writer)->finish());
  auto book = Workbook::open(path);
  ASSERT_TRUE(book) << book.error().message;
  EXPECT_EQ((*book)->read_all(0, 200'000)->size(), 100'003u);
  EXPECT_EQ((*book)->read_all(0, 5).error().code, Code::exhausted);
  std::filesystem::remove_all(dir);
  EXPECT_EQ(Writer::create("/nowhere/a.xlsx").error().code, Code::unavailable);
}

}  // namespace
}  // namespace citybrain::sheet
