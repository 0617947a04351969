// The tables of the ledger, as numbered migrations.
#pragma once

#include <span>

#include "common/store/connection.h"

namespace evenkeel::actuator {

std::span<const store::Migration> LedgerMigrations();

}  // namespace evenkeel::actuator
