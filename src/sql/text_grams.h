// Grams: what a full-text index calls a term, and how lists of the documents that have one are
// packed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace citybrain::sql {

// Code points, lower case, full-width forms made half-width; blanks and controls become U+0020.
std::u32string normal_points(std::string_view utf8);

// Names of terms. Text grams are below 2^42; above stand the initials', then one for the titles'
// lengths, then the facets'.
namespace gram {
inline constexpr std::int64_t initials_base = std::int64_t{1} << 42;
inline constexpr std::int64_t length = std::int64_t{1} << 43;
inline constexpr std::int64_t facet_base = length + 1;

// `second` 0 = the text ends, or a blank follows.
inline std::int64_t text(char32_t first, char32_t second) {
  return (static_cast<std::int64_t>(first) << 21) | static_cast<std::int64_t>(second);
}
// Letters as 0..25.
inline std::int64_t initials(int first, int second) { return initials_base + first * 32 + second; }
}  // namespace gram

// Where a term occurs in a document: position << 3 | field, ascending; of a facet there are none.
struct Occurrences {
  std::uint32_t document = 0;
  std::vector<std::uint32_t> places;
};

// One term's documents, as read: the places of document i are places[begin[i] .. begin[i + 1]).
struct Postings {
  std::vector<std::uint32_t> documents;
  std::vector<std::uint32_t> begin{0};
  std::vector<std::uint32_t> places;

  std::size_t size() const { return documents.size(); }
};

// Documents per packed block: a change of one document rewrites that block of each of its terms.
inline constexpr std::uint32_t block_documents = 1024;

// Ascending documents as bytes.
std::string pack(const std::vector<Occurrences>& list);
// Appends a block's documents; corrupt where the bytes are not what pack() wrote.
Result<void> unpack(std::string_view bytes, Postings& into);
Result<std::vector<Occurrences>> unpack_list(std::string_view bytes);

}  // namespace citybrain::sql
