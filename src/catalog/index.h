// The catalogue's full-text index: what of an entry is searched, and by which
// facets it is counted.
#pragma once

#include <memory>
#include <string>

#include "catalog/catalog.h"
#include "sql/fulltext.h"

namespace citybrain::catalog {

std::unique_ptr<sql::FullText> make_index();

// `theme`: the name of its class and item (法人, 市场监管 …), "" where the code
// is not known.
sql::TextDocument document_of(const Resource& resource, const std::string& department_name,
                              const std::string& theme);

// As a query of the index.
sql::TextQuery query_of(const Search& search, const Sight& sight);

}  // namespace citybrain::catalog
