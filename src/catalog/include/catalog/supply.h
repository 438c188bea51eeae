// Supply: who owes which data (责任清单), who asks for which (需求清单), how the two are brought
// together within working-day limits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/room.h"
#include "catalog/catalog.h"

namespace citybrain::catalog {

// Limits in working days: parameters of the city (city/supply_limits.csv), for no two rules give
// the same. The values here are those of a county's rule of 2024 and 国发〔2016〕51号.
struct SupplyLimits {
  int check_days = 2;          // the bureau looks a demand over
  int match_days = 2;          // and finds who can supply it
  int answer_days = 5;         // the provider answers
  int publish_days = 10;       // where the data must first be catalogued
  int dispute_days = 2;        // the bureau takes up a disputed refusal
  int deliver_days = 10;       // from grant to data
  int remind_days = 1;         // before a limit ends
  int escalate_days = 5;       // after it ended, and again after as many
  std::string bureau = "dsj";  // the department that checks, matches and coordinates
  std::string leader = "zfb";  // to whom the second escalation goes

  // Lines of "name,value,basis"; refuses an unknown name.
  static Result<SupplyLimits> parse(std::string_view csv);
};

// A class of data that a department owes, with its items.
struct Duty {
  std::string code;
  std::string name;
  std::string department;
  std::string resource;  // that supplies it; "" = not catalogued yet
  std::string basis;
  std::string update_cycle;
  Date due_on;
  std::int64_t items = 0;
  std::int64_t supplied = 0;  // of the items

  bool done() const { return supplied == items; }
};

struct DutyItem {
  std::int64_t position = 0;
  std::string name;
  std::string item;  // of the resource; ""
  bool supplied = false;
};

// submitted → accepted → matched → granted → satisfied is the straight way; see demand_state.h for
// the whole graph.
enum class DemandState : std::uint8_t {
  submitted,
  accepted,
  returned,
  matched,
  coordinating,
  granted,
  refused,
  disputed,
  satisfied,
  withdrawn
};
const char* name_of(DemandState state);

struct Demand {
  std::int64_t id = 0;
  std::string name;
  std::string department;  // that asks
  std::vector<std::string> items;
  std::string purpose;
  std::string basis;
  std::string update_cycle;
  Date wanted_on;
  DemandState state = DemandState::submitted;
  std::string provider;
  std::string resource;
  std::string duty;
  Timestamp submitted_at;
  std::optional<Date> due_on;  // of whoever it waits for
  std::string waits_for;       // department; "" = nobody
  std::string reason;          // of a return, refusal or dispute
  std::int64_t version = 1;
};

struct DemandEvent {
  Timestamp at;
  std::string actor;
  std::string from;
  std::string to;
  std::string note;
};

// A step of a demand by somebody.
struct DemandStep {
  std::string action;  // accept, return, resubmit, match, coordinate, grant, refuse, dispute,
                       // satisfy, withdraw
  std::string note = {};
  std::string resource = {};  // of match: what supplies it,
  std::string duty = {};      // or the duty it falls under,
  std::string provider = {};  // or who is to catalogue it first
};

// What could supply a demand.
struct Suggestion {
  std::shared_ptr<const Resource> resource;
  std::string duty;                  // that the resource fulfils, or ""
  std::vector<std::string> covers;   // wanted items that it has, by its own names
  std::vector<std::string> missing;  // that it lacks
  std::int64_t score = 0;            // of 100: how much of what is wanted it has
};

struct Coordination {
  enum class Kind : std::uint8_t { meeting, onsite, notice };
  std::int64_t id = 0;
  Kind kind = Kind::meeting;
  std::string title;
  Date held_on;
  std::vector<std::string> departments;
  std::vector<std::int64_t> demands;
  std::string outcome;
  std::optional<Date> due_on;
  bool done = false;
  std::optional<Date> done_on;
  std::string note;
};
const char* name_of(Coordination::Kind kind);
// 数据共享协调会, 现场办公会, 专项通报.
const char* title_of(Coordination::Kind kind);
Result<Coordination::Kind> coordination_kind(std::string_view name);

struct Reminder {
  std::string kind;  // demand, duty, coordination
  std::string id;
  Date due_on;
  std::int64_t level = 1;  // 1 due soon, 2 overdue, 3 escalated to the bureau, 4 to the leader
  std::string department;  // to whom
  std::string text;
  Timestamp at;
};

template <class T>
struct PageOf {
  std::vector<T> items;
  std::int64_t total = 0;
};

struct DutyFilter {
  std::string department = {};
  std::string words = {};
  std::optional<bool> done = {};
  std::int64_t from = 0;
  std::int64_t size = 20;
};

struct DemandFilter {
  std::string state = {};
  std::string department = {};
  std::string provider = {};
  std::string duty = {};
  std::string words = {};
  bool overdue = false;
  std::int64_t from = 0;
  std::int64_t size = 20;
};

// Owned by cli; thread-safe; its parts must outlive it. Always holds: a demand moves only along the
// graph, by whom the graph names, each step with its event; whoever it waits for has a due date, in
// working days as the calendar was known that day; one reminder a level and due date.
class Supply {
 public:
  Supply(sql::Db& db, Catalog& catalog, const Clock& clock, WorkCalendar calendar,
         SupplyLimits limits = {});

  const SupplyLimits& limits() const { return limits_; }
  const Clock& clock() const { return clock_; }
  Catalog& catalog() const { return catalog_; }

  // --- duties. Columns code,name,department,resource,basis,update_cycle,due_on and
  // duty,position,name,item,supplied; what is there already is brought up to date. All or nothing;
  // the error names line and value.
  Result<std::int64_t> import_duties(std::string_view duties_csv, std::string_view items_csv);
  Result<PageOf<Duty>> duties(const DutyFilter& filter) const;
  Result<Duty> duty(std::string_view code) const;
  Result<std::vector<DutyItem>> duty_items(std::string_view code) const;
  // By the department that owes it, or the bureau.
  Result<void> supply_items(std::string_view code, const std::vector<std::int64_t>& positions,
                            const Principal& who);

  // --- demands
  // Columns id,name,department,items,purpose,basis,update_cycle,wanted_on,submitted_at,state,
  // provider,resource,duty,reason; for taking over a list kept elsewhere. Ids that are there stay.
  Result<std::int64_t> import_demands(std::string_view csv);
  Result<Demand> submit(const Demand& demand, const Principal& who);
  Result<Demand> step(std::int64_t id, const DemandStep& step, const Principal& who);
  Result<PageOf<Demand>> demands(const DemandFilter& filter) const;
  Result<Demand> demand(std::int64_t id) const;
  Result<std::vector<DemandEvent>> events_of(std::int64_t id) const;
  // Actions that this caller may take now.
  std::vector<std::string> next_actions(const Demand& demand, const Principal& who) const;
  // Entries that have what is wanted, best first, at most ten.
  Result<std::vector<Suggestion>> suggest(const Demand& demand, const Sight& sight) const;
  // Working days until it is due, negative = overdue; none where it waits for nobody.
  std::optional<int> days_left(const std::optional<Date>& due_on) const;

  // --- coordination
  // Columns id,kind,title,held_on,departments,demands,outcome,due_on,done_on,note.
  Result<std::int64_t> import_coordination(std::string_view csv);
  Result<Coordination> coordinate(const Coordination& coordination, const Principal& who);
  Result<Coordination> finish(std::int64_t id, std::string_view note);
  Result<PageOf<Coordination>> coordinations(std::string_view kind, std::optional<bool> done,
                                             std::int64_t from, std::int64_t size) const;
  Result<std::vector<Coordination>> coordination_of(std::int64_t demand) const;

  // --- limits: writes the reminders and escalations that are due now, each once, and tells them as
  // events task.remind. One bounded step; true where more waits.
  Result<bool> remind();
  Result<std::vector<Reminder>> reminders(std::string_view department, std::int64_t size) const;

  struct Board {
    std::map<std::string, std::int64_t> demands;  // by state
    std::int64_t overdue = 0;
    std::int64_t due_soon = 0;
    std::int64_t duties = 0, duties_done = 0, duty_items = 0, duty_items_supplied = 0;
    std::map<std::string, std::int64_t> coordination;  // by kind
    std::int64_t coordination_open = 0;
    std::map<std::string, std::int64_t> returns;  // by state
    struct Department {
      std::string department;
      std::int64_t open = 0;
      std::int64_t overdue = 0;
    };
    std::vector<Department> departments;  // that something waits for, most overdue first
  };
  Result<Board> board() const;

  // Grants and returns as edges of lineage: a LineageSource.
  Result<std::vector<Lineage>> edges() const;

 private:
  bool is(const Principal& who, std::string_view right, std::string_view department) const;
  Date due_in(int working_days) const;
  // Whom a state waits for, and until when.
  void set_due(Demand& demand) const;
  Result<void> match(Demand& demand, const DemandStep& step) const;

  sql::Db& db_;
  Catalog& catalog_;
  const Clock& clock_;
  WorkCalendar calendar_;
  SupplyLimits limits_;
};

// The room's routes and jobs of supply; `supply` must outlive the room.
void add_supply(Room& room, Supply& supply);

}  // namespace citybrain::catalog
