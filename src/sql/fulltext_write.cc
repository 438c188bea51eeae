// FullText, the writing side: the terms of a document, and the blocks that hold them.
#include <algorithm>
#include <unordered_map>

#include "base/clock.h"
#include "base/json.h"
#include "sql/fulltext.h"
#include "text_grams.h"

namespace citybrain::sql {
namespace {

constexpr std::size_t batch_documents = block_documents;  // whose terms are in memory at a time

// A term's places in one document are arena[begin .. begin + count); `adds` false: the document
// loses the term.
struct Change {
  std::int64_t gram = 0;
  std::uint32_t document = 0;
  bool adds = false;
  std::uint32_t begin = 0;
  std::uint32_t count = 0;
};

using Terms = std::unordered_map<std::int64_t, std::vector<std::uint32_t>>;

void add_initials(Terms& terms, std::uint32_t mask, std::uint32_t next, std::uint32_t place) {
  for (int first = 0; first < 26; ++first) {
    if ((mask >> first & 1) == 0) continue;
    for (int second = 0; second < 26; ++second) {
      if ((next >> second & 1) != 0) terms[gram::initials(first, second)].push_back(place);
    }
  }
}

Terms terms_of(const TextDocument& document, const std::vector<TextField>& fields) {
  Terms terms;
  std::uint32_t at = 0;
  std::uint32_t title = 0;
  for (const TextDocument::Part& part : document.parts) {
    std::u32string points = normal_points(part.text);
    points.resize(std::min(points.size(), FullText::part_points_max));
    if (part.field == 0) title = static_cast<std::uint32_t>(points.size());
    for (std::size_t i = 0; i < points.size(); ++i, ++at) {
      if (points[i] == U' ') continue;
      const bool goes_on = i + 1 < points.size() && points[i + 1] != U' ';
      const char32_t next = goes_on ? points[i + 1] : 0;
      const std::uint32_t place = at << 3 | static_cast<std::uint32_t>(part.field);
      terms[gram::text(points[i], next)].push_back(place);
      if (!fields[part.field].initials) continue;
      const std::uint32_t mask = pinyin_initials(points[i]);
      if (mask != 0) add_initials(terms, mask, next == 0 ? 0 : pinyin_initials(next), place);
    }
    ++at;  // nothing reaches from one part into the next
  }
  terms[gram::length].push_back(title);
  return terms;
}

std::string body_of(const TextDocument& document) {
  json::array parts;
  for (const auto& part : document.parts) parts.push_back(json::array{part.field, part.text});
  json::array facets;
  for (const auto& facet : document.facets) facets.push_back(json::array{facet.name, facet.value});
  return json::serialize(json::array{std::move(parts), std::move(facets)});
}

Result<TextDocument> document_from(std::string_view body) {
  CB_TRY(const json::value value, parse_json(body));
  TextDocument document;
  for (const json::value& part : value.at(0).as_array()) {
    document.parts.push_back({part.at(0).to_number<std::size_t>(), part.at(1).as_string().c_str()});
  }
  for (const json::value& facet : value.at(1).as_array()) {
    document.facets.push_back({facet.at(0).as_string().c_str(), facet.at(1).as_string().c_str()});
  }
  return document;
}

// One transaction's changes of an index.
class IndexWrite {
 public:
  IndexWrite(Tx& tx, const std::vector<TextField>& fields) : tx_(tx), fields_(fields) {}

  Result<void> open(const std::string& name) {
    const auto find = [&] {
      return tx_.query_one(
          "SELECT id, next_document, next_facet FROM sql_fulltext_index WHERE name = $1", {name});
    };
    CB_TRY(auto row, find());
    if (!row) {
      CB_DO(
          tx_.exec("INSERT INTO sql_fulltext_index (id, name, next_document, next_facet, revision)"
                   " SELECT COALESCE(MAX(id), 0) + 1, $1, 0, 0, 0 FROM sql_fulltext_index",
                   {name}));
      CB_TRY(row, find());
    }
    id_ = row->integer(0);
    next_document_ = row->integer(1);
    first_new_ = next_document_;
    next_facet_ = row->integer(2);
    CB_TRY(
        const Rows facets,
        tx_.query("SELECT name, value, gram FROM sql_fulltext_facet WHERE index_id = $1", {id_}));
    for (const Row& facet : facets) {
      facets_[{facet.text(0), facet.text(1)}] = facet.integer(2);
    }
    return ok();
  }

  Result<void> put(const TextDocument& document) {
    std::string body = body_of(document);
    CB_TRY(const auto known, number_of(document.key));
    auto number = static_cast<std::uint32_t>(known ? *known : next_document_);
    if (known) {
      CB_TRY(const bool same, take_out(number, body));
      if (same) return ok();
    } else {
      ++next_document_;
    }
    for (auto& [gram, places] : terms_of(document, fields_)) add(gram, number, places);
    for (const auto& facet : document.facets) {
      CB_TRY(const std::int64_t gram, facet_gram(facet));
      add(gram, number, {});
    }
    CB_DO(
        tx_.exec("INSERT INTO sql_fulltext_document (index_id, document, key, body)"
                 " VALUES ($1, $2, $3, $4)"
                 " ON CONFLICT (index_id, document) DO UPDATE SET body = excluded.body",
                 {id_, static_cast<std::int64_t>(number), document.key, Blob{std::move(body)}}));
    return ok();
  }

  Result<void> remove(const std::string& key) {
    CB_TRY(const auto known, number_of(key));
    if (!known) return ok();
    CB_TRY(const bool same, take_out(static_cast<std::uint32_t>(*known), ""));
    CB_CHECK(!same);
    CB_DO(tx_.exec("DELETE FROM sql_fulltext_document WHERE index_id = $1 AND document = $2",
                   {id_, *known}));
    return ok();
  }

  // Writes the blocks of all changes since the last flush.
  Result<void> flush() {
    // A document's loss of a term comes before its gain.
    std::stable_sort(changes_.begin(), changes_.end(), [](const Change& a, const Change& b) {
      return std::pair(a.gram, a.document) < std::pair(b.gram, b.document);
    });
    for (std::size_t at = 0; at < changes_.size();) {
      std::size_t end = at;
      while (end < changes_.size() && changes_[end].gram == changes_[at].gram &&
             changes_[end].document / block_documents == changes_[at].document / block_documents) {
        ++end;
      }
      CB_DO(merge(at, end));
      at = end;
    }
    changes_.clear();
    arena_.clear();
    return write_blocks();
  }

  Result<void> close() {
    CB_DO(flush());
    // A number that no other writing ever has: a reader that kept the facets of a revision that was
    // then undone never meets it again.
    const auto revision = static_cast<std::int64_t>(SystemRandom().next() >> 1);
    CB_DO(
        tx_.exec("UPDATE sql_fulltext_index SET next_document = $2, next_facet = $3,"
                 " revision = $4 WHERE id = $1",
                 {id_, next_document_, next_facet_, revision}));
    return ok();
  }

 private:
  struct Block {
    std::int64_t gram = 0;
    std::int64_t number = 0;
    std::string docs;
  };

  void add(std::int64_t gram, std::uint32_t document, const std::vector<std::uint32_t>& places) {
    changes_.push_back({gram, document, true, static_cast<std::uint32_t>(arena_.size()),
                        static_cast<std::uint32_t>(places.size())});
    arena_.insert(arena_.end(), places.begin(), places.end());
  }

  Result<std::optional<std::int64_t>> number_of(const std::string& key) {
    CB_TRY(
        const auto row,
        tx_.query_one("SELECT document FROM sql_fulltext_document WHERE index_id = $1 AND key = $2",
                      {id_, key}));
    return row ? std::optional(row->integer(0)) : std::nullopt;
  }

  // Takes the stored terms of a document out; true and nothing done where it is `body` already.
  Result<bool> take_out(std::uint32_t number, const std::string& body) {
    CB_TRY(const auto row,
           tx_.query_one(
               "SELECT body FROM sql_fulltext_document WHERE index_id = $1 AND document = $2",
               {id_, static_cast<std::int64_t>(number)}));
    CB_CHECK(row.has_value());
    if (row->bytes(0) == body) return true;
    CB_TRY(const TextDocument before, document_from(row->bytes(0)));
    for (const auto& [gram, places] : terms_of(before, fields_)) {
      changes_.push_back({gram, number, false, 0, 0});
    }
    for (const auto& facet : before.facets) {
      CB_TRY(const std::int64_t gram, facet_gram(facet));
      changes_.push_back({gram, number, false, 0, 0});
    }
    return false;
  }

  Result<std::int64_t> facet_gram(const TextDocument::Facet& facet) {
    const auto found = facets_.find({facet.name, facet.value});
    if (found != facets_.end()) return found->second;
    const std::int64_t gram = gram::facet_base + next_facet_++;
    CB_DO(
        tx_.exec("INSERT INTO sql_fulltext_facet (index_id, name, value, gram)"
                 " VALUES ($1, $2, $3, $4)",
                 {id_, facet.name, facet.value, gram}));
    facets_[{facet.name, facet.value}] = gram;
    return gram;
  }

  // One block: what is stored, without the documents that change, and with what they get.
  Result<void> merge(std::size_t from, std::size_t to) {
    const std::int64_t gram = changes_[from].gram;
    const std::int64_t block = changes_[from].document / block_documents;
    std::vector<Occurrences> stored;
    if (block * block_documents < first_new_) {
      CB_TRY(const auto row, tx_.query_one("SELECT docs FROM sql_fulltext_posting"
                                           " WHERE index_id = $1 AND gram = $2 AND block = $3",
                                           {id_, gram, block}));
      if (row) {
        CB_TRY(stored, unpack_list(row->bytes(0)));
      }
    }
    std::vector<Occurrences> merged;
    auto old = stored.begin();
    for (std::size_t i = from; i < to; ++i) {
      const Change& change = changes_[i];
      for (; old != stored.end() && old->document < change.document; ++old) {
        merged.push_back(std::move(*old));
      }
      if (old != stored.end() && old->document == change.document) ++old;
      if (!change.adds) continue;
      if (!merged.empty() && merged.back().document == change.document) continue;  // facet twice
      merged.push_back(
          {change.document,
           {arena_.begin() + change.begin, arena_.begin() + change.begin + change.count}});
    }
    for (; old != stored.end(); ++old) merged.push_back(std::move(*old));
    blocks_.push_back({gram, block, pack(merged)});
    return ok();
  }

  Result<void> write_blocks() {
    std::vector<Params> emptied;
    std::erase_if(blocks_, [&](const Block& block) {
      if (block.docs.empty()) emptied.push_back({id_, block.gram, block.number});
      return block.docs.empty();
    });
    CB_DO(
        tx_.exec_many("DELETE FROM sql_fulltext_posting"
                      " WHERE index_id = $1 AND gram = $2 AND block = $3",
                      emptied));
    CB_DO(
        tx_.exec_rows("INSERT INTO sql_fulltext_posting (index_id, gram, block, docs)"
                      " VALUES ($1, $2, $3, $4) ON CONFLICT (index_id, gram, block)"
                      " DO UPDATE SET docs = excluded.docs",
                      blocks_.size(), [this](std::size_t i, Binder& row) {
                        row.integer(id_);
                        row.integer(blocks_[i].gram);
                        row.integer(blocks_[i].number);
                        row.blob(blocks_[i].docs);
                      }));
    // A block that was new is read from now on, should it change again.
    first_new_ = next_document_;
    blocks_.clear();
    return ok();
  }

  Tx& tx_;
  const std::vector<TextField>& fields_;
  std::int64_t id_ = 0;
  std::int64_t next_document_ = 0;
  std::int64_t first_new_ = 0;  // documents from here on are in no stored block
  std::int64_t next_facet_ = 0;
  std::map<std::pair<std::string, std::string>, std::int64_t> facets_;
  std::vector<Change> changes_;
  std::vector<std::uint32_t> arena_;
  std::vector<Block> blocks_;
};

Result<void> check(const TextDocument& document, std::size_t fields) {
  if (document.parts.size() > FullText::parts_max) {
    return exhausted("'" + document.key + "' has " + std::to_string(document.parts.size()) +
                     " parts of text; at most " + std::to_string(FullText::parts_max));
  }
  for (const auto& part : document.parts) CB_CHECK(part.field < fields);
  return ok();
}

}  // namespace

Result<void> FullText::put(Tx& tx, std::span<const TextDocument> documents) {
  if (documents.empty()) return ok();
  IndexWrite write(tx, fields_);
  CB_DO(write.open(name_));
  std::size_t done = 0;
  for (const TextDocument& document : documents) {
    CB_DO(check(document, fields_.size()));
    CB_DO(write.put(document));
    if (++done % batch_documents == 0) CB_DO(write.flush());
  }
  return write.close();
}

Result<void> FullText::remove(Tx& tx, std::span<const std::string> keys) {
  if (keys.empty()) return ok();
  IndexWrite write(tx, fields_);
  CB_DO(write.open(name_));
  for (const std::string& key : keys) CB_DO(write.remove(key));
  return write.close();
}

}  // namespace citybrain::sql
