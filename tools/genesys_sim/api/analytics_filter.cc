#include "tools/genesys_sim/api/analytics_filter.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/request.h"

namespace evenkeel::sim {
namespace {

bool PredicatePasses(const Predicate& predicate, const Filter::Has& has) {
  if (predicate.op == "exists") return has(predicate.dimension, nullptr);
  if (predicate.op == "notExists") return !has(predicate.dimension, nullptr);
  return has(predicate.dimension, &*predicate.value);
}

// Whether all, or at least one, of what `passes` says of each part.
template <typename Parts, typename PartPasses>
bool Join(bool all, const Parts& parts, PartPasses passes) {
  return all ? std::all_of(parts.begin(), parts.end(), passes)
             : std::any_of(parts.begin(), parts.end(), passes);
}

absl::Status ReadJoin(json::Value value, bool& all) {
  std::string type;
  EVENKEEL_RETURN_IF_ERROR(value.Read(type));
  if (type != "and" && type != "or") return value.Error("must be and or or");
  all = type == "and";
  return absl::OkStatus();
}

absl::Status ReadPredicate(json::Value value, const std::vector<std::string>& dimensions,
                           Predicate& predicate) {
  std::string type = "dimension";
  EVENKEEL_RETURN_IF_ERROR(ReadObject(value, {{"type", false, Into(type)},
                                              {"dimension", true, Into(predicate.dimension)},
                                              {"operator", false, Into(predicate.op)},
                                              {"value", false, Into(predicate.value)},
                                              {"range", false, NotSimulated},
                                              {"property", false, NotSimulated},
                                              {"propertyType", false, NotSimulated},
                                              {"metric", false, NotSimulated}}));
  if (type != "dimension") return value.Error("only predicates of type dimension are simulated");
  if (std::find(dimensions.begin(), dimensions.end(), predicate.dimension) == dimensions.end()) {
    return value.Error(absl::StrCat("dimension \"", predicate.dimension, "\" is not simulated"));
  }
  if (predicate.op != "matches" && predicate.op != "exists" && predicate.op != "notExists") {
    return value.Error("operator must be matches, exists or notExists");
  }
  if (predicate.op == "matches" && !predicate.value) return value.Error("needs a value");
  return absl::OkStatus();
}

absl::Status ReadPredicates(json::Value value, const std::vector<std::string>& dimensions,
                            std::vector<Predicate>& predicates) {
  json::Array array(value);
  while (array.Next()) {
    EVENKEEL_RETURN_IF_ERROR(ReadPredicate(array.value(), dimensions, predicates.emplace_back()));
  }
  return array.Finish();
}

absl::Status ReadClauses(json::Value value, const std::vector<std::string>& dimensions,
                         std::vector<Clause>& clauses) {
  json::Array array(value);
  while (array.Next()) {
    Clause& clause = clauses.emplace_back();
    EVENKEEL_RETURN_IF_ERROR(
        ReadObject(array.value(),
                   {{"type", true, [&](json::Value type) { return ReadJoin(type, clause.all); }},
                    {"predicates", true, [&](json::Value predicates) {
                       return ReadPredicates(predicates, dimensions, clause.predicates);
                     }}}));
  }
  return array.Finish();
}

}  // namespace

bool Filter::Passes(
    const std::function<std::optional<std::string>(std::string_view)>& value_of) const {
  return PassesIf([&](std::string_view dimension, const std::string* wanted) {
    const std::optional<std::string> value = value_of(dimension);
    return wanted == nullptr ? value.has_value() : value == *wanted;
  });
}

bool Filter::PassesIf(const Has& has) const {
  if (own.predicates.empty() && clauses.empty()) return true;
  const auto predicate_passes = [&](const Predicate& predicate) {
    return PredicatePasses(predicate, has);
  };
  const auto clause_passes = [&](const Clause& clause) {
    return Join(clause.all, clause.predicates, predicate_passes);
  };
  const bool predicates = Join(own.all, own.predicates, predicate_passes);
  const bool inner = Join(own.all, clauses, clause_passes);
  return own.all ? predicates && inner : predicates || inner;
}

absl::Status ReadFilter(json::Value value, const std::vector<std::string>& dimensions,
                        Filter& filter) {
  return ReadObject(
      value,
      {{"type", true, [&](json::Value type) { return ReadJoin(type, filter.own.all); }},
       {"clauses", false,
        [&](json::Value clauses) { return ReadClauses(clauses, dimensions, filter.clauses); }},
       {"predicates", false, [&](json::Value predicates) {
          return ReadPredicates(predicates, dimensions, filter.own.predicates);
        }}});
}

}  // namespace evenkeel::sim
