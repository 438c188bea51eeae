// See lake/testing.h.
#include "lake/testing.h"

#include <cstdlib>

#include "place.h"

namespace citybrain::lake {

std::string columns_beside(std::string_view store_url, const std::string& path) {
  const char* cluster = std::getenv("CITYBRAIN_TEST_CLICKHOUSE");
  if (cluster == nullptr || *cluster == '\0' || store_url.starts_with("sqlite:")) return path;
  std::string address = cluster;
  const auto slash = address.rfind('/');
  const auto question = address.find('?', slash);
  address.replace(slash + 1, question - slash - 1,
                  "test_" + std::to_string(number_of_name(std::string(store_url) + path)));
  return address;
}

}  // namespace citybrain::lake
