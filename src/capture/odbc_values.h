// Values and types as ODBC has them, in our words.
#pragma once

#include <string>

#include "capture/row_text.h"
#include "capture/table.h"
#include "odbc_link.h"

namespace citybrain::capture {

// `statement`: an SQLHSTMT that stands on a row. Appends a column as UTF-8; false where it is null.
Result<bool> odbc_append_text(void* statement, int column, std::string& out);
// Adds a column's value in canonical form.
Result<void> odbc_add_value(void* statement, unsigned short column, const OdbcType& type,
                            RowText& row);

// Our type for a column; what has none of ours is text.
Field odbc_field(const std::string& name, const OdbcType& type);
// The type under which text is bound, so that the database reads it as the column's.
short odbc_param_type(short code);
// Whether a column can tell what came later: a time or a whole number.
bool odbc_can_watermark(const OdbcType& type);
bool odbc_is_time(const OdbcType& type);

}  // namespace citybrain::capture
