// Sets of pieces and boxes: see table_runs.h.
#include "table_runs.h"

#include <algorithm>

namespace citybrain::brain {

// Boxes that wait while the covers are taken off.
constexpr std::size_t boxes_max = 200'000;

void Runs::add(std::uint32_t from, std::uint32_t to) {
  if (from >= to) return;
  if (!runs_.empty() && runs_.back().second == from)
    runs_.back().second = to;
  else
    runs_.emplace_back(from, to);
}

bool Runs::has(std::uint32_t piece) const {
  const auto it = std::upper_bound(runs_.begin(), runs_.end(), piece,
                                   [](std::uint32_t p, const Run& r) { return p < r.first; });
  return it != runs_.begin() && piece < (it - 1)->second;
}

std::uint64_t Runs::count() const {
  std::uint64_t n = 0;
  for (const Run& r : runs_) n += r.second - r.first;
  return n;
}

Runs Runs::operator&(const Runs& other) const {
  Runs out;
  auto a = runs_.begin();
  auto b = other.runs_.begin();
  while (a != runs_.end() && b != other.runs_.end()) {
    out.add(std::max(a->first, b->first), std::min(a->second, b->second));
    (a->second < b->second ? a : b)++;
  }
  return out;
}

bool Runs::meets(const Runs& other) const {
  auto a = runs_.begin();
  auto b = other.runs_.begin();
  while (a != runs_.end() && b != other.runs_.end()) {
    if (std::max(a->first, b->first) < std::min(a->second, b->second)) return true;
    (a->second < b->second ? a : b)++;
  }
  return false;
}

Runs Runs::minus(const Runs& other) const {
  Runs out;
  auto b = other.runs_.begin();
  for (const Run& run : runs_) {
    std::uint32_t from = run.first;
    while (b != other.runs_.end() && b->second <= from) ++b;
    for (auto c = b; c != other.runs_.end() && c->first < run.second; ++c) {
      out.add(from, c->first);
      from = std::max(from, c->second);
    }
    out.add(from, run.second);
  }
  return out;
}

bool box_empty(const Box& box) {
  return std::any_of(box.begin(), box.end(), [](const Runs& r) { return r.empty(); });
}

bool boxes_meet(const Box& a, const Box& b) {
  for (std::size_t d = 0; d < a.size(); ++d) {
    if (!a[d].meets(b[d])) return false;
  }
  return true;
}

bool uncovered(const Box& whole, const std::vector<const Box*>& covers, Budget& budget,
               const std::function<bool(const Box&)>& show) {
  struct Open {
    Box box;
    std::size_t next;  // the cover to take off
  };
  std::vector<Open> open;
  if (!box_empty(whole)) open.push_back({whole, 0});
  while (!open.empty()) {
    Open at = std::move(open.back());
    open.pop_back();
    while (at.next < covers.size() && !boxes_meet(at.box, *covers[at.next])) {
      ++at.next;
      if (!budget.spend()) return false;
    }
    if (at.next == covers.size()) {
      if (!show(at.box)) return true;
      continue;
    }
    const Box& cover = *covers[at.next];
    if (!budget.spend(static_cast<std::int64_t>(cover.size())) || open.size() > boxes_max) {
      return false;
    }
    // What the cover leaves is, for each column, the part beside it, within it in those before.
    for (std::size_t d = 0; d < cover.size(); ++d) {
      Runs rest = at.box[d].minus(cover[d]);
      if (rest.empty()) continue;
      Open part{at.box, at.next + 1};
      part.box[d] = std::move(rest);
      at.box[d] = at.box[d] & cover[d];
      open.push_back(std::move(part));
    }
  }
  return true;
}

}  // namespace citybrain::brain
