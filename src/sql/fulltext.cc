// FullText, the reading side: words to terms, terms to documents, and the counts of facets.
#include "sql/fulltext.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "text_bits.h"
#include "text_grams.h"

namespace citybrain::sql {
namespace {

// A term and how far behind the word's beginning it stands.
struct Term {
  std::int64_t gram = 0;
  std::uint32_t offset = 0;
};

std::vector<std::u32string> words_of(std::string_view text) {
  std::vector<std::u32string> words;
  std::u32string word;
  for (const char32_t point : normal_points(text) + U" ") {
    if (point != U' ') {
      word.push_back(point);
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

// Every second pair, and the last: 公共数据 is 公共 and, two behind it, 数据. Two characters or
// more.
std::vector<Term> terms_of(std::size_t length,
                           const std::function<std::int64_t(std::size_t)>& gram_at) {
  std::vector<Term> terms;
  for (std::size_t at = 0; at + 1 < length; at += 2) {
    terms.push_back({gram_at(at), static_cast<std::uint32_t>(at)});
  }
  if (length % 2 == 1) {
    terms.push_back({gram_at(length - 2), static_cast<std::uint32_t>(length - 2)});
  }
  return terms;
}

Result<Postings> read_postings(Session& session, std::int64_t index, std::int64_t gram) {
  Postings postings;
  CB_TRY(const Rows rows, session.query("SELECT docs FROM sql_fulltext_posting"
                                        " WHERE index_id = $1 AND gram = $2 ORDER BY block",
                                        {index, gram}));
  for (const Row& row : rows) CB_DO(unpack(row.bytes(0), postings));
  return postings;
}

// All that begins with one character, whatever follows it.
Result<Postings> read_character(Session& session, std::int64_t index, char32_t point) {
  Postings all;
  const std::int64_t low = gram::text(point, 0);
  CB_DO(
      session.each("SELECT docs FROM sql_fulltext_posting"
                   " WHERE index_id = $1 AND gram >= $2 AND gram < $3",
                   {index, low, low + (std::int64_t{1} << 21)},
                   [&](const Row& row) { return unpack(row.bytes(0), all); }));
  std::vector<std::pair<std::uint32_t, std::uint32_t>> places;
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::uint32_t at = all.begin[i]; at < all.begin[i + 1]; ++at) {
      places.emplace_back(all.documents[i], all.places[at]);
    }
  }
  std::sort(places.begin(), places.end());
  Postings merged;
  for (const auto& [document, place] : places) {
    if (merged.documents.empty() || merged.documents.back() != document) {
      merged.documents.push_back(document);
      merged.begin.push_back(merged.begin.back());
    }
    merged.places.push_back(place);
    ++merged.begin.back();
  }
  return merged;
}

}  // namespace

struct FullText::Facets {
  std::int64_t index = 0;
  std::int64_t revision = -1;
  std::vector<std::uint32_t> documents;  // all of them
  std::vector<std::uint32_t> lengths;    // of the titles, by document
  std::map<std::string, std::map<std::string, Bits>, std::less<>> values;

  Bits any_of(const std::string& name, const std::vector<std::string>& wanted) const {
    Bits bits;
    const auto found = values.find(name);
    if (found == values.end()) return bits;
    for (const std::string& value : wanted) {
      if (const auto one = found->second.find(value); one != found->second.end()) {
        bits |= one->second;
      }
    }
    return bits;
  }
};

struct FullText::Scored {
  std::uint32_t document = 0;
  std::int64_t score = 0;
};

FullText::FullText(std::string name, std::vector<TextField> fields)
    : name_(std::move(name)), fields_(std::move(fields)) {
  CB_CHECK(!fields_.empty() && fields_.size() <= fields_max);
}

FullText::~FullText() = default;

Result<std::shared_ptr<const FullText::Facets>> FullText::facets_of(Session& session) const {
  CB_TRY(const auto row,
         session.query_one("SELECT id, revision FROM sql_fulltext_index WHERE name = $1", {name_}));
  auto fresh = std::make_shared<Facets>();
  if (!row) return std::shared_ptr<const Facets>(fresh);
  {
    const std::lock_guard lock(mutex_);
    if (facets_ && facets_->revision == row->integer(1)) return facets_;
  }
  fresh->index = row->integer(0);
  fresh->revision = row->integer(1);
  CB_TRY(const Postings all, read_postings(session, fresh->index, gram::length));
  fresh->documents = all.documents;
  if (!all.documents.empty()) fresh->lengths.resize(all.documents.back() + 1);
  for (std::size_t i = 0; i < all.size(); ++i) fresh->lengths[all.documents[i]] = all.places[i];
  CB_TRY(const Rows facets,
         session.query("SELECT name, value, gram FROM sql_fulltext_facet WHERE index_id = $1",
                       {fresh->index}));
  for (const Row& facet : facets) {
    CB_TRY(const Postings those, read_postings(session, fresh->index, facet.integer(2)));
    if (those.size() == 0) continue;
    Bits bits(fresh->lengths.size());
    for (const std::uint32_t document : those.documents) bits.set(document);
    fresh->values[facet.text(0)][facet.text(1)] = std::move(bits);
  }
  const std::lock_guard lock(mutex_);
  facets_ = fresh;
  return std::shared_ptr<const Facets>(fresh);
}

namespace {

// Walks the documents that hold all terms at their offsets, and gives each with the places where
// the word begins.
class Phrase {
 public:
  Phrase(std::vector<Term> terms, std::vector<Postings> lists)
      : terms_(std::move(terms)), lists_(std::move(lists)), at_(lists_.size(), 0) {
    for (std::size_t i = 1; i < lists_.size(); ++i) {
      if (lists_[i].size() < lists_[lead_].size()) lead_ = i;
    }
  }

  template <class Fn>
  void each(const Fn& fn) {
    std::vector<std::uint32_t> begins;
    for (std::size_t i = 0; i < lists_[lead_].size(); ++i) {
      const std::uint32_t document = lists_[lead_].documents[i];
      at_[lead_] = i;
      if (!all_have(document)) continue;
      begins.clear();
      for (std::uint32_t p = lists_[lead_].begin[i]; p < lists_[lead_].begin[i + 1]; ++p) {
        const std::uint32_t place = lists_[lead_].places[p];
        const std::uint32_t back = terms_[lead_].offset << 3;
        if (place >= back && stands_at(place - back)) begins.push_back(place - back);
      }
      if (!begins.empty()) fn(document, begins);
    }
  }

 private:
  bool all_have(std::uint32_t document) {
    for (std::size_t i = 0; i < lists_.size(); ++i) {
      if (i == lead_) continue;
      const auto& documents = lists_[i].documents;
      const auto from = documents.begin() + static_cast<std::ptrdiff_t>(at_[i]);
      const auto found = std::lower_bound(from, documents.end(), document);
      at_[i] = static_cast<std::size_t>(found - documents.begin());
      if (found == documents.end() || *found != document) return false;
    }
    return true;
  }

  bool stands_at(std::uint32_t begin) const {
    for (std::size_t i = 0; i < lists_.size(); ++i) {
      if (i == lead_) continue;
      const auto first = lists_[i].places.begin() + lists_[i].begin[at_[i]];
      const auto last = lists_[i].places.begin() + lists_[i].begin[at_[i] + 1];
      if (!std::binary_search(first, last, begin + (terms_[i].offset << 3))) return false;
    }
    return true;
  }

  std::vector<Term> terms_;
  std::vector<Postings> lists_;
  std::vector<std::size_t> at_;
  std::size_t lead_ = 0;
};

// What a word's places in a document are worth. Whole title, its beginning, then by field.
std::int64_t score_of(const std::vector<std::uint32_t>& begins,
                      const std::vector<TextField>& fields, std::size_t length,
                      std::uint32_t title) {
  std::int64_t score = 0;
  std::uint32_t seen = 0;
  for (const std::uint32_t place : begins) {
    const std::uint32_t field = place & 7;
    if ((seen >> field & 1) == 0) score += fields[field].weight * 16;
    seen |= 1u << field;
    if (place == 0) score += fields[0].weight * (title == length ? 64 : 16);
  }
  return score + static_cast<std::int64_t>(std::min<std::size_t>(begins.size(), 8));
}

}  // namespace

// The documents that hold one word, as it is written or by its initials; one may come twice.
Result<std::vector<FullText::Scored>> FullText::holding(Session& session, const Facets& facets,
                                                        const std::u32string& word) const {
  if (word.size() > word_points_max) {
    return invalid("a word of the search has " + std::to_string(word.size()) +
                   " characters; send at most " + std::to_string(word_points_max));
  }
  std::vector<Scored> found;
  const auto collect = [&](const std::vector<Term>& terms, std::int64_t divisor) -> Result<void> {
    std::vector<Postings> lists;
    for (const Term& term : terms) {
      CB_TRY(Postings list, word.size() == 1 ? read_character(session, facets.index, word[0])
                                             : read_postings(session, facets.index, term.gram));
      if (list.size() == 0) return ok();
      lists.push_back(std::move(list));
    }
    Phrase(terms, std::move(lists)).each([&](std::uint32_t document, const auto& begins) {
      if (document >= facets.lengths.size()) return;
      const std::uint32_t title = facets.lengths[document];
      found.push_back({document, score_of(begins, fields_, word.size(), title) / divisor});
    });
    return ok();
  };
  if (word.size() == 1) {
    CB_DO(collect({{0, 0}}, 1));
    return found;
  }
  const auto text = [&](std::size_t i) { return gram::text(word[i], word[i + 1]); };
  CB_DO(collect(terms_of(word.size(), text), 1));
  const bool letters =
      std::all_of(word.begin(), word.end(), [](char32_t c) { return c >= U'a' && c <= U'z'; });
  if (!letters) return found;
  const auto initials = [&](std::size_t i) {
    return gram::initials(static_cast<int>(word[i] - U'a'), static_cast<int>(word[i + 1] - U'a'));
  };
  CB_DO(collect(terms_of(word.size(), initials), 2));
  return found;
}

Result<std::vector<FullText::Scored>> FullText::matching(Session& session, const TextQuery& query,
                                                         const Facets& facets) const {
  const std::vector<std::u32string> words = words_of(query.words);
  if (words.size() > words_max) {
    return invalid("the search has " + std::to_string(words.size()) + " words; send at most " +
                   std::to_string(words_max));
  }
  // Only what exists for the caller counts, in how rare a word is as well.
  std::vector<std::uint32_t> documents = facets.documents;
  Bits exist;
  for (const auto& facet : query.only) exist |= facets.any_of(facet.name, {facet.value});
  if (!query.only.empty()) {
    std::erase_if(documents, [&](std::uint32_t document) { return !exist.has(document); });
  }
  std::vector<std::int64_t> score(facets.lengths.size());
  std::vector<std::size_t> held(facets.lengths.size());  // words that a document has so far
  for (std::size_t w = 0; w < words.size(); ++w) {
    CB_TRY(std::vector<Scored> found, holding(session, facets, words[w]));
    if (!query.only.empty()) {
      std::erase_if(found, [&](const Scored& one) { return !exist.has(one.document); });
    }
    // Rare words say more: the logarithm of how few have it.
    const auto rarity = static_cast<std::int64_t>(
        std::bit_width(documents.size() / std::max<std::size_t>(found.size(), 1)) + 1);
    for (const Scored& one : found) {
      if (held[one.document] < w) continue;
      held[one.document] = w + 1;
      score[one.document] += one.score * rarity;
    }
  }
  std::vector<Scored> matches;
  for (const std::uint32_t document : documents) {
    if (held[document] == words.size()) matches.push_back({document, score[document]});
  }
  return matches;
}

Result<TextHits> FullText::search(Session& session, const TextQuery& query) const {
  if (query.size < 0 || query.size > hits_max || query.from < 0) {
    return invalid("'size' is " + std::to_string(query.size) + " and 'from' " +
                   std::to_string(query.from) + "; send 0.." + std::to_string(hits_max) +
                   " and 0 or more");
  }
  CB_TRY(const auto facets, facets_of(session));
  CB_TRY(std::vector<Scored> matches, matching(session, query, *facets));
  Bits found(facets->lengths.size());
  for (const Scored& one : matches) found.set(one.document);
  const auto filtered = [&](std::string_view but) {
    Bits bits = found;
    for (const auto& filter : query.filters) {
      if (filter.name != but) bits &= facets->any_of(filter.name, filter.any_of);
    }
    return bits;
  };
  TextHits hits;
  for (const std::string& name : query.facets) {
    std::vector<TextHits::Count>& counts = hits.facets[name];
    const Bits base = filtered(name);
    const auto values = facets->values.find(name);
    if (values == facets->values.end()) continue;
    for (const auto& [value, bits] : values->second) {
      if (const std::int64_t n = bits.count_with(base); n > 0) counts.push_back({value, n});
    }
    std::stable_sort(counts.begin(), counts.end(),
                     [](const auto& a, const auto& b) { return a.documents > b.documents; });
  }
  const Bits kept = filtered("");
  std::erase_if(matches, [&](const Scored& one) { return !kept.has(one.document); });
  hits.total = static_cast<std::int64_t>(matches.size());
  const auto from = std::min<std::size_t>(static_cast<std::size_t>(query.from), matches.size());
  const auto to = std::min(matches.size(), from + static_cast<std::size_t>(query.size));
  std::partial_sort(matches.begin(), matches.begin() + static_cast<std::ptrdiff_t>(to),
                    matches.end(), [&](const Scored& a, const Scored& b) {
                      if (a.score != b.score) return a.score > b.score;
                      const auto& lengths = facets->lengths;
                      return std::pair(lengths[a.document], a.document) <
                             std::pair(lengths[b.document], b.document);
                    });
  if (from == to) return hits;
  // One question for all keys: a page costs one way to the store and back, not twenty.
  Params params = {facets->index};
  std::string places;
  for (std::size_t i = from; i < to; ++i) {
    params.push_back(static_cast<std::int64_t>(matches[i].document));
    places += (i > from ? ", $" : "$") + std::to_string(params.size());
  }
  CB_TRY(const Rows rows, session.query("SELECT document, key FROM sql_fulltext_document"
                                        " WHERE index_id = $1 AND document IN (" +
                                            places + ")",
                                        params));
  std::map<std::int64_t, std::string> keys;
  for (const Row& row : rows) keys[row.integer(0)] = row.text(1);
  for (std::size_t i = from; i < to; ++i) {
    const auto key = keys.find(matches[i].document);
    if (key == keys.end()) {
      return corrupt("the full-text index names a document that is not there; index anew");
    }
    hits.hits.push_back({key->second, matches[i].score});
  }
  return hits;
}

}  // namespace citybrain::sql
