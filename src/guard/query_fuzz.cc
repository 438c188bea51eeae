// Any text as a question to the read door: it is read or refused, and what was read fits the
// schema.
#include <cstdlib>

#include "masks.h"
#include "query.h"

namespace {

using namespace citybrain;

guard::ResourceGrades grades() {
  guard::ResourceGrades all;
  all.resource = "r";
  all.schema = {{{"a", Type::text},
                 {"b", Type::integer},
                 {"c", Type::decimal, 2},
                 {"d", Type::date},
                 {"e", Type::timestamp},
                 {"f", Type::boolean}},
                {"a", "b"}};
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const guard::ResourceGrades all = grades();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  guard::QueryText text;
  const std::size_t first = bytes.find('\n');
  text.filter = std::string(bytes.substr(0, first));
  if (first != std::string_view::npos) {
    const std::string_view rest = bytes.substr(first + 1);
    const std::size_t second = rest.find('\n');
    text.key = std::string(rest.substr(0, second));
    if (second != std::string_view::npos) text.sort = std::string(rest.substr(second + 1));
  }
  if (const auto spec = guard::read_query(all, text)) {
    for (const guard::Comparison& comparison : spec->comparisons) {
      if (!all.schema.find(comparison.column) || is_null(comparison.value)) std::abort();
    }
  }
  // Masks take any text that landed.
  for (int holds = 1; holds <= static_cast<int>(guard::Holds::other); ++holds) {
    for (const guard::Grade grade : {guard::Grade::L2, guard::Grade::L3, guard::Grade::L4}) {
      const auto shown =
          guard::mask(static_cast<guard::Holds>(holds), grade, Cell(std::string(bytes)));
      if (grade == guard::Grade::L4 && shown) std::abort();
    }
  }
  return 0;
}
