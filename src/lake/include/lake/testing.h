// Column stores for the tests of rooms that open a lake. Only tests name it.
#pragma once

#include <string>
#include <string_view>

namespace citybrain::lake {

// The columns to stand beside a store: the DuckDB file at `path`; beside PostgreSQL, where
// CITYBRAIN_TEST_CLICKHOUSE names a cluster, a database of it that belongs to this store and path
// alone. It stays there: the cluster of a test run goes as a whole.
std::string columns_beside(std::string_view store_url, const std::string& path);

}  // namespace citybrain::lake
