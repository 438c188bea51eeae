// Template: see template.h.
#include "template.h"

#include "base/text.h"

namespace citybrain::catalog {
namespace {

constexpr const char* classes = "信息资源分类";
constexpr const char* formats = "信息资源格式";
constexpr const char* items = "信息项信息";
constexpr const char* shares = "共享属性";
constexpr const char* opens = "开放属性";
constexpr const char* ours = "平台属性";
constexpr const char* item_shares = "信息项共享开放属性（与资源不同时填写）";

const TemplateColumn columns[] = {
    {"category", Of::resource, classes, "类", "信息资源分类|资源分类|类别", 8},
    {"class_item", Of::derived, classes, "项", "", 14},
    {"class_heading", Of::derived, classes, "目", "", 14},
    {"name", Of::resource, "", "信息资源名称", "资源名称|数据资源名称|目录名称", 30},
    {"resource_code", Of::resource, "", "信息资源代码", "资源代码|数据资源代码", 20},
    {"department", Of::resource, "", "信息资源提供方", "提供方|数源单位|提供部门|资源提供方", 24},
    {"department_code", Of::derived, "", "信息资源提供方代码", "提供方代码|统一社会信用代码", 22},
    {"abstract", Of::resource, "", "信息资源摘要", "摘要|资源摘要|资源描述", 40},
    {"format", Of::resource, formats, "格式分类", "信息资源格式|资源格式|信息资源格式分类", 12},
    {"format_type", Of::resource, formats, "格式类型", "信息资源格式类型", 12},
    {"name", Of::item, items, "信息项名称", "数据项名称|信息项|数据项", 22},
    {"type", Of::item, items, "数据类型", "信息项类型", 10},
    {"length", Of::item, items, "数据长度", "长度", 8},
    {"share_type", Of::resource, shares, "共享类型", "共享属性", 12},
    {"share_condition", Of::resource, shares, "共享条件", "", 24},
    {"share_method", Of::resource, shares, "共享方式", "共享方式分类|共享方式类型", 10},
    {"open_type", Of::resource, opens, "开放类型", "是否向社会开放|开放属性", 12},
    {"open_condition", Of::resource, opens, "开放条件", "", 24},
    {"update_cycle", Of::resource, "", "更新周期", "更新频率", 8},
    {"published_on", Of::resource, "", "发布日期", "", 12},
    {"related", Of::resource, "", "关联资源代码", "关联资源", 20},
    {"code", Of::resource, ours, "资源标识", "", 18},
    {"system", Of::resource, ours, "所属系统", "", 14},
    {"keeping", Of::resource, ours, "保存方式", "", 10},
    {"collected", Of::resource, ours, "是否归集", "", 8},
    {"code", Of::item, ours, "信息项标识", "", 16},
    {"key", Of::item, ours, "主键", "是否主键", 6},
    {"required", Of::item, ours, "必填", "是否必填", 6},
    {"grade", Of::item, ours, "数据分级", "分级|数据级别|安全级别", 8},
    {"check", Of::item, ours, "校验规则", "", 24},
    {"description", Of::item, ours, "信息项说明", "信息项描述", 24},
    {"share_type", Of::item, item_shares, "信息项共享类型", "", 12},
    {"share_condition", Of::item, item_shares, "信息项共享条件", "", 20},
    {"share_method", Of::item, item_shares, "信息项共享方式", "", 10},
    {"open_type", Of::item, item_shares, "信息项开放类型", "", 12},
    {"open_condition", Of::item, item_shares, "信息项开放条件", "", 20},
};

}  // namespace

std::span<const TemplateColumn> template_columns() { return columns; }

std::optional<std::size_t> template_column(std::string_view title) {
  title = trim(title);
  if (title.starts_with('*')) title = trim(title.substr(1));
  for (std::size_t i = 0; i < std::size(columns); ++i) {
    if (title == columns[i].title) return i;
    for (const std::string_view alias : split(columns[i].aliases, '|')) {
      if (!alias.empty() && title == alias) return i;
    }
  }
  return std::nullopt;
}

std::optional<std::size_t> column_of_message(std::string_view message, Of of) {
  const std::string_view word = message.substr(0, message.find_first_of(" :"));
  for (std::size_t i = 0; i < std::size(columns); ++i) {
    if (columns[i].of == of && word == columns[i].column) return i;
  }
  return std::nullopt;
}

}  // namespace citybrain::catalog
