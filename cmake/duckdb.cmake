# DuckDB: the shared library comes from npm @duckdb/node-bindings-linux-x64, the C header from npm
# duckdb; tools/setup.sh puts both under third_party/duckdb and pins their versions.
set(CB_DUCKDB_DIR ${CMAKE_SOURCE_DIR}/third_party/duckdb CACHE PATH "where duckdb.h and libduckdb.so are")
if(NOT EXISTS ${CB_DUCKDB_DIR}/libduckdb.so)
  message(FATAL_ERROR "no ${CB_DUCKDB_DIR}/libduckdb.so; run 'make setup' first")
endif()
add_library(duckdb SHARED IMPORTED GLOBAL)
set_target_properties(duckdb PROPERTIES
  IMPORTED_LOCATION ${CB_DUCKDB_DIR}/libduckdb.so
  IMPORTED_SONAME libduckdb.so
  INTERFACE_INCLUDE_DIRECTORIES ${CB_DUCKDB_DIR})
