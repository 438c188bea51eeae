// Entries of the catalogue as plain values: departments, systems, resources,
// items, declared checks. The official metadata are those of
// 政务信息资源目录编制指南 (2017); words of Zhejiang are read as aliases.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/schema.h"

namespace citybrain::catalog {

// A department, as in city/departments.csv. `short_name` ("rsj") is its name in
// all other files.
struct Department {
  std::string code;  // unified social credit code
  std::string short_name;
  std::string name;
  std::string kind;
};

// A department's system that a resource comes from, as in city/systems.csv.
struct System {
  std::string code;
  std::string department;  // short name
  std::string name;
  std::string kind;
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

// The codes of one list (city/codes/NAME.csv: code,name). Immutable, shared by
// all who check with it.
struct CodeList {
  std::string name;
  std::unordered_set<std::string, TextHash, std::equal_to<>> codes;
};

// One declared check of an item. Numbers are in the item's own units (days,
// fen-like scaled integers, microseconds); lengths in code points.
struct Check {
  enum class Kind : std::uint8_t {
    range,        // range:LOW..HIGH   either end may be missing
    length,       // length:MIN..MAX
    code,         // code:LIST
    pattern,      // pattern:REGEX     whole value
    resident_id,  // GB 11643
    uscc,         // GB 32100 with the organisation code of GB 11714 inside
    past,         // not in the future
    after,        // after:ITEM        not before that item of the same row
    ref,          // ref:RESOURCE      that key exists there
  };
  Kind kind = Kind::range;
  std::string argument;  // as written behind the colon
  std::int64_t low = INT64_MIN;
  std::int64_t high = INT64_MAX;
  std::shared_ptr<const CodeList> codes;  // of code

  // "range:0..100", as declared.
  std::string text() const;
};

const char* name_of(Check::Kind kind);

// An item (信息项) of a resource, as in city/items.csv.
struct Item {
  int position = 0;
  std::string code;    // column name
  std::string name;    // Chinese
  Field field;         // name = code, with type and scale
  int length_max = 0;  // code points of text; 0 = not declared
  bool key = false;
  bool required = false;  // a key item always is
  int grade = 1;          // 1..4 for L1..L4
  // Of the resource where the item does not say otherwise (then the three stay
  // empty).
  std::string share_type;
  std::string share_condition;
  std::string share_method;
  std::string open_type;
  std::string open_condition;
  std::vector<Check> checks;
  std::string description;
};

enum class Keeping : std::uint8_t { keyed, append };

// A resource (信息资源), as in city/resources.csv, with its items in order.
struct Resource {
  std::string code;           // ascii, also the table's name
  std::string resource_code;  // official: 类1 项2 目3 细目* "/" 顺序*
  std::string name;
  std::string department;  // short name
  std::string system;
  std::string category;  // 基础 | 主题 | 部门
  std::string abstract;
  std::string format;       // 电子文件 | 电子表格 | 数据库 | 图形图像 | 流媒体 |
                            // 自描述 | 服务接口
  std::string format_type;  // "xlsx", "PostgreSQL", as the department says; may be empty
  std::string share_type;   // 无条件 | 有条件 | 不予
  std::string share_condition;
  std::string share_method;  // 数据库 | 文件 | 服务, or empty where nothing is shared
  std::string open_type;     // 无条件 | 有条件 | 不予
  std::string open_condition;
  std::string update_cycle;  // 实时 | 每日 | 每周 | 每月 | 每季 | 每年
  Date published_on;
  std::vector<std::string> related;  // official codes of related resources (关联资源代码)
  Keeping keeping = Keeping::keyed;
  // The platform gathers its records (归集): the lake has a table for it and
  // guard its grades. An entry that is only listed (编目) has neither.
  bool collected = true;
  std::int64_t version = 1;  // grows with each change of the entry or of one of its items
  std::vector<Item> items;

  // The strictest grade of its items.
  int grade() const;
  // Fields in the items' order; the key items' names where it is keyed (an
  // append resource has no key in the lake: its key items are unique within a
  // batch).
  Schema schema() const;
  const Item* find(std::string_view item) const;
};

}  // namespace citybrain::catalog
