#include "tools/ctl/table.h"

#include <gtest/gtest.h>

#include <cmath>

namespace evenkeel::ctl {
namespace {

TEST(TableTest, AlignsColumnsAndCutsLongCells) {
  Table table({"queue", ">agents", "why"});
  table.Add({"Billing", "7", "short"});
  table.Add({"Zürich", "120", "a sentence that is longer than the room it has"});
  EXPECT_EQ(table.Text(20),
            "queue    agents  why\n"
            "-------  ------  --------------------\n"
            "Billing       7  short\n"
            "Zürich      120  a sentence that i...\n");
}

TEST(TableTest, UnitsGrowWithTheFigure) {
  EXPECT_EQ(SecondsText(12.34), "12.3 s");
  EXPECT_EQ(SecondsText(600), "10.0 min");
  EXPECT_EQ(SecondsText(36000), "10.0 h");
  EXPECT_EQ(SecondsText(NAN), "-");
  EXPECT_EQ(PercentText(0.123), "12.3 %");
}

}  // namespace
}  // namespace evenkeel::ctl
