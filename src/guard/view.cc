// View: what one caller sees of one resource, by his rights, as the rows' subject, or by a grant.
#include <algorithm>

#include "base/text.h"
#include "query.h"
#include "read.h"

namespace citybrain::guard {

std::string clear_right(Grade grade) {
  return std::string("guard.clear_") + lower_ascii(name_of(grade));
}

bool View::is_granted(std::size_t item) const {
  if (!grant) return true;
  const std::string& name = resource->items[item].field.name;
  return std::find(grant->columns.begin(), grant->columns.end(), name) != grant->columns.end();
}

Mask View::mask_of(std::size_t item) const {
  if (!grant) return {};
  const auto named = grant->masks.find(resource->items[item].field.name);
  return named == grant->masks.end() ? Mask{} : named->second;
}

Result<View> view_of(const Identity& identity, const Grants& grants, const Access& access,
                     std::shared_ptr<const GradedResource> resource, Purpose purpose) {
  View view;
  view.resource = std::move(resource);
  view.purpose = std::move(purpose);
  const Principal& principal = access.principal;
  if (access.grant.empty() && identity.has_right(principal, "guard.read")) {
    for (const Grade grade : {Grade::L2, Grade::L3, Grade::L4}) {
      const std::string right = clear_right(grade);
      if (identity.has_right(principal, right) ||
          identity.has_right(principal, right + "@" + view.purpose.code)) {
        view.clear = grade;
      }
    }
    return view;
  }
  const bool person =
      principal.kind == Principal::Kind::citizen || principal.kind == Principal::Kind::enterprise;
  if (person && access.grant.empty() && view.purpose.code != open_purpose &&
      !principal.subject.empty() && !view.resource->subject_item.empty()) {
    view.own_only = true;
    view.subject = principal.subject;
    view.clear = Grade::L4;
    return view;
  }
  const auto missing = identity.may(principal, "guard.read");
  const std::string& code = view.resource->grades.resource;
  auto grant = grants.for_read(principal, access.grant, view.purpose.code, code);
  if (!grant && grant.error().code == Code::denied && !missing) {
    return denied(missing.error().message + "; and " + grant.error().message);
  }
  if (!grant) return std::move(grant).error();
  view.grant = *std::move(grant);
  CB_TRY(ReadSpec rows, filter_query(view.resource->grades, view.grant->rows));
  view.rows = std::move(rows.comparisons);
  return view;
}

}  // namespace citybrain::guard
