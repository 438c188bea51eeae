// The wiring of all rooms: see rooms.h.
#include "rooms.h"

#include <cstdlib>

#include "admin_room.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/log.h"
#include "benefit/adapters.h"
#include "benefit/benefit.h"
#include "catalog/catalog.h"
#include "catalog/findings.h"
#include "catalog/returns.h"
#include "catalog/supply.h"
#include "catalog_ports.h"
#include "cockpit/cockpit.h"
#include "facts/facts.h"
#include "guard/guard.h"
#include "http/client.h"
#include "lake/lake.h"
#include "rail/captures.h"
#include "rail/rail.h"
#include "rail/score_series.h"
#include "rules/rules.h"
#include "rules_ports.h"
#include "shifted_clock.h"
#include "sql/db.h"
#include "sql/migrate.h"

// Generated from each room's schema/*.sql.
namespace citybrain::guard {
std::vector<Migration> migrations();
}
namespace citybrain::catalog {
std::vector<Migration> migrations();
}
namespace citybrain::rail {
std::vector<Migration> migrations();
}
namespace citybrain::rules {
std::vector<Migration> migrations();
}
namespace citybrain::benefit {
std::vector<Migration> migrations();
}
namespace citybrain::cockpit {
std::vector<Migration> migrations();
}

namespace citybrain::cli {
namespace {

constexpr std::chrono::milliseconds treasury_wait{10'000};

// guard asks a witness of the audit log; http carries it.
Result<guard::WitnessAnswer> ask_witness(const std::string& url, std::string body) {
  http::Call call{.method = "POST", .url = url};
  call.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  call.body = std::move(body);
  call.reply_bytes_max = guard::Note::bytes_max;
  CB_TRY(http::ClientReply reply, http::call(call));
  return guard::WitnessAnswer{reply.status, std::move(reply.body)};
}

}  // namespace

// Adapters between rooms of the same height; they live as long as benefit.
struct City::Ports {
  std::unique_ptr<benefit::FactSource> facts;
  std::unique_ptr<benefit::ModelSource> models;
  std::unique_ptr<benefit::Treasury> treasury;
  std::unique_ptr<rules::Knowledge> knowledge;
};

CityOptions options_here(std::string data_dir) {
  const auto value = [](const char* name) {
    const char* text = std::getenv(name);
    return text == nullptr ? std::string() : std::string(text);
  };
  CityOptions options;
  options.data_dir = std::move(data_dir);
  options.store = value("CITYBRAIN_STORE");
  options.columns = value("CITYBRAIN_COLUMNS");
  return options;
}

Result<void> migrate_rooms(sql::Db& db) {
  CB_DO(sql::migrate(db, "lake", lake::migrations()));
  CB_DO(sql::migrate(db, "guard", guard::migrations()));
  CB_DO(sql::migrate(db, "catalog", catalog::migrations()));
  CB_DO(sql::migrate(db, "rail", rail::migrations()));
  CB_DO(sql::migrate(db, "rules", rules::migrations()));
  CB_DO(sql::migrate(db, "benefit", benefit::migrations()));
  return sql::migrate(db, "cockpit", cockpit::migrations());
}

City::City(CityOptions options, InstanceLock lock)
    : options_(std::move(options)), lock_(std::move(lock)) {}

// Rooms first: their handlers and jobs hold references to the parts below.
City::~City() {
  rooms_.clear();
  benefit_.reset();
}

Result<std::string> City::definition(const std::string& file) const {
  return read_file(options_.home + "/city/" + file);
}

Result<std::unique_ptr<City>> City::open(const CityOptions& options) {
  constexpr std::chrono::seconds lock_wait_max{3};  // a short command may have it
  CB_TRY(InstanceLock lock, InstanceLock::wait(options.data_dir, lock_wait_max));
  return open(options, std::move(lock));
}

Result<std::unique_ptr<City>> City::open(const CityOptions& options, InstanceLock lock) {
  std::unique_ptr<City> city(new City(options, std::move(lock)));
  CB_DO(city->open_stores());
  CB_DO(city->open_guard());
  CB_DO(city->open_intake());
  CB_DO(city->open_decisions());
  CB_DO(city->make_rooms());
  return city;
}

Result<void> City::open_stores() {
  random_ = options_.random ? options_.random : std::make_shared<SystemRandom>();
  if (options_.clock) {
    clock_ = options_.clock;
  } else if (options_.demo) {
    const auto mark = read_demo_mark(options_.data_dir);
    clock_ = std::make_shared<ShiftedClock>(mark ? mark->shift_days : demo_shift_days());
  } else {
    clock_ = std::make_shared<SystemClock>();
  }
  const std::string store =
      options_.store.empty() ? "sqlite:" + options_.data_dir + "/city.db" : options_.store;
  CB_TRY(db_, sql::Db::open(store, options_.lead_token));
  lake::LakeOptions lake_options;
  lake_options.columns_path =
      options_.columns.empty() ? options_.data_dir + "/columns.duckdb" : options_.columns;
  CB_TRY(lake_, lake::Lake::open(*db_, lake_options));
  return migrate_rooms(*db_);
}

Result<void> City::open_guard() {
  guard_ = std::make_shared<guard::Guard>(*db_, *lake_, *clock_, *random_);
  CB_DO(guard_->open());
  CB_TRY(const std::string roles, definition("roles.csv"));
  return guard_->identity().load_roles(roles);
}

Result<void> City::open_intake() {
  catalog_ = std::make_unique<catalog::Catalog>(*db_, guard_.get(), *clock_);
  CB_TRY(const catalog::LoadReport report, catalog_->load(options_.home + "/city"));
  for (const catalog::Refusal& refusal : report.refused) {
    log(Level::warn, "catalog", "definition refused",
        {{"file", refusal.file}, {"line", std::to_string(refusal.line)}, {"why", refusal.message}});
  }
  findings_ = std::make_unique<catalog::Findings>(*db_, *catalog_, *clock_);
  rail::RailOptions rail_options;
  rail_options.inbox = options_.data_dir + "/inbox";
  rail_ = std::make_unique<rail::Rail>(*db_, *lake_, *catalog_, *clock_, rail_options);
  CB_DO(rail_->prepare());
  rail::CaptureOptions capture_options;
  capture_options.dir = options_.data_dir;
  CB_TRY(captures_, rail::Captures::open(*rail_, capture_options));
  return ok();
}

Result<void> City::open_decisions() {
  CB_TRY(const std::string facts_csv, definition("facts.csv"));
  CB_TRY(facts_, facts::Facts::load(*guard_, facts_csv));
  rules_ = std::make_unique<rules::Rules>(*db_, *clock_);
  std::vector<std::string> names = facts_->names("enterprise");
  for (std::string& name : facts_->names("person")) names.push_back(std::move(name));
  rules_->know_facts(std::move(names));
  ports_ = std::make_unique<Ports>();
  ports_->facts = benefit::facts_of(*facts_, *guard_, [this](const std::string& resource) {
    const auto entry = catalog_->resource(resource);
    return entry ? (*entry)->name : resource;
  });
  ports_->models = benefit::models_of(*rules_);
  ports_->knowledge = knowledge_of(*facts_, *catalog_, *db_, options_.home);
  ports_->treasury = benefit::treasury_at(options_.treasury, treasury_wait);
  benefit::Options benefit_options;
  if (options_.demo) benefit_options.demo_note = "演示数据";
  CB_TRY(const std::string divisions, definition("divisions.csv"));
  CB_TRY(const std::string departments, definition("departments.csv"));
  CB_DO(benefit::add_names(divisions, benefit_options.names));
  CB_DO(benefit::add_names(departments, benefit_options.names));
  CB_TRY(benefit_options.calendar, city_calendar(options_.home));
  benefit_ = benefit::Benefit::make(
      {*db_, *ports_->facts, *ports_->models, *ports_->treasury, *clock_, *random_},
      benefit_options);
  CB_TRY(supply_, open_supply(options_.home, *db_, *catalog_, *clock_));
  returns_ = std::make_unique<catalog::Returns>(*db_, *catalog_, guard_.get(), *clock_,
                                                options_.data_dir + "/returns");
  CB_TRY(const std::string indicators, definition("indicators.csv"));
  know_lineage(*catalog_, *supply_, *facts_, *rules_, *db_, *clock_, indicators);
  return ok();
}

Result<void> City::make_rooms() {
  guard::RoomOptions guard_options{.city_name = "宁波", .demo = options_.demo};
  guard_options.ask_witness = ask_witness;
  rooms_.push_back(guard::make_room(guard_, *clock_, std::move(guard_options)));
  rooms_.push_back(catalog::make_room(*catalog_));
  catalog::add_supply(rooms_.back(), *supply_);
  catalog::add_returns(rooms_.back(), *returns_);
  catalog::add_findings(rooms_.back(), *findings_);
  Room rail_room = rail::make_room(*rail_);
  rail::add_captures(rail_room, *captures_);
  rail::add_score_series(rail_room, *db_, *catalog_, *rail_, *clock_);
  rooms_.push_back(std::move(rail_room));
  rooms_.push_back(rules::make_room(*rules_, ports_->knowledge.get()));
  rooms_.push_back(benefit::make_room(benefit_));
  std::vector<Indicator> indicators;
  for (const Room& room : rooms_) {
    indicators.insert(indicators.end(), room.indicators.begin(), room.indicators.end());
  }
  CB_TRY(const std::string indicators_csv, definition("indicators.csv"));
  CB_TRY(const std::string divisions_csv, definition("divisions.csv"));
  cockpit::Options board;
  board.demo = options_.demo;
  const auto last_audit = [guard = guard_]() -> std::int64_t {
    const auto head = guard->audit_log().head();
    return head && head->size > 0 ? static_cast<std::int64_t>(head->size) - 1 : -1;
  };
  CB_TRY(Room cockpit_room, cockpit::make_room({*db_, *clock_, indicators_csv, divisions_csv,
                                                std::move(indicators), last_audit},
                                               std::move(board)));
  rooms_.push_back(std::move(cockpit_room));
  rooms_.push_back(admin_room(*this));
  return ok();
}

std::optional<DemoMark> read_demo_mark(const std::string& data_dir) {
  const auto text = read_file(data_dir + "/demo.json");
  if (!text) return std::nullopt;
  const auto value = parse_json(*text);
  if (!value || !value->is_object()) return std::nullopt;
  const json::object& object = value->get_object();
  const auto* shift = object.if_contains("shift_days");
  const auto* seed = object.if_contains("seed");
  if (shift == nullptr || seed == nullptr) return std::nullopt;
  return DemoMark{shift->to_number<int>(), seed->to_number<std::uint64_t>(),
                  text_of(object, "scale")};
}

Result<void> write_demo_mark(const std::string& data_dir, const DemoMark& mark) {
  const json::object object{
      {"shift_days", mark.shift_days}, {"seed", mark.seed}, {"scale", mark.scale}};
  return write_file(data_dir + "/demo.json", json::serialize(object) + "\n");
}

int demo_shift_days() {
  const Date demo_day = date_of({2020, 11, 24});
  return demo_day - SystemClock().today();
}

}  // namespace citybrain::cli
