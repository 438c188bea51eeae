// Reading city/facts.csv against the schemas of the resources it names.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "facts/facts.h"

namespace citybrain::facts {

using SchemaOf = std::function<Result<Schema>(const std::string& resource)>;

Result<std::vector<Fact>> declare(std::string_view csv, const SchemaOf& schema_of);

}  // namespace citybrain::facts
