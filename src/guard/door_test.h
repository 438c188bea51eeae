// A guard over a fresh store and lake with a few roles, for guard's own tests. Private to guard.
#pragma once

#include <gtest/gtest.h>

#include "guard/guard.h"
#include "guard/testing.h"
#include "sql/db.h"
#include "sql/testing.h"

namespace citybrain::guard {

struct Door : TestGuard {
  Door(const std::string& url, const std::string& folder) : TestGuard(url, folder) {
    const auto loaded = guard().identity().load_roles(
        "role,right\nsteward,guard.read\nclerk,guard.read\nclerk,guard.clear_l3@handling\n"
        "head,guard.read\nhead,guard.clear_l4\nadmin,*\n");
    EXPECT_TRUE(loaded);
  }
};

}  // namespace citybrain::guard
