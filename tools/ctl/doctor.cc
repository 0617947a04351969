#include "tools/ctl/doctor.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include "common/json/writer.h"
#include "common/runtime/centre_client.h"
#include "tools/ctl/table.h"

namespace evenkeel::ctl {
namespace {

using runtime::ClientRole;

// Short, because someone is waiting: of clock time for the budget, of real time for an answer.
const genesys::CallLimits kLimits = {
    .max_wait = absl::Seconds(10), .timeout = absl::Seconds(10), .stop = {}};

bool Writes(const config::v1::ActuatorConfig& actuator) {
  const auto writes = [](int mode) { return mode != config::v1::MODE_DRY_RUN; };
  return writes(actuator.mode()) ||
         std::any_of(actuator.mode_by_queue().begin(), actuator.mode_by_queue().end(),
                     [&](const auto& entry) { return writes(entry.second); });
}

bool HasWriteClient(const config::v1::CentreConfig& centre,
                    const config::Environment& environment) {
  return !centre.write_client().client_id_file().empty() ||
         !centre.write_client().client_secret_file().empty() ||
         environment("GENESYS_WRITE_CLIENT_ID") || environment("GENESYS_WRITE_CLIENT_SECRET");
}

std::string ClockText(const genesys::Identity& identity) {
  if (!identity.clock_ahead) return "not compared";
  const double seconds = absl::ToDoubleSeconds(*identity.clock_ahead);
  return absl::StrFormat("%s %s the API's", SecondsText(std::abs(seconds)),
                         seconds < 0 ? "behind" : "ahead of");
}

std::string ResultText(const absl::Status& status) {
  return status.ok() ? "ok" : absl::StatusCodeToString(status.code());
}

std::string Counted(size_t count, const char* what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

void WriteTexts(json::Writer& writer, const char* key, const std::vector<std::string>& texts) {
  writer.Key(key).BeginArray();
  for (const std::string& text : texts) writer.String(text);
  writer.EndArray();
}

void WriteServices(json::Writer& writer, const std::vector<ServiceState>& services) {
  writer.BeginArray();
  for (const ServiceState& service : services) {
    writer.BeginObject()
        .Field("name", service.name)
        .Field("address", service.address)
        .Field("health", service.Health())
        .Field("detail", service.detail)
        .EndObject();
  }
  writer.EndArray();
}

}  // namespace

std::vector<std::string> DoctorReport::Problems() const {
  std::vector<std::string> problems;
  if (!preflight.identity_status.ok()) {
    problems.push_back(absl::StrCat("read client: ", preflight.identity_status.message()));
  }
  // A permission that lacks is named by the probe of its operation.
  for (const absl::Status& status : {preflight.queues_status, preflight.campaigns_status}) {
    if (!status.ok() && !absl::IsPermissionDenied(status)) problems.emplace_back(status.message());
  }
  std::set<std::string> loops;
  for (const genesys::ProbeResult& probe : preflight.probes) {
    loops.insert(probe.loops.begin(), probe.loops.end());
    const bool permission =
        absl::IsPermissionDenied(probe.status) && probe.operation->permission[0] != '\0';
    if (!probe.status.ok() && !permission) problems.emplace_back(probe.status.message());
  }
  for (const std::string& loop : loops) {
    if (const auto missing = preflight.MissingPermissions(loop); !missing.empty()) {
      problems.push_back(absl::StrCat("loop ", loop, ": the read client needs the permission",
                                      missing.size() == 1 ? " " : "s ",
                                      absl::StrJoin(missing, ", ")));
    }
  }
  for (const auto& [what, gone] :
       {std::pair("queues", &preflight.gone), std::pair("campaigns", &preflight.gone_campaigns)}) {
    if (gone->empty()) continue;
    problems.push_back(absl::StrCat("scope.", what, " names ", what,
                                    " that do not exist: ", absl::StrJoin(*gone, ", ")));
  }
  if (write_client && !write_client->ok()) {
    problems.push_back(absl::StrCat("write client: ", write_client->message()));
  }
  return problems;
}

std::vector<std::string> DoctorReport::Warnings() const {
  std::vector<std::string> warnings = preflight.warnings;
  std::vector<std::string> missing;
  for (const ServiceState& service : services) {
    if (!service.running) missing.push_back(service.name);
  }
  if (!missing.empty()) {
    warnings.push_back(absl::StrCat("not running: ", absl::StrJoin(missing, ", ")));
  }
  return warnings;
}

DoctorReport Examine(const config::v1::Config& config, const config::Environment& environment,
                     Clock& clock) {
  const config::v1::CentreConfig& centre = config.centre();
  DoctorReport report;
  report.dialect = genesys::DialectName(runtime::DialectOf(centre));
  const auto client =
      runtime::MakeCentreClient(centre, ClientRole::kRead, environment, clock, nullptr);
  if (client.ok()) {
    report.api_base_url = (*client)->urls().api;
    std::vector<std::string> queues;
    for (const config::v1::QueueConfig& queue : config.scope().queues()) {
      queues.push_back(queue.id());
    }
    genesys::OptionalReads optional;
    for (const config::v1::CampaignConfig& campaign : config.scope().campaigns()) {
      optional.campaign_ids.push_back(campaign.id());
    }
    const auto wanted = [](const google::protobuf::Duration& interval) {
      return interval.seconds() != 0 || interval.nanos() != 0;  // 0: not read
    };
    optional.adherence = wanted(config.ingest().adherence_interval());
    optional.channel_work = wanted(config.ingest().channel_work_interval());
    optional.presences = wanted(config.ingest().presences_interval());
    const auto reader = genesys::MakeCentreReader(**client, clock);
    report.preflight = genesys::RunPreflight(**client, *reader,
                                             {centre.organisation_id(), centre.organisation_name()},
                                             queues, clock, kLimits, std::move(optional));
  } else {
    report.preflight.identity_status = client.status();
  }
  if (Writes(config.actuator()) || HasWriteClient(centre, environment)) {
    const auto writer =
        runtime::MakeCentreClient(centre, ClientRole::kWrite, environment, clock, nullptr);
    const genesys::Pins pins{centre.organisation_id(), centre.organisation_name()};
    report.write_client = writer.ok()
                              ? genesys::CheckIdentity(**writer, pins, clock, kLimits).status()
                              : writer.status();
  }
  return report;
}

std::string ServicesText(const std::vector<ServiceState>& services) {
  Table table({"service", "address", "health", "state"});
  for (const ServiceState& service : services) {
    table.Add({service.name, service.address, service.Health(), service.detail});
  }
  return table.Text(160);
}

std::string ServicesJson(const std::vector<ServiceState>& services) {
  json::Writer writer;
  writer.BeginObject().Key("services");
  WriteServices(writer, services);
  return writer.EndObject().Take() + "\n";
}

std::string DoctorText(const DoctorReport& report) {
  const genesys::PreflightReport& preflight = report.preflight;
  std::string text = absl::StrFormat("%-14s %s dialect%s\n", "centre", report.dialect,
                                     report.api_base_url.empty() ? "" : ", " + report.api_base_url);
  const auto line = [&](const char* name, const std::string& value) {
    absl::StrAppendFormat(&text, "%-14s %s\n", name, value);
  };
  if (preflight.identity_status.ok()) {
    const auto& organisation = preflight.identity.organisation;
    line("organisation", organisation
                             ? absl::StrCat(organisation->name, " (", organisation->id, ")")
                             : "not told by this dialect");
    line("our clock", ClockText(preflight.identity));
    line("our budget", absl::StrFormat("%.0f requests a minute", preflight.requests_per_minute));
  }
  line("read client", preflight.identity_status.ok() ? "ok" : "FAILED");
  line("write client", !report.write_client        ? "not configured; dry run does not need it"
                       : report.write_client->ok() ? "ok"
                                                   : "FAILED");
  if (!preflight.probes.empty()) {
    Table table({"operation", "permission", "needed by", "result"});
    for (const genesys::ProbeResult& probe : preflight.probes) {
      table.Add({probe.operation->name,
                 probe.operation->permission[0] == '\0' ? "-" : probe.operation->permission,
                 absl::StrJoin(probe.loops, ", "), ResultText(probe.status)});
    }
    absl::StrAppend(&text, "\n", table.Text());
  }
  if (!report.services.empty()) absl::StrAppend(&text, "\n", ServicesText(report.services));
  absl::StrAppend(&text, "\n");
  for (const std::string& problem : report.Problems()) line("problem", problem);
  for (const std::string& warning : report.Warnings()) line("warning", warning);
  return text;
}

std::string DoctorJson(const DoctorReport& report) {
  const genesys::PreflightReport& preflight = report.preflight;
  const std::vector<std::string> problems = report.Problems();
  json::Writer writer;
  writer.BeginObject()
      .Field("ok", problems.empty())
      .Field("dialect", report.dialect)
      .Field("api_base_url", report.api_base_url)
      .Key("organisation");
  if (const auto& organisation = preflight.identity.organisation) {
    writer.BeginObject()
        .Field("id", organisation->id)
        .Field("name", organisation->name)
        .EndObject();
  } else {
    writer.Null();
  }
  writer.Key("clock_ahead_seconds");
  if (const auto ahead = preflight.identity.clock_ahead) {
    writer.Double(absl::ToDoubleSeconds(*ahead));
  } else {
    writer.Null();
  }
  writer.Field("requests_per_minute", preflight.requests_per_minute).Key("probes").BeginArray();
  for (const genesys::ProbeResult& probe : preflight.probes) {
    writer.BeginObject()
        .Field("operation", probe.operation->name)
        .Field("permission", probe.operation->permission);
    WriteTexts(writer, "loops", probe.loops);
    writer.Field("result", ResultText(probe.status))
        .Field("error", std::string(probe.status.message()))
        .EndObject();
  }
  writer.EndArray().Key("write_client");
  if (report.write_client) {
    writer.String(ResultText(*report.write_client));
  } else {
    writer.Null();
  }
  WriteTexts(writer, "queues_gone", preflight.gone);
  WriteTexts(writer, "campaigns_gone", preflight.gone_campaigns);
  WriteTexts(writer, "queues_automated", preflight.automated);
  writer.Key("services");
  WriteServices(writer, report.services);
  WriteTexts(writer, "problems", problems);
  WriteTexts(writer, "warnings", report.Warnings());
  return writer.EndObject().Take() + "\n";
}

std::string Verdict(const DoctorReport& report) {
  const size_t problems = report.Problems().size();
  const size_t warnings = report.Warnings().size();
  return absl::StrCat(problems == 0 ? "all is well" : Counted(problems, "problem"),
                      warnings == 0 ? "" : ", " + Counted(warnings, "warning"));
}

}  // namespace evenkeel::ctl
