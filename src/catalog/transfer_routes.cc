// Routes of import and export: the catalogue as a workbook, and back.
#include "catalog/transfer.h"
#include "routes.h"

namespace citybrain::catalog {
namespace {

constexpr std::int64_t export_page = 200;

// All entries that the filters leave, page by page as search gives them.
Result<std::vector<std::shared_ptr<const Resource>>> matching(const Catalog& catalog,
                                                              const Request& request) {
  Search search = search_of(request);
  search.size = export_page;
  std::vector<std::shared_ptr<const Resource>> all;
  const Sight sight = catalog.sight_of(request.principal);
  for (search.from = 0;; search.from += export_page) {
    CB_TRY(const Found found, catalog.search(search, sight));
    all.insert(all.end(), found.resources.begin(), found.resources.end());
    if (search.from + export_page >= found.total) return all;
  }
}

Reply attachment(std::string bytes, FileFormat format, const char* name) {
  Reply reply;
  reply.body = std::move(bytes);
  reply.content_type = format == FileFormat::xlsx
                           ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                           : "text/csv; charset=utf-8";
  reply.headers.emplace_back("Content-Disposition",
                             std::string("attachment; filename=") + name +
                                 (format == FileFormat::xlsx ? ".xlsx" : ".csv"));
  return reply;
}

Result<Reply> export_all(Catalog& catalog, const Request& request) {
  CB_TRY(const FileFormat format, file_format(request.param("file", "xlsx")));
  CB_TRY(const auto entries, matching(catalog, request));
  CB_TRY(std::string bytes,
         export_entries(catalog, entries, format, request.param("words", "national")));
  for (const auto& entry : entries) catalog.record_use(entry->code, request.principal, "export");
  return attachment(std::move(bytes), format, "catalogue");
}

ImportOptions options_of(const Catalog& catalog, const Request& request) {
  ImportOptions options;
  options.by = request.principal.id;
  options.dry_run = request.param("dry_run") == "true";
  if (!catalog.may(request.principal, "catalog.write_all")) {
    options.department = request.principal.department;
  }
  return options;
}

}  // namespace

json::object shown(const ImportReport& report) {
  json::array refused;
  for (const CellRefusal& one : report.refused) {
    refused.push_back(json::object{{"sheet", one.sheet},
                                   {"row", one.row},
                                   {"cell", one.cell},
                                   {"column", one.column},
                                   {"message", one.message}});
  }
  return {{"entries", report.entries},
          {"items", report.put.items},
          {"added", report.put.added},
          {"changed", report.put.changed},
          {"unchanged", report.put.unchanged},
          {"refused", std::move(refused)},
          {"refused_total", report.refused_total},
          {"seconds", report.seconds},
          {"dry_run", report.dry_run}};
}

std::vector<Route> transfer_routes(Catalog& catalog) {
  std::vector<Param> filters = search_params();
  filters.push_back(query_param("file", shape::word({"xlsx", "csv"})));  // `format` is a filter
  filters.push_back(query_param("words", shape::word({"national", "zhejiang"})));
  return {
      {.method = Method::get,
       .path = "/api/catalog/export",
       .summary = "The entries that the filters leave, in the official template",
       .params = std::move(filters),
       .right = Right("catalog.read"),
       .audit = Audit("catalog.export"),
       .handler = [&catalog](const Request& request) { return export_all(catalog, request); }},
      {.method = Method::get,
       .path = "/api/catalog/template",
       .summary = "The official template, empty, with its drop-down lists",
       .right = Right("catalog.read"),
       .audit = Audit::none("a form with nothing in it"),
       .handler = [&catalog](const Request&) -> Result<Reply> {
         CB_TRY(std::string bytes, empty_template(catalog));
         return attachment(std::move(bytes), FileFormat::xlsx, "template");
       }},
      {.method = Method::post,
       .path = "/api/catalog/import",
       .summary = "Puts the entries of a workbook or CSV; what is refused is told by cell",
       .params = {query_param("dry_run", shape::word({"true", "false"}))},
       .right = Right("catalog.write"),
       .audit = Audit("catalog.import"),
       .handler = [&catalog](const Request& request) -> Result<Reply> {
         CB_TRY(const ImportReport report,
                import_bytes(catalog, request.body, options_of(catalog, request)));
         return Reply::json(shown(report));
       }},
  };
}

}  // namespace citybrain::catalog
