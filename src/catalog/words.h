// The official words of the catalogue (政务信息资源目录编制指南), with the numbers they are coded
// by and Zhejiang's own words as aliases.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

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

// 类1 项2 目3 细目* "/" 顺序*, digits; 类 1 基础 2 主题 3 部门 must agree with `category`.
Result<void> check_resource_code(std::string_view code, std::string_view category);

}  // namespace citybrain::catalog
