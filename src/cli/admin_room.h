// The room of the program itself: accounts, backup, ingestion and verification, for whoever runs
// the city. The commands of the same names call these functions, in process or over the admin
// socket.
#pragma once

#include <string>

#include "base/json.h"
#include "base/room.h"

namespace citybrain::cli {

class City;

// Sets the password of a login; makes the account, with the role admin, where there is none.
Result<void> set_admin_password(City& city, const std::string& login, const std::string& password);

// Copies a living city to a folder: columns first, then the store, so that the change log goes on
// from where the columns are; the manifest with digests last, so that half a backup is no backup.
Result<json::object> back_up(City& city, const std::string& to);
// Puts a backup into a folder that holds no city. Checks every digest before and after.
Result<json::object> restore(const std::string& from, const std::string& data_dir);

// Reads a file into a resource.
Result<json::object> ingest(City& city, const std::string& file, const std::string& resource);

// Recomputes the audit log's tree and the ledger's balances.
Result<json::object> verify(City& city);

// The routes /api/admin/…; `city` must outlive the room.
Room admin_room(City& city);

}  // namespace citybrain::cli
