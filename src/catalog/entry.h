// Entry: reading and checking one entry of the catalogue, wherever it comes
// from: the definition's files, a sheet, a person's hand. An error's message
// begins with the name of the column it is about.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "catalog/entries.h"
#include "checks.h"

namespace citybrain::catalog {

// The cell of a column, "" where there is none.
using Cells = std::function<std::string(std::string_view column)>;

// What an entry may name outside itself.
struct Surroundings {
  std::function<bool(std::string_view)> department;
  std::function<bool(std::string_view)> system;
  std::function<bool(std::string_view)> resource;  // by code
  FindCodes codes;
};

bool is_identifier(std::string_view text);

// Everything of a resource but its items; words become official ones.
Result<Resource> resource_from(const Cells& cell);
// The next item of that resource.
Result<Item> item_from(const Resource& resource, const Cells& cell, const FindCodes& codes);

// A resource without regard to its items; of them; and of what they name, as a
// whole.
Result<void> check_head(const Resource& resource, const Surroundings& around);
Result<void> check_item(const Item& item);
// "item.CODE: …" where an item is at fault.
Result<void> check_whole(const Resource& resource, const Surroundings& around);
// Where records of the entry are held: items may be added at its end, none may go, move, change
// type or become a key.
Result<void> check_growth(const Resource& before, const Resource& entry);

}  // namespace citybrain::catalog
