// One read at the read door: what the caller may see, then the rows, then the masks. Private to
// guard.
#pragma once

#include "grades.h"
#include "lake/lake.h"

namespace citybrain::guard {

// What one caller sees of one resource for one purpose.
struct View {
  std::shared_ptr<const GradedResource> resource;
  Purpose purpose;
  bool own_only = false;  // sees the rows of `subject` and no others
  std::string subject;
  Grade clear = Grade::L1;  // items up to this grade are clear

  bool is_clear(std::size_t item) const { return resource->items[item].grade <= clear; }
};

// denied where the caller may not read the resource at all; the message names the right.
Result<View> view_of(const Identity& identity, const Access& access,
                     std::shared_ptr<const GradedResource> resource, Purpose purpose);

struct Rows {
  Batch batch;  // masked, in the order the caller gets
  std::vector<ReadColumn> columns;
  std::vector<std::string> subjects;  // whom the rows concern, each once; for the audit
  AsOf as_of;
};

// Checks the spec against the view, then reads and masks. Refusals say nothing of the data.
Result<Rows> read_rows(lake::Lake& lake, const View& view, const ReadSpec& spec);

lake::Comparison to_lake(const Comparison& comparison);
AsOf from_lake(const lake::AsOf& as_of);

}  // namespace citybrain::guard
