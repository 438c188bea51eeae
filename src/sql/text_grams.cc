// Grams: see text_grams.h.
#include "text_grams.h"

#include "sql/fulltext.h"

namespace citybrain::sql {

extern const char32_t pinyin_first;
extern const char32_t pinyin_last;
extern const std::uint32_t pinyin_letters[];

std::uint32_t pinyin_initials(char32_t point) {
  if (point >= U'a' && point <= U'z') return 1u << (point - U'a');
  if (point >= U'A' && point <= U'Z') return 1u << (point - U'A');
  if (point < pinyin_first || point > pinyin_last) return 0;
  return pinyin_letters[point - pinyin_first];
}

namespace {

// The next code point; what is no UTF-8 reads as U+FFFD, one byte at a time.
char32_t next_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  const int more = first < 0x80 ? 0 : first < 0xC0 ? -1 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
  if (more < 0 || at + static_cast<std::size_t>(more) >= text.size() || first > 0xF4) {
    ++at;
    return U'\uFFFD';
  }
  char32_t point = more == 0 ? first : first & (0x3Fu >> more);
  for (int i = 1; i <= more; ++i) {
    const unsigned char follow = byte(at + static_cast<std::size_t>(i));
    if ((follow & 0xC0) != 0x80) {
      ++at;
      return U'\uFFFD';
    }
    point = (point << 6) | (follow & 0x3F);
  }
  at += static_cast<std::size_t>(more) + 1;
  return point > 0x10FFFF ? U'\uFFFD' : point;
}

void put_number(std::string& out, std::uint32_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

// False where the bytes end early or the number does not fit.
bool take_number(std::string_view bytes, std::size_t& at, std::uint32_t& value) {
  std::uint64_t read = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    if (at >= bytes.size()) return false;
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    read |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte >= 0x80) continue;
    value = static_cast<std::uint32_t>(read);
    return read <= UINT32_MAX;
  }
  return false;
}

Error broken() { return corrupt("a full-text block is not what was written; index anew"); }

}  // namespace

std::u32string normal_points(std::string_view utf8) {
  std::u32string out;
  for (std::size_t at = 0; at < utf8.size();) {
    char32_t point = next_point(utf8, at);
    if (point >= 0xFF01 && point <= 0xFF5E) point -= 0xFEE0;
    if (point >= U'A' && point <= U'Z') point += U'a' - U'A';
    if (point <= U' ' || point == 0x3000 || point == 0xA0 || point == 0x7F) point = U' ';
    out.push_back(point);
  }
  return out;
}

std::string pack(const std::vector<Occurrences>& list) {
  std::string out;
  std::uint32_t document = 0;
  for (const Occurrences& one : list) {
    put_number(out, one.document - document);
    document = one.document;
    put_number(out, static_cast<std::uint32_t>(one.places.size()));
    std::uint32_t place = 0;
    for (const std::uint32_t next : one.places) {
      put_number(out, next - place);
      place = next;
    }
  }
  return out;
}

Result<void> unpack(std::string_view bytes, Postings& into) {
  std::uint32_t document = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    std::uint32_t step = 0;
    std::uint32_t count = 0;
    if (!take_number(bytes, at, step) || !take_number(bytes, at, count)) return broken();
    document += step;
    std::uint32_t place = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (!take_number(bytes, at, step)) return broken();
      place += step;
      into.places.push_back(place);
    }
    into.documents.push_back(document);
    into.begin.push_back(static_cast<std::uint32_t>(into.places.size()));
  }
  return ok();
}

Result<std::vector<Occurrences>> unpack_list(std::string_view bytes) {
  Postings read;
  CB_DO(unpack(bytes, read));
  std::vector<Occurrences> list(read.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    list[i].document = read.documents[i];
    list[i].places.assign(read.places.begin() + read.begin[i],
                          read.places.begin() + read.begin[i + 1]);
  }
  return list;
}

}  // namespace citybrain::sql
