// Template: the columns of the official table (政务信息资源目录), and those we add at its right so
// that nothing is lost on the way.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace citybrain::catalog {

// Whose cell it is: the resource's, shown in the first of its rows; the item's, in every row; or
// derived from others, shown and never read.
enum class Of : std::uint8_t { resource, item, derived };

struct TemplateColumn {
  const char* column;  // as definition files call it
  Of of;
  const char* group;    // merged heading above, "" = none
  const char* title;    // as exported
  const char* aliases;  // other titles it is known by, between '|'
  double width;
};

std::span<const TemplateColumn> template_columns();
// The column of that title or alias.
std::optional<std::size_t> template_column(std::string_view title);
// The column that an error's message begins with.
std::optional<std::size_t> column_of_message(std::string_view message, Of of);

}  // namespace citybrain::catalog
