// The IN lists of each_among.
#include "lists.h"

#include <algorithm>

namespace citybrain::benefit {

namespace {

// "($1, $2, …)". Sizes are rounded up, so that a store keeps few statements.
std::string placeholders(std::size_t count) {
  std::string text = "(";
  for (std::size_t i = 1; i <= count; ++i) {
    text += (i == 1 ? "$" : ", $") + std::to_string(i);
  }
  return text + ")";
}

std::size_t rounded(std::size_t count) {
  std::size_t size = 1;
  while (size < count) size *= 4;
  return std::min(size, group_max);
}

}  // namespace

Result<void> each_among(sql::Session& session, const std::string& select,
                        const std::vector<std::string>& keys, const sql::EachRow& fn) {
  for (std::size_t from = 0; from < keys.size(); from += group_max) {
    const std::size_t count = std::min(group_max, keys.size() - from);
    const std::size_t size = rounded(count);
    sql::Params params;
    params.reserve(size);
    for (std::size_t i = 0; i < size; ++i) params.emplace_back(keys[from + std::min(i, count - 1)]);
    CB_DO(session.each(select + placeholders(size), params, fn));
  }
  return ok();
}

}  // namespace citybrain::benefit
