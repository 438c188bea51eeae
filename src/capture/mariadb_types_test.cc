// MariadbTypes: each type of a real server, read from the binlog, reads as SQL reads it, and as it
// is known to be.
#include <gmock/gmock.h>

#include <map>

#include "mariadb_testing.h"

namespace citybrain::capture {
namespace {

struct Case {
  std::string type;
  std::string value;     // an SQL expression
  std::string expected;  // canonical text
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"TINYINT", "-128", "-128"},
      {"TINYINT UNSIGNED", "255", "255"},
      {"BOOLEAN", "TRUE", "1"},
      {"SMALLINT", "-32768", "-32768"},
      {"SMALLINT UNSIGNED", "65535", "65535"},
      {"MEDIUMINT", "-8388608", "-8388608"},
      {"MEDIUMINT UNSIGNED", "16777215", "16777215"},
      {"INT", "-2147483648", "-2147483648"},
      {"INT UNSIGNED ZEROFILL", "7", "7"},
      {"INT UNSIGNED", "4294967295", "4294967295"},
      {"BIGINT", "-9223372036854775808", "-9223372036854775808"},
      {"BIGINT UNSIGNED", "18446744073709551615", "18446744073709551615"},
      {"DECIMAL(1,0)", "-7", "-7"},
      {"DECIMAL(5,2)", "-0.05", "-0.05"},
      {"DECIMAL(18,9)", "123456789.000000001", "123456789.000000001"},
      {"DECIMAL(20,6)", "-99999999999999.999999", "-99999999999999.999999"},
      {"DECIMAL(65,30)", "12345678901234567890123456789012345.000000000000000000000000000001",
       "12345678901234567890123456789012345.000000000000000000000000000001"},
      {"DECIMAL(10,10)", "0.0000000001", "0.0000000001"},
      {"DECIMAL(9,2) UNSIGNED", "1234567.5", "1234567.50"},
      {"FLOAT", "3.1415927", "3.1415927"},
      {"FLOAT(7,2)", "-12345.678", "-12345.68"},
      {"DOUBLE", "-1.5e300", "-1.5e+300"},
      {"DOUBLE", "0.1", "0.1"},
      {"BIT(1)", "b'1'", "1"},
      {"BIT(13)", "b'1000000000001'", "4097"},
      {"BIT(64)", "b'1111111111111111111111111111111111111111111111111111111111111111'",
       "18446744073709551615"},
      {"DATE", "'2020-06-01'", "2020-06-01"},
      {"DATE", "'0000-00-00'", "0000-00-00"},
      {"DATE", "'9999-12-31'", "9999-12-31"},
      {"TIME", "'-838:59:59'", "-838:59:59"},
      {"TIME(1)", "'-12:30:00.5'", "-12:30:00.5"},
      {"TIME(2)", "'-00:00:00.01'", "-00:00:00.01"},
      {"TIME(3)", "'100:00:00.001'", "100:00:00.001"},
      {"TIME(4)", "'-00:00:01.0001'", "-00:00:01.0001"},
      {"TIME(6)", "'-23:59:59.999999'", "-23:59:59.999999"},
      {"DATETIME", "'2020-02-29 23:59:59'", "2020-02-29 23:59:59"},
      {"DATETIME(1)", "'1000-01-01 00:00:00.9'", "1000-01-01 00:00:00.9"},
      {"DATETIME(3)", "'2020-06-01 08:00:00.123'", "2020-06-01 08:00:00.123"},
      {"DATETIME(5)", "'2020-06-01 08:00:00.12345'", "2020-06-01 08:00:00.12345"},
      {"DATETIME(6)", "'9999-12-31 23:59:59.999999'", "9999-12-31 23:59:59.999999"},
      {"DATETIME", "'0000-00-00 00:00:00'", "0000-00-00 00:00:00"},
      {"TIMESTAMP NULL", "'2020-06-01 08:00:00'", "2020-06-01 08:00:00Z"},
      {"TIMESTAMP(2) NULL", "'1970-01-01 00:00:01.25'", "1970-01-01 00:00:01.25Z"},
      {"TIMESTAMP(6) NULL", "'2038-01-19 03:14:07.999999'", "2038-01-19 03:14:07.999999Z"},
      {"TIMESTAMP NULL", "0", "0000-00-00 00:00:00"},
      {"YEAR", "2155", "2155"},
      {"YEAR", "0", "0000"},
      {"CHAR(10)", "'宁波'", "宁波"},
      {"CHAR(255) CHARACTER SET utf8mb4", "REPEAT('宁', 255)", ""},
      {"CHAR(0)", "''", ""},
      {"VARCHAR(20)", "'阳光🌞'", "阳光🌞"},
      {"VARCHAR(300)", "REPEAT('长', 300)", ""},
      {"VARCHAR(20) CHARACTER SET utf8mb3", "'阳光'", "阳光"},
      {"BINARY(6)", "X'610062000000'", "\\x610062000000"},
      {"VARBINARY(9)", "X'00FF'", "\\x00ff"},
      {"TINYTEXT", "'小'", "小"},
      {"TEXT", "REPEAT('文', 10000)", ""},
      {"MEDIUMTEXT", "REPEAT('中', 100000)", ""},
      {"LONGTEXT", "'大'", "大"},
      {"TINYBLOB", "X'01'", "\\x01"},
      {"BLOB", "X'DEADBEEF'", "\\xdeadbeef"},
      {"MEDIUMBLOB", "''", "\\x"},
      {"LONGBLOB", "REPEAT(X'00FF', 50000)", ""},
      {"ENUM('红','黄','绿')", "'黄'", "黄"},
      {"ENUM('a','b''c') CHARACTER SET gbk", "'b''c'", "b'c"},
      {"SET('x','y','中')", "'x,中'", "x,中"},
      {"SET('x')", "''", ""},
      {"JSON", R"('{"a": [1, "二", null]}')", R"({"a": [1, "二", null]})"},
      {"UUID", "'123e4567-e89b-12d3-a456-426655440000'", "123e4567-e89b-12d3-a456-426655440000"},
      {"UUID", "'123e4567-e89b-72d3-0456-426655440000'", "123e4567-e89b-72d3-0456-426655440000"},
      {"UUID", "'f23e4567-e89b-72d3-b456-426655440000'", "f23e4567-e89b-72d3-b456-426655440000"},
      {"INET6", "'2001:db8::ff00:42:8329'", "2001:db8::ff00:42:8329"},
      {"INET6", "'::ffff:192.0.2.128'", "::ffff:192.0.2.128"},
      {"INET4", "'10.0.0.1'", "10.0.0.1"},
      {"VARCHAR(1000) COMPRESSED", "REPEAT('压缩', 400)", ""},
      {"VARCHAR(100) COMPRESSED", "'短'", "短"},
      {"TEXT COMPRESSED", "REPEAT('压', 9000)", ""},
      {"BLOB COMPRESSED", "REPEAT(X'0A', 900)", ""},
      {"POINT", "ST_GeomFromText('POINT(1 2)')", "0101000000000000000000f03f0000000000000040"},
      {"POINT", "ST_GeomFromText('POINT(1 2)', 4326)",
       "0101000020e6100000000000000000f03f0000000000000040"},
      {"POLYGON", "ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))')", ""},
      {"GEOMETRYCOLLECTION", "ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1))')", ""},
      // The servers' character sets; each text is one that the set has.
      {"VARCHAR(20) CHARACTER SET gbk", "'宁波市'", "宁波市"},
      {"CHAR(20) CHARACTER SET gb2312", "'海曙区'", "海曙区"},
      {"VARCHAR(20) CHARACTER SET big5", "'寧波市'", "寧波市"},
      {"VARCHAR(20) CHARACTER SET latin1", "'€uro ÿ'", "€uro ÿ"},
      {"VARCHAR(20) CHARACTER SET latin2", "'łódź'", "łódź"},
      {"VARCHAR(20) CHARACTER SET latin5", "'ığdır'", "ığdır"},
      {"VARCHAR(20) CHARACTER SET latin7", "'žąsis'", "žąsis"},
      {"VARCHAR(20) CHARACTER SET ascii", "'plain'", "plain"},
      {"VARCHAR(20) CHARACTER SET ucs2", "'宁波'", "宁波"},
      {"VARCHAR(20) CHARACTER SET utf16", "'宁🌞'", "宁🌞"},
      {"VARCHAR(20) CHARACTER SET utf16le", "'宁🌞'", "宁🌞"},
      {"VARCHAR(20) CHARACTER SET utf32", "'宁🌞'", "宁🌞"},
      {"TEXT CHARACTER SET utf16", "'文🌞'", "文🌞"},
      {"VARCHAR(20) CHARACTER SET sjis", "'日本語'", "日本語"},
      {"VARCHAR(20) CHARACTER SET cp932", "'日本語①'", "日本語①"},
      {"VARCHAR(20) CHARACTER SET ujis", "'日本語'", "日本語"},
      {"VARCHAR(20) CHARACTER SET eucjpms", "'日本語'", "日本語"},
      {"VARCHAR(20) CHARACTER SET euckr", "'한국어'", "한국어"},
      {"VARCHAR(20) CHARACTER SET koi8r", "'привет'", "привет"},
      {"VARCHAR(20) CHARACTER SET koi8u", "'їжак'", "їжак"},
      {"VARCHAR(20) CHARACTER SET cp1251", "'привет'", "привет"},
      {"VARCHAR(20) CHARACTER SET cp1250", "'łódź'", "łódź"},
      {"VARCHAR(20) CHARACTER SET cp1256", "'سلام'", "سلام"},
      {"VARCHAR(20) CHARACTER SET cp1257", "'žąsis'", "žąsis"},
      {"VARCHAR(20) CHARACTER SET cp850", "'über'", "über"},
      {"VARCHAR(20) CHARACTER SET cp852", "'łódź'", "łódź"},
      {"VARCHAR(20) CHARACTER SET cp866", "'привет'", "привет"},
      {"VARCHAR(20) CHARACTER SET greek", "'γεια'", "γεια"},
      {"VARCHAR(20) CHARACTER SET hebrew", "'שלום'", "שלום"},
      {"VARCHAR(20) CHARACTER SET tis620", "'ไทย'", "ไทย"},
      {"VARCHAR(20) CHARACTER SET macroman", "'café'", "café"},
      {"VARCHAR(20) CHARACTER SET macce", "'łódź'", "łódź"},
      {"VARCHAR(20) CHARACTER SET armscii8", "'Հայ'", "Հայ"},
      {"VARCHAR(20) COLLATE utf8mb4_uca1400_as_cs", "'Ä'", "Ä"},
      // Numbers behind all others: lists of signs count only some columns.
      {"INT UNSIGNED", "4294967295", "4294967295"},
      {"TINYINT", "-1", "-1"},
  };
  return all;
}

// One table with a column a case, a row with all values and one with nulls.
void check(TestMariadb& server) {
  std::string columns, values, nulls;
  for (std::size_t i = 0; i < cases().size(); ++i) {
    columns += ", c" + std::to_string(i) + " " + cases()[i].type;
    values += ", " + cases()[i].value;
    nulls += ", NULL";
  }
  server.run("CREATE TABLE every (id INT PRIMARY KEY" + columns + ") ROW_FORMAT=DYNAMIC");
  const auto source = server.source({"every"});
  const auto before = source->begin();
  ASSERT_TRUE(before) << before.error().message;
  server.run("INSERT INTO every VALUES (1" + values + "), (2" + nulls + ")");
  auto stream = source->stream(before.value()->position());
  ASSERT_TRUE(stream) << stream.error().message;
  const auto changes = changes_of(*source, **stream, before.value()->position());
  std::map<std::string, Change> by_key;
  for (const Change& change : changes) {
    if (change.kind == Change::Kind::insert) by_key[std::string(change.row.text(0))] = change;
  }
  ASSERT_EQ(by_key.size(), 2U);
  const auto look = source->look_again();
  const auto tables = source->tables();
  ASSERT_TRUE(look && tables) << tables.error().message;
  const auto rows = look.value()->read(tables->at(0), {}, 10);
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(by_key["1"].table->columns, tables->at(0).columns);
  for (std::size_t i = 0; i < cases().size(); ++i) {
    const Case& one = cases()[i];
    const std::string where = one.type + " " + one.value;
    EXPECT_EQ(by_key["1"].row.text(i + 1), rows->at(0).text(i + 1)) << where;
    if (!one.expected.empty()) {
      EXPECT_EQ(by_key["1"].row.text(i + 1), one.expected) << where;
    }
    EXPECT_TRUE(by_key["1"].row.has_text(i + 1)) << where;
    EXPECT_TRUE(by_key["2"].row.is_null(i + 1)) << where;
    EXPECT_TRUE(rows->at(1).is_null(i + 1)) << where;
  }
}

// Each way of the server to write its binlog.
TEST(MariadbTypes, ReadAsSqlReadsThemHoweverTheBinlogIsWritten) {
  NEEDS_MARIADB();
  for (const std::vector<GlobalSetting::Value>& how :
       std::vector<std::vector<GlobalSetting::Value>>{
           {},
           {{"binlog_row_metadata", "MINIMAL"}},
           {{"binlog_row_metadata", "NO_LOG"}},
           {{"log_bin_compress", "ON"}, {"log_bin_compress_min_len", "10"}},
           {{"binlog_checksum", "NONE"}},
           {{"column_compression_zlib_wrap", "ON"}}}) {
    TestMariadb server;
    const GlobalSetting set(*server.link, how);
    SCOPED_TRACE(how.empty() ? "as it is" : how[0].name + " = " + how[0].value);
    TestMariadb fresh;  // sessions take the settings over when they begin
    fresh.run("SET SESSION sql_mode = ''");
    check(fresh);
  }
}

// Columns made before MySQL 5.6 keep their format through upgrades.
TEST(MariadbTypes, OldFormatsOfTime) {
  NEEDS_MARIADB();
  TestMariadb server;
  const GlobalSetting set(*server.link, {{"mysql56_temporal_format", "OFF"}});
  server.run("CREATE TABLE old (id INT PRIMARY KEY, t TIME, d DATETIME, s TIMESTAMP NULL, y DATE)");
  const auto source = server.source({"old"});
  const auto before = source->begin();
  ASSERT_TRUE(before) << before.error().message;
  server.run(
      "INSERT INTO old VALUES (1, '-12:30:15', '2020-06-01 08:09:10', '2020-06-01 08:09:10', "
      "'2020-06-01')");
  auto stream = source->stream(before.value()->position());
  ASSERT_TRUE(stream) << stream.error().message;
  const auto changes = changes_of(*source, **stream, before.value()->position());
  ASSERT_EQ(changes.size(), 4U);  // begin, shape, insert, commit
  EXPECT_THAT(texts(changes[2].row), testing::ElementsAre("1", "-12:30:15", "2020-06-01 08:09:10",
                                                          "2020-06-01 08:09:10Z", "2020-06-01"));
}

}  // namespace
}  // namespace citybrain::capture
