// Routes of the cockpit. They show figures and masked lines only, no records.
#include "routes.h"

namespace citybrain::cockpit {

namespace {

Shape figure_shape() {
  using namespace shape;
  return object({need("code", text()), need("name", text()), need("unit", text()),
                 need("value", any("integer in units of 10^-scale, or null")),
                 need("scale", integer()), need("format", text()), need("as_of", text()),
                 need("change", any("{value, scale, period} against the day before, or null")),
                 need("trend", array(object({need("label", text()), need("value", integer())})))});
}

Shape board_shape() {
  using namespace shape;
  return object(
      {need("title", text()), need("demo", boolean()), need("as_of", text()),
       need("indicators", array(figure_shape())),
       need("divisions",
            array(object({need("code", text()), need("name", text()), need("value", integer())}))),
       may("division_title", text()), may("division_unit", text()),
       may("division_scale", integer()), need("panels", array(any())), need("live", array(any()))});
}

}  // namespace

std::vector<Route> routes_of(const std::shared_ptr<Board>& board) {
  const Right right("cockpit.read");
  const Audit none = Audit::none("figures and masked lines, no records");
  return {
      {.method = Method::get,
       .path = "/api/board",
       .summary = "The board of now",
       .reply = board_shape(),
       .right = right,
       .audit = none,
       .handler = [board](const Request&) -> Result<Reply> { return Reply::json(board->board()); }},
      {.method = Method::get,
       .path = "/api/board/stream",
       .summary = "Server-sent events: snapshot, then kpi and event",
       .right = right,
       .audit = none,
       .handler = [board](const Request&) -> Result<Reply> {
         return Reply::stream_of([board](std::uint64_t& cursor) { return board->poll(cursor); });
       }},
      {.method = Method::get,
       .path = "/api/indicators",
       .summary = "All figures with definitions",
       .right = right,
       .audit = none,
       .handler = [board](const Request&) -> Result<Reply> {
         return Reply::json(board->indicators());
       }},
      {.method = Method::get,
       .path = "/api/indicators/{code}",
       .summary = "One figure: definition, by district, trend, links down to the records",
       .params = {path_param("code")},
       .right = right,
       .audit = none,
       .handler = [board](const Request& request) -> Result<Reply> {
         CB_TRY(json::object object, board->indicator(request.param("code")));
         return Reply::json(object);
       }}};
}

}  // namespace citybrain::cockpit
