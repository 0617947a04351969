#include "tools/lab/validate.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_split.h>
#include <absl/time/clock.h>

#include <cmath>
#include <cstdio>

#include "common/base/flags.h"
#include "common/json/writer.h"
#include "tools/ctl/table.h"
#include "tools/lab/published/erlang_studies.h"
#include "tools/lab/published/study_reader.h"

namespace evenkeel::lab {
namespace {

// Studies that are judged together.
struct Set {
  std::string name;
  std::vector<Study> studies;
};

std::vector<Set> ShippedSets() {
  Set reference{"umontreal-simul/contactcenters: MMC, MMCAb, SimpleMSK", {}};
  Set more{"umontreal-simul/contactcenters: Bilingual, Blend", {}};
  for (Study& study : ShippedStudies()) {
    const bool other = study.name == "Bilingual" || study.name == "Blend";
    (other ? more : reference).studies.push_back(std::move(study));
  }
  return {std::move(reference), std::move(more), {"Erlang formulas", ErlangStudies()}};
}

std::string Number(double value) {
  const double size = std::abs(value);
  return absl::StrFormat("%.*f", size >= 1000 ? 1 : size >= 10 ? 2 : size >= 0.1 ? 3 : 4, value);
}

void WriteJson(const Study& study, const std::vector<uint64_t>& seeds,
               const std::vector<StudyRun>& runs) {
  for (size_t m = 0; m < study.measures.size(); ++m) {
    const Measure& measure = study.measures[m];
    for (size_t s = 0; s < seeds.size(); ++s) {
      const Result& result = runs[s].results[m];
      json::Writer row;
      row.BeginObject();
      row.Field("model", study.name);
      row.Field("figure", measure.name);
      row.Field("seed", static_cast<int64_t>(seeds[s]));
      row.Field("ours", result.mean);
      row.Field("ours_sd", result.sd);
      row.Field("published", measure.published.mean);
      row.Field("published_sd", measure.published.sd);
      row.Field("z", result.z);
      row.EndObject();
      std::printf("%s\n", row.Take().c_str());
    }
  }
}

void PrintTable(const Study& study, const std::vector<uint64_t>& seeds,
                const std::vector<StudyRun>& runs) {
  std::vector<std::string> headings = {"figure", ">published", ">ours"};
  for (const uint64_t seed : seeds) headings.push_back(absl::StrCat(">z, seed ", seed));
  ctl::Table table(headings);
  for (size_t m = 0; m < study.measures.size(); ++m) {
    std::vector<std::string> cells = {study.measures[m].name,
                                      Number(study.measures[m].published.mean),
                                      Number(runs[0].results[m].mean)};
    for (const StudyRun& run : runs) {
      const double z = run.results[m].z;
      cells.push_back(absl::StrFormat("%.2f%s", z, z > kFailZ ? "!" : z > kNearZ ? "*" : " "));
    }
    table.Add(std::move(cells));
  }
  std::printf("%s", table.Text().c_str());
}

}  // namespace

int RunValidate(int argc, const char* const* argv) {
  std::string seeds_text = "1,2,3", replications_text = "0";
  bool json = false;
  Flags flags("evenkeel-lab validate [MODEL.yaml ...]",
              "Runs published models of call centres and compares with their published figures.\n"
              "Without a file: the shipped models and the Erlang formulas.");
  flags.Add("seeds", "A,B,...", "each seed is judged by itself", &seeds_text)
      .Add("replications", "N", "of each model; 0: as many as the model says", &replications_text)
      .AddSwitch("json", "one object a figure and seed", &json);
  const auto files = flags.Parse(argc, argv);
  if (flags.help_asked()) {
    std::printf("%s", flags.Help().c_str());
    return 0;
  }
  const auto wrong = [](std::string_view problem) {
    std::fprintf(stderr, "evenkeel-lab validate: %s\n", std::string(problem).c_str());
    return 2;
  };
  if (!files.ok()) return wrong(std::string(files.status().message()));
  std::vector<uint64_t> seeds;
  for (const absl::string_view text : absl::StrSplit(seeds_text, ',')) {
    if (!absl::SimpleAtoi(text, &seeds.emplace_back())) {
      return wrong("--seeds must be whole numbers with commas");
    }
  }
  int64_t replications = 0;
  if (!absl::SimpleAtoi(replications_text, &replications) || replications < 0 ||
      replications == 1) {
    return wrong("--replications must be 0 or at least 2");
  }
  std::vector<Set> sets;
  for (const std::string& file : *files) {
    absl::StatusOr<Study> study = LoadStudy(file);
    if (!study.ok()) return wrong(std::string(study.status().message()));
    sets.push_back({file, {*std::move(study)}});
  }
  if (sets.empty()) sets = ShippedSets();

  bool good = true;
  std::string verdicts;
  for (const Set& set : sets) {
    std::vector<int> failed(seeds.size()), near(seeds.size());
    std::vector<int64_t> never_empty(seeds.size());
    int figures = 0;
    for (const Study& study : set.studies) {
      std::vector<StudyRun> runs;
      double seconds = 0, events = 0;
      for (size_t s = 0; s < seeds.size(); ++s) {
        const absl::Time begun = absl::Now();
        runs.push_back(RunStudy(study, seeds[s], replications));
        seconds += absl::ToDoubleSeconds(absl::Now() - begun);
        events += static_cast<double>(runs[s].events);
        never_empty[s] += runs[s].never_empty;
        for (const Result& result : runs[s].results) {
          failed[s] += result.z > kFailZ ? 1 : 0;
          near[s] += result.z > kNearZ ? 1 : 0;
        }
      }
      figures += static_cast<int>(study.measures.size());
      if (json) {
        WriteJson(study, seeds, runs);
        continue;
      }
      std::printf("%s, %lld replications\n", study.name.c_str(),
                  static_cast<long long>(replications > 0 ? replications : study.replications));
      PrintTable(study, seeds, runs);
      std::printf("\n");
      std::fflush(stdout);
      std::fprintf(stderr, "(%.1f s, %.1f million events a second)\n", seconds,
                   events / seconds * 1e-6);
    }
    const int allowed = static_cast<int>(std::ceil(figures * kNearShare));
    for (size_t s = 0; s < seeds.size(); ++s) {
      const bool holds = failed[s] == 0 && near[s] <= allowed && never_empty[s] == 0;
      good = good && holds;
      absl::StrAppendFormat(&verdicts,
                            "%s, seed %d: %d figures, %d outside z = %.2f (0 allowed), %d outside "
                            "z = %.2f (%d allowed): %s\n",
                            set.name, seeds[s], figures, failed[s], kFailZ, near[s], kNearZ,
                            allowed, holds ? "holds" : "DOES NOT HOLD");
      if (never_empty[s] > 0) {
        absl::StrAppendFormat(
            &verdicts, "  in %d replications contacts were still there a week after closing\n",
            never_empty[s]);
      }
    }
  }
  std::fprintf(json ? stderr : stdout, "%s", verdicts.c_str());
  return good ? 0 : 1;
}

}  // namespace evenkeel::lab
