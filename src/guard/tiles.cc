// Tiles of the audit log (C2SP tlog-tiles): its hashes and entries in pieces that never change.
#include "audit_store.h"
#include "transparency_state.h"

namespace citybrain::guard {
namespace {

constexpr int tile_height = 8;
constexpr int level_max = 7;  // 2^56 entries

// The first hash of the tile, and that the tree of `size` entries has `width` of them.
Result<std::uint64_t> first_of(std::uint64_t size, int level, std::uint64_t index,
                               std::uint64_t width) {
  if (level < 0 || level > level_max) {
    return invalid("level " + std::to_string(level) + "; ask for 0.." + std::to_string(level_max));
  }
  if (width < 1 || width > Transparency::tile_width) {
    return invalid("width " + std::to_string(width) + "; ask for 1..256");
  }
  const std::uint64_t hashes = size >> (tile_height * level);
  if (index > hashes / Transparency::tile_width ||
      index * Transparency::tile_width + width > hashes) {
    return not_found("no tile of " + std::to_string(width) + " hashes at " + std::to_string(index) +
                     " of level " + std::to_string(level) + "; that level has " +
                     std::to_string(hashes));
  }
  return index * Transparency::tile_width;
}

}  // namespace

Result<std::string> Transparency::tile(int level, std::uint64_t index, std::uint64_t width) const {
  return state_->db.read([&](sql::Session& session) -> Result<std::string> {
    CB_TRY(const AuditHead head, read_head(session));
    CB_TRY(const std::uint64_t first, first_of(head.size, level, index, width));
    std::string bytes;
    bytes.reserve(width * sizeof(Hash));
    CB_DO(each_hash(session, tile_height * level, first, width, [&](const Hash& hash) {
      bytes.append(reinterpret_cast<const char*>(hash.data()), hash.size());
    }));
    return bytes;
  });
}

Result<std::string> Transparency::entries(std::uint64_t index, std::uint64_t width) const {
  return state_->db.read([&](sql::Session& session) -> Result<std::string> {
    CB_TRY(const AuditHead head, read_head(session));
    CB_TRY(const std::uint64_t first, first_of(head.size, 0, index, width));
    const auto begin = static_cast<std::int64_t>(first);
    CB_TRY(const auto rows, rows_between(session, begin, begin + static_cast<std::int64_t>(width)));
    std::string bytes;
    for (const AuditRow& row : rows) {
      const std::string entry = entry_text(row);
      CB_CHECK(entry.size() <= AuditLog::entry_bytes_max);
      bytes.push_back(static_cast<char>(entry.size() >> 8));
      bytes.push_back(static_cast<char>(entry.size() & 0xff));
      bytes += entry;
    }
    return bytes;
  });
}

}  // namespace citybrain::guard
