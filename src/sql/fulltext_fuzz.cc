// Fuzzes the packed blocks of a full-text index and the reading of text that is no UTF-8.
#include <cstdint>
#include <string_view>

#include "sql/fulltext.h"
#include "text_grams.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace citybrain::sql;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Postings into;
  (void)unpack(bytes, into);
  if (const auto list = unpack_list(bytes)) {
    const auto again = unpack_list(pack(*list));
    CB_CHECK(again.has_value() && again->size() == list->size());
  }
  for (const char32_t point : normal_points(bytes)) (void)pinyin_initials(point);
  return 0;
}
