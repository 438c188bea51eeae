// Gather: collects the facts of many subjects out of rows that come resource by resource.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "facts/facts.h"

namespace citybrain::facts {

// The wanted facts that come from one resource, and the columns to read for them.
struct Group {
  std::string resource;
  std::string subject_item;
  std::vector<std::size_t> facts;    // positions among the wanted
  std::vector<std::string> columns;  // subject item first, then items and those of filters
};

std::vector<Group> group_by_resource(const std::vector<const Fact*>& wanted);

// One thread. Subjects are fixed by add_subject; then rows are taken, then batches are cut.
class Gather {
 public:
  explicit Gather(std::vector<const Fact*> wanted);

  void add_subject(std::string_view id);
  std::size_t subjects() const { return ids_.size(); }
  // Rows of a group's resource, with at least the group's columns. Rows of unknown subjects are
  // left out. Where a `value` meets several rows that say different things, it is null: nothing is
  // guessed. corrupt where a number or a sum does not fit; the message names the fact.
  Result<void> take(const Group& group, const Batch& rows);
  // Rows [from, from + count) of the result.
  Batch cut(std::size_t from, std::size_t count) const;

 private:
  // What was collected for one fact: one slot a subject.
  struct Slots {
    std::vector<std::int64_t> ints;    // of neither text nor exists nor count
    std::vector<std::int32_t> counts;  // rows taken; -1: a `value` whose rows differ
    std::vector<std::string> texts;
  };
  void begin();
  std::optional<std::size_t> find(std::string_view id, std::size_t last) const;

  std::vector<const Fact*> wanted_;
  std::vector<Slots> slots_;
  std::vector<std::string> ids_;
  std::unordered_map<std::string_view, std::size_t> index_;  // views into ids_' strings
};

}  // namespace citybrain::facts
