// Words for pieces and boxes: see table_words.h.
#include "table_words.h"

#include "base/text.h"

namespace citybrain::brain {
namespace {

constexpr std::size_t values_max = 6;  // of a set, written out

struct Relation {
  const char* zh;
  const char* en;
};

// The four ways to stand to a bound: above, at least, below, at most.
Relation relation(const Value& bound, bool low, bool closed) {
  const bool day = bound.is(Kind::date) || bound.is(Kind::date_time) || bound.is(Kind::time);
  if (low && closed)
    return day ? Relation{"不早于", "on or after"} : Relation{"大于等于", "at least"};
  if (low) return day ? Relation{"晚于", "after"} : Relation{"大于", "above"};
  if (closed) return day ? Relation{"不晚于", "on or before"} : Relation{"小于等于", "at most"};
  return day ? Relation{"早于", "before"} : Relation{"小于", "below"};
}

std::string quoted(const Value& v) {
  return v.is(Kind::text) ? "\"" + v.as_text() + "\"" : to_text(v);
}

std::string text_of(const Point& p) { return p.symbol.empty() ? quoted(p.value) : p.symbol; }

Words of_run(const SpaceColumn& column, Runs::Run run) {
  const Piece& first = column.pieces[run.first];
  const Piece& last = column.pieces[run.second - 1];
  const auto point = [&](int at) -> const Point& {
    return column.points[static_cast<std::size_t>(at)];
  };
  if (run.second - run.first == 1 && first.form == Piece::Form::point) {
    const std::string text = text_of(point(first.low));
    return {"为 " + text, "is " + text};
  }
  Words out;
  if (first.low >= 0) {
    const Relation r = relation(point(first.low).value, true, first.form == Piece::Form::point);
    out.zh = r.zh + (" " + text_of(point(first.low)));
    out.en = r.en + (" " + text_of(point(first.low)));
  }
  if (last.high >= 0) {
    const Relation r = relation(point(last.high).value, false, last.form == Piece::Form::point);
    out.zh += (out.zh.empty() ? "" : "、") + (r.zh + (" " + text_of(point(last.high))));
    out.en += (out.en.empty() ? "" : " and ") + (r.en + (" " + text_of(point(last.high))));
  }
  if (out.zh.empty()) return {"为任何值", "is anything"};
  return out;
}

}  // namespace

Words words_of(const SpaceColumn& column, const Runs& pieces) {
  std::vector<std::string> zh;
  std::vector<std::string> en;
  const bool ordered = column.pieces.front().form == Piece::Form::between ||
                       (column.pieces.size() > 1 && column.pieces[1].form == Piece::Form::between);
  for (const Runs::Run& run : pieces.all()) {
    const auto null = static_cast<std::uint32_t>(column.pieces.size() - 1);
    const std::uint32_t end = std::min(run.second, null);
    if (ordered && run.first < end) {
      const Words words = of_run(column, {run.first, end});
      zh.push_back(words.zh);
      en.push_back(words.en);
    }
    for (std::uint32_t i = run.first; !ordered && i < end; ++i) {
      const Piece& piece = column.pieces[i];
      const bool other = piece.form == Piece::Form::other;
      const bool alone = column.points.empty();
      const std::string text =
          other ? "" : text_of(column.points[static_cast<std::size_t>(piece.low)]);
      zh.push_back(!other ? "为 " + text : alone ? "为任何值" : "为表中没有写到的值");
      en.push_back(!other ? "is " + text : alone ? "is anything" : "is a value that no rule names");
    }
    if (run.second > null) {
      zh.emplace_back("为空（无记录）");
      en.emplace_back("is null");
    }
  }
  if (zh.size() > values_max) {
    const std::string more = std::to_string(zh.size() - values_max);
    zh.resize(values_max);
    en.resize(values_max);
    zh.push_back("另 " + more + " 种情形");
    en.push_back(more + " more");
  }
  return {join(zh, "，或"), join(en, ", or ")};
}

Words words_of(const TableSpace& space, const Box& box) {
  std::vector<std::string> zh;
  std::vector<std::string> en;
  const Box known = space.known();
  for (std::size_t c = 0; c < box.size(); ++c) {
    if (known[c].within(box[c])) continue;
    const SpaceColumn& column = space.columns()[c];
    const Words words = words_of(column, box[c]);
    zh.push_back(column.text + " " + words.zh);
    en.push_back(column.text + " " + words.en);
  }
  if (zh.empty()) return {"任何输入", "any input"};
  return {join(zh, "，且 "), join(en, " and ")};
}

std::vector<ExampleInput> example_of(const TableSpace& space, const TableWitness::Met& met) {
  const std::vector<std::uint32_t>& pieces = met.pieces;
  std::vector<ExampleInput> out;
  for (std::size_t c = 0; c < pieces.size(); ++c) {
    const SpaceColumn& column = space.columns()[c];
    const Piece& piece = column.pieces[pieces[c]];
    const Words words = words_of(column, Runs(pieces[c], pieces[c] + 1));
    ExampleInput one{column.text, piece.sample, "", words.zh, words.en};
    if (const auto other = met.others.find(c); other != met.others.end()) one.value = other->second;
    // Names have no value here, so neither has what lies between them.
    if (!column.symbols.empty() && piece.form != Piece::Form::null) {
      one.value = {};
      one.symbol = words.zh;
    }
    out.push_back(std::move(one));
  }
  return out;
}

Words words_of(const std::vector<ExampleInput>& example) {
  std::vector<std::string> zh;
  std::vector<std::string> en;
  for (const ExampleInput& e : example) {
    const std::string value = quoted(e.value);
    zh.push_back(e.symbol.empty() ? e.input + " = " + value : e.input + " " + e.zh);
    en.push_back(e.symbol.empty() ? e.input + " = " + value : e.input + " " + e.en);
  }
  return {join(zh, "，"), join(en, ", ")};
}

}  // namespace citybrain::brain
