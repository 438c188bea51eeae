// FullText: search in Chinese text over both stores, in tables of our own. A term is two characters
// that stand side by side, so that a word of two characters is one look-up and no segmentation is
// needed; names are found by the initials of their pinyin too (gs = 工商, yh = 银行 and 用户).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/db.h"

namespace citybrain::sql {

// A part of what is searched. `weight` counts a match; the first field is the title: matches of all
// of it, or of its beginning, come first, and shorter titles before longer ones.
struct TextField {
  std::int64_t weight = 1;
  bool initials = false;  // its pinyin initials are searched too
};

struct TextDocument {
  struct Part {
    std::size_t field = 0;  // position among the index's fields
    std::string text;
  };
  struct Facet {
    std::string name;
    std::string value;
  };
  std::string key;
  std::vector<Part> parts;
  std::vector<Facet> facets;  // several values of one name are allowed
};

struct TextQuery {
  // Words between blanks; every one must occur. "" = all documents.
  std::string words = {};
  struct Filter {
    std::string name;
    std::vector<std::string> any_of;
  };
  // All must hold. A filter on a facet does not narrow that facet's own counts.
  std::vector<Filter> filters = {};
  // Where not empty: only documents that have one of these facets exist for this query; the others
  // are in no hit, no total and no count.
  std::vector<TextDocument::Facet> only = {};
  std::vector<std::string> facets = {};  // names to count
  std::int64_t from = 0;
  std::int64_t size = 20;  // at most hits_max
};

struct TextHits {
  struct Hit {
    std::string key;
    std::int64_t score = 0;
  };
  struct Count {
    std::string value;
    std::int64_t documents = 0;
  };
  std::int64_t total = 0;
  std::vector<Hit> hits;                             // best first
  std::map<std::string, std::vector<Count>> facets;  // by name, most documents first
};

// One index of a store. Owner: a room; thread-safe. Always holds: a document that put() wrote is
// found from the commit of that very transaction on, and by every run of characters of its parts
// that holds no blank.
class FullText {
 public:
  static constexpr std::size_t fields_max = 8;
  static constexpr std::size_t words_max = 8;           // of a query
  static constexpr std::size_t word_points_max = 64;    // code points
  static constexpr std::size_t part_points_max = 4000;  // what is longer is searched up to here
  static constexpr std::size_t parts_max = 2000;        // of a document
  static constexpr std::int64_t hits_max = 200;

  // `name` keeps indexes of one store apart.
  FullText(std::string name, std::vector<TextField> fields);
  ~FullText();
  FullText(const FullText&) = delete;
  FullText& operator=(const FullText&) = delete;

  // Adds documents, or replaces those of the same key. Many at once cost far less than one by one.
  Result<void> put(Tx& tx, std::span<const TextDocument> documents);
  // A key that is not there is no error.
  Result<void> remove(Tx& tx, std::span<const std::string> keys);
  // invalid: more than words_max words, or one that is too long.
  Result<TextHits> search(Session& session, const TextQuery& query) const;

 private:
  struct Facets;
  struct Scored;
  Result<std::shared_ptr<const Facets>> facets_of(Session& session) const;
  Result<std::vector<Scored>> holding(Session& session, const Facets& facets,
                                      const std::u32string& word) const;
  Result<std::vector<Scored>> matching(Session& session, const TextQuery& query,
                                       const Facets& facets) const;

  std::string name_;
  std::vector<TextField> fields_;
  mutable std::mutex mutex_;                      // of facets_
  mutable std::shared_ptr<const Facets> facets_;  // of the revision seen last
};

// Letters (bit 0 = a) that a character's pinyin may begin with, by all of its readings; an ASCII
// letter is its own; 0 = none.
std::uint32_t pinyin_initials(char32_t point);

}  // namespace citybrain::sql
