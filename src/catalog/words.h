// The official words of the catalogue (政务信息资源目录编制指南), with the
// numbers they are coded by and Zhejiang's own words as aliases.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/schema.h"

namespace citybrain::catalog {

enum class Word : std::uint8_t {
  category,
  format,
  share_type,
  share_method,
  open_type,
  update_cycle
};

// The official word for `text`; the error names the words there are.
Result<std::string> official(Word word, std::string_view text);

// How a word is shown: as we keep it, as 政务信息资源目录编制指南 writes it
// (有条件共享), as Zhejiang does (受限共享), or as the number of its code list.
enum class Vocabulary : std::uint8_t { own, national, zhejiang, number };
std::string in_vocabulary(Word word, std::string_view official, Vocabulary vocabulary);
// All words of a kind in that vocabulary, in the order of their numbers.
std::vector<std::string> words_in(Word word, Vocabulary vocabulary);
// The column that holds such words, "share_type".
const char* column_of(Word word);

// Data types: the official 字符型 (C), 整型 (I), 数值型 (N) … as ours with
// their length, and back. `length`: "18", for 数值型 "20,2" (digits, decimals),
// or "".
struct OfficialType {
  std::string name;
  std::string length;
};
OfficialType official_type(const Field& field, int length_max);
struct ReadType {
  Field field;
  int length_max = 0;
};
// Takes our own words (decimal:2) as well. The error begins with "type is" or
// "length is".
Result<ReadType> read_type(std::string_view code, std::string_view type, std::string_view length);
std::vector<std::string> official_type_names();

// 类1 项2 目3 细目* "/" 顺序*, digits; 类 1 基础 2 主题 3 部门 must agree with
// `category`.
Result<void> check_resource_code(std::string_view code, std::string_view category);

}  // namespace citybrain::catalog
