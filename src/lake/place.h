// Where something lies among many places of equal worth: the same name always lies in the same
// place, and of n places a new one takes only its share of each.
#pragma once

#include <cstdint>
#include <string_view>

namespace citybrain::lake {

// FNV-1a with a last mixing step (Steele, Lea & Flood's), so that all bits depend on all bytes.
inline std::uint64_t number_of_name(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9U;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebU;
  return hash ^ (hash >> 31);
}

// Jump consistent hash (Lamping and Veach, 2014).
inline std::size_t place_of(std::string_view name, std::size_t places) {
  std::uint64_t key = number_of_name(name);
  std::int64_t at = -1;
  std::int64_t next = 0;
  while (next < static_cast<std::int64_t>(places)) {
    at = next;
    key = key * 2862933555777941757U + 1;
    next = static_cast<std::int64_t>(
        static_cast<double>(at + 1) *
        (static_cast<double>(std::int64_t{1} << 31) / static_cast<double>((key >> 33) + 1)));
  }
  return static_cast<std::size_t>(at);
}

}  // namespace citybrain::lake
