// The IANA zones, read from the system's zoneinfo (TZif, RFC 8536), and what they say of a local
// time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "brain/value.h"

namespace citybrain::brain {

// "Asia/Shanghai" → its zone; none where the system has no such file. Thread-safe.
std::optional<Zone> find_zone(std::string_view name);
// "Asia/Shanghai", "+08:00", "Z" or "".
std::string zone_text(Zone zone);
// The IANA name; "" of other zones.
std::string zone_name(Zone zone);
// Seconds east of UTC at that local time. In a gap the offset before it counts, in an overlap the
// earlier instant (as java.time has it, which the TCK follows). Local zone: 0.
std::int32_t zone_offset(Zone zone, std::int64_t local_seconds);
// Seconds east of UTC at that instant.
std::int32_t zone_offset_at(Zone zone, std::int64_t utc_seconds);

}  // namespace citybrain::brain
