// Messages of pgoutput, byte by byte.
#include "pgoutput.h"

#include <gtest/gtest.h>

namespace citybrain::capture {
namespace {

using Kind = Change::Kind;

// Writes big-endian messages.
struct Bytes {
  std::string out;
  Bytes& u8(unsigned v) { return number(v, 1); }
  Bytes& u16(std::uint64_t v) { return number(v, 2); }
  Bytes& u32(std::uint64_t v) { return number(v, 4); }
  Bytes& u64(std::uint64_t v) { return number(v, 8); }
  Bytes& text(std::string_view t) {
    out.append(t);
    out.push_back('\0');
    return *this;
  }
  Bytes& kind(char c) {
    out.push_back(c);
    return *this;
  }
  Bytes& value(std::string_view t) { return kind('t').u32(t.size()).raw(t); }
  Bytes& raw(std::string_view t) {
    out.append(t);
    return *this;
  }

 private:
  Bytes& number(std::uint64_t v, int width) {
    for (int i = width - 1; i >= 0; --i) out.push_back(static_cast<char>(v >> (8 * i) & 0xFF));
    return *this;
  }
};

std::string begin() { return Bytes().kind('B').u64(0x100).u64(0).u32(7).out; }
std::string commit() { return Bytes().kind('C').u8(0).u64(0x100).u64(0x140).u64(5).out; }
// orders(id integer key, note text, at timestamptz)
std::string relation(char identity, bool all_keys = false) {
  Bytes b;
  b.kind('R').u32(9).text("public").text("orders").kind(identity).u16(3);
  b.u8(1).text("id").u32(23).u32(0xFFFFFFFF);
  b.u8(all_keys).text("note").u32(25).u32(0xFFFFFFFF);
  b.u8(all_keys).text("at").u32(1184).u32(0xFFFFFFFF);
  return b.out;
}

ForeignTable known() {
  ForeignTable table;
  table.schema = "public";
  table.name = "orders";
  table.key = {"id"};
  return table;
}

struct Reader {
  PgOutput output{{known()}, [](PgType type) -> Result<PgType> { return type; }};
  std::vector<Change> changes;
  Result<void> read(const std::string& message) { return output.read(message, changes); }
};

TEST(PgOutput, ReadsATransaction) {
  Reader r;
  ASSERT_TRUE(r.read(begin()));
  EXPECT_TRUE(r.output.in_transaction());
  ASSERT_TRUE(r.read(relation('d')));
  ASSERT_TRUE(r.read(Bytes()
                         .kind('I')
                         .u32(9)
                         .kind('N')
                         .u16(3)
                         .value("1")
                         .kind('n')
                         .value("2020-06-01 08:00:00.5+00")
                         .out));
  ASSERT_TRUE(r.read(Bytes().kind('U').u32(9).kind('N').u16(3).value("1").kind('u').kind('n').out));
  ASSERT_TRUE(r.read(Bytes().kind('D').u32(9).kind('K').u16(3).value("1").kind('n').kind('n').out));
  ASSERT_TRUE(r.read(Bytes().kind('T').u32(1).u8(0).u32(9).out));
  ASSERT_TRUE(r.read(commit()));
  ASSERT_EQ(r.changes.size(), 7U);
  EXPECT_EQ(r.changes[0].kind, Kind::begin);
  EXPECT_EQ(r.changes[0].position, "0000000000000101");
  EXPECT_EQ(to_iso(r.changes[0].committed_at), "2000-01-01T08:00:00.000+08:00");
  EXPECT_EQ(r.changes[1].kind, Kind::shape);
  EXPECT_EQ(r.changes[1].table->key, std::vector<std::string>{"id"});
  EXPECT_EQ(r.changes[1].table->columns[2].field.type, Type::timestamp);
  EXPECT_EQ(r.changes[2].kind, Kind::insert);
  EXPECT_EQ(r.changes[2].row.text(0), "1");
  EXPECT_TRUE(r.changes[2].row.is_null(1));
  EXPECT_EQ(r.changes[2].row.text(2), "2020-06-01 08:00:00.5Z");
  EXPECT_EQ(r.changes[3].kind, Kind::update);
  EXPECT_TRUE(r.changes[3].old.empty());
  EXPECT_TRUE(r.changes[3].row.is_absent(1));
  EXPECT_EQ(r.changes[4].kind, Kind::remove);
  EXPECT_EQ(r.changes[4].old.text(0), "1");
  EXPECT_TRUE(r.changes[4].old.is_absent(1));
  EXPECT_EQ(r.changes[5].kind, Kind::truncate);
  EXPECT_EQ(r.changes[6].position, "0000000000000140");
}

TEST(PgOutput, TellsAMovedKeyFromAnOrdinaryUpdate) {
  Reader r;
  ASSERT_TRUE(r.read(begin()));
  ASSERT_TRUE(r.read(relation('d')));
  ASSERT_TRUE(r.read(Bytes()
                         .kind('U')
                         .u32(9)
                         .kind('K')
                         .u16(3)
                         .value("1")
                         .kind('n')
                         .kind('n')
                         .kind('N')
                         .u16(3)
                         .value("2")
                         .value("x")
                         .kind('n')
                         .out));
  EXPECT_EQ(r.changes.back().old.text(0), "1");
  EXPECT_EQ(r.changes.back().row.text(0), "2");
}

// REPLICA IDENTITY FULL sends the whole old row: it holds the large value that the new one leaves
// out, and the key is the one that introspection knows.
TEST(PgOutput, FillsUnchangedValuesFromAFullOldRow) {
  Reader r;
  ASSERT_TRUE(r.read(begin()));
  ASSERT_TRUE(r.read(relation('f', true)));
  EXPECT_EQ(r.changes.back().table->key, std::vector<std::string>{"id"});
  ASSERT_TRUE(r.read(Bytes()
                         .kind('U')
                         .u32(9)
                         .kind('O')
                         .u16(3)
                         .value("1")
                         .value("long")
                         .kind('n')
                         .kind('N')
                         .u16(3)
                         .value("1")
                         .kind('u')
                         .kind('n')
                         .out));
  EXPECT_TRUE(r.changes.back().old.empty());
  EXPECT_EQ(r.changes.back().row.text(1), "long");
  ASSERT_TRUE(r.read(Bytes()
                         .kind('U')
                         .u32(9)
                         .kind('O')
                         .u16(3)
                         .value("1")
                         .value("long")
                         .kind('n')
                         .kind('N')
                         .u16(3)
                         .value("5")
                         .kind('u')
                         .kind('n')
                         .out));
  EXPECT_EQ(r.changes.back().old.text(0), "1");
}

TEST(PgOutput, RefusesWhatIsNoMessage) {
  const std::string insert =
      Bytes().kind('I').u32(9).kind('N').u16(3).value("1").kind('n').kind('n').out;
  const std::string cases[] = {
      "",
      "Z",
      "B",
      begin() + "x",
      insert.substr(0, insert.size() - 1),
      Bytes().kind('I').u32(9).kind('N').u16(2).value("1").kind('n').out,
      Bytes().kind('I').u32(8).kind('N').u16(3).value("1").kind('n').kind('n').out,
      Bytes().kind('I').u32(9).kind('N').u16(3).kind('t').u32(0xFFFFFFFF).out,
      Bytes().kind('D').u32(9).kind('N').u16(3).value("1").kind('n').kind('n').out,
      Bytes().kind('T').u32(0xFFFFFFFF).u8(0).u32(9).out};
  for (const std::string& bytes : cases) {
    Reader r;
    ASSERT_TRUE(r.read(begin()));
    ASSERT_TRUE(r.read(relation('d')));
    const auto done = r.read(bytes);
    ASSERT_FALSE(done.has_value()) << bytes;
    EXPECT_EQ(done.error().code, Code::corrupt);
  }
  Reader outside;
  ASSERT_TRUE(outside.read(relation('d')));
  EXPECT_FALSE(outside.read(insert).has_value());  // no transaction
}

TEST(PgTypes, HaveFieldsOfOurs) {
  const auto numeric = [](int precision, int scale) {
    return PgType{1700, (precision << 16 | (scale & 0x7FF)) + 4};
  };
  EXPECT_EQ(pg_field("c", numeric(12, 2)), (Field{"c", Type::decimal, 2}));
  EXPECT_EQ(pg_field("c", numeric(18, 0)), (Field{"c", Type::integer}));
  EXPECT_EQ(pg_field("c", numeric(30, 2)), (Field{"c", Type::text}));
  EXPECT_EQ(pg_field("c", numeric(5, -2)), (Field{"c", Type::text}));
  EXPECT_EQ(pg_field("c", {1700, -1}), (Field{"c", Type::text}));
  EXPECT_EQ(pg_field("c", {701, -1}), (Field{"c", Type::text}));
  EXPECT_EQ(pg_type_name(numeric(12, 2)), "numeric(12,2)");
  EXPECT_EQ(pg_type_name({1043, 44}), "character varying(40)");
  EXPECT_EQ(pg_length_max({1043, 44}), 40);
}

}  // namespace
}  // namespace citybrain::capture
