#include "tools/bench/simdjson_peer.h"

#include <simdjson.h>

namespace evenkeel::bench {
namespace {

using simdjson::ondemand::value;

void Text(value v, Visited& visited) {
  if (v.is_null()) return;
  ++visited.values;
  visited.sum += static_cast<double>(v.get_string().value().size());
}

void Number(value v, Visited& visited) {
  ++visited.values;
  visited.sum += v.get_double().value();
}

void Flag(value v, Visited& visited) {
  ++visited.values;
  visited.sum += v.get_bool().value() ? 1 : 0;
}

// Calls `read(key, value)` for each member.
template <typename Read>
void Members(value object, Read read) {
  for (auto field : object.get_object()) {
    const std::string_view key = field.unescaped_key();
    read(key, field.value());
  }
}

template <typename Read>
void Elements(value array, Read read) {
  for (auto element : array.get_array()) read(element.value());
}

void Users(value root, Visited& visited) {
  Members(root, [&](std::string_view key, value v) {
    if (key == "entities") {
      Elements(v, [&](value user) {
        Members(user, [&](std::string_view key, value v) {
          if (key == "id" || key == "state") {
            Text(v, visited);
          } else if (key == "division") {
            Members(v, [&](std::string_view key, value v) {
              if (key == "id") Text(v, visited);
            });
          } else if (key == "skills") {
            Elements(v, [&](value skill) {
              Members(skill, [&](std::string_view key, value v) {
                if (key == "id" || key == "state") {
                  Text(v, visited);
                } else if (key == "proficiency") {
                  Number(v, visited);
                }
              });
            });
          }
        });
      });
    } else if (key == "total" || key == "pageCount") {
      Number(v, visited);
    } else if (key == "nextUri") {
      Text(v, visited);
    }
  });
}

void Entities(value entities, Visited& visited) {
  Elements(entities, [&](value entity) {
    Members(entity, [&](std::string_view key, value v) {
      if (key == "userId" || key == "routingStatus" || key == "routingStatusDate" ||
          key == "systemPresence" || key == "presenceDate" || key == "activityDate") {
        Text(v, visited);
      }
    });
  });
}

void Activity(value root, Visited& visited) {
  Members(root, [&](std::string_view key, value v) {
    if (key != "results") return;
    Elements(v, [&](value result) {
      Members(result, [&](std::string_view key, value v) {
        if (key == "truncated") {
          Flag(v, visited);
        } else if (key == "entities") {
          Entities(v, visited);
        } else if (key == "data") {
          Elements(v, [&](value datum) {
            Members(datum, [&](std::string_view key, value v) {
              if (key == "truncated") {
                Flag(v, visited);
              } else if (key == "entities") {
                Entities(v, visited);
              }
            });
          });
        }
      });
    });
  });
}

// {"metric", "qualifier", "stats"}
void Metric(value metric, Visited& visited) {
  Members(metric, [&](std::string_view key, value v) {
    if (key == "metric" || key == "qualifier") {
      Text(v, visited);
    } else if (key == "stats") {
      Members(v, [&](std::string_view key, value v) {
        if (key == "count" || key == "sum" || key == "calculatedMetricValue") Number(v, visited);
      });
    }
  });
}

// {"results": [{"group", "data": [...]}]}; `datum` reads one of the data.
template <typename Datum>
void Results(value root, Visited& visited, Datum datum) {
  Members(root, [&](std::string_view key, value v) {
    if (key != "results") return;
    Elements(v, [&](value result) {
      Members(result, [&](std::string_view key, value v) {
        if (key == "group") {
          Members(v, [&](std::string_view key, value v) {
            if (key == "queueId" || key == "userId") Text(v, visited);
          });
        } else if (key == "data") {
          Elements(v, datum);
        }
      });
    });
  });
}

void Aggregates(value root, Visited& visited) {
  Results(root, visited, [&](value datum) {
    Members(datum, [&](std::string_view key, value v) {
      if (key == "interval") {
        Text(v, visited);
      } else if (key == "metrics") {
        Elements(v, [&](value metric) { Metric(metric, visited); });
      }
    });
  });
}

}  // namespace

struct SimdjsonPeer::Parser {
  simdjson::ondemand::parser parser;
  std::string padded;  // the text with simdjson's padding; kept, as ours is
};

SimdjsonPeer::SimdjsonPeer() : parser_(std::make_unique<Parser>()) {}
SimdjsonPeer::~SimdjsonPeer() = default;

absl::StatusOr<Visited> SimdjsonPeer::Visit(Answer answer, std::string_view text) {
  Visited visited;
  try {
    std::string& padded = parser_->padded;
    padded.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    padded.assign(text);
    simdjson::ondemand::document document = parser_->parser.iterate(
        simdjson::padded_string_view(padded.data(), text.size(), padded.capacity()));
    value root = document.get_value();
    switch (answer) {
      case Answer::kUsers:
        Users(root, visited);
        break;
      case Answer::kActivity:
        Activity(root, visited);
        break;
      case Answer::kObservations:
        Results(root, visited, [&](value datum) { Metric(datum, visited); });
        break;
      case Answer::kAggregates:
        Aggregates(root, visited);
        break;
    }
  } catch (const simdjson::simdjson_error& error) {
    return absl::InvalidArgumentError(error.what());
  }
  return visited;
}

}  // namespace evenkeel::bench
