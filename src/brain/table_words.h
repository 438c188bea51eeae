// Words for pieces and boxes, Chinese and English. Private to the table check.
#pragma once

#include <string>
#include <vector>

#include "brain/table_check.h"
#include "table_space.h"
#include "table_witness.h"

namespace citybrain::brain {

struct Words {
  std::string zh;
  std::string en;
};

// "大于 30、小于 50", "above 30 and below 50".
Words words_of(const SpaceColumn& column, const Runs& pieces);
// "参保人数 大于 30、小于 50 且 …": the columns that the box narrows; "任何输入" where none.
Words words_of(const TableSpace& space, const Box& box);
// One value a column.
std::vector<ExampleInput> example_of(const TableSpace& space, const TableWitness::Met& met);
// "参保人数 = 40, 行业 = \"住宿业\"", in both languages.
Words words_of(const std::vector<ExampleInput>& example);

}  // namespace citybrain::brain
