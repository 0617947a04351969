#include "tools/ctl/table.h"

#include <gtest/gtest.h>

#include <cmath>

namespace evenkeel::ctl {
namespace {

TEST(TableTest, AlignsColumnsAndCutsTheLast) {
  Table table({"queue", ">agents", "why"});
  table.Add({"Billing", "7", "short"});
  table.Add({"Zürich", "120", "a sentence that is longer than the room it has"});
  EXPECT_EQ(table.Text(37),
            "queue    agents  why\n"
            "-------  ------  --------------------\n"
            "Billing       7  short\n"
            "Zürich      120  a sentence that i...\n");
}

TEST(TableTest, TheLastColumnKeepsAReadableRest) {
  Table table({"what", "why"});
  table.Add({std::string(50, 'x'), "a sentence that is longer than the room it has"});
  EXPECT_NE(table.Text(40).find("  a sentence that i..."), std::string::npos);
}

TEST(TableTest, ShortensIdentifiersForPeople) {
  EXPECT_EQ(ShortIds("agent 5a1e0000-0000-4000-8000-000000005003 joins Orders "
                     "(5a1e0000-0000-4000-8000-000000000402), not 12345678"),
            "agent 5a1e..5003 joins Orders (5a1e..0402), not 12345678");
  EXPECT_EQ(ShortIds("q1"), "q1");
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
