#include "input/namelist.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace spinel {
namespace {

/// "key(index): count*value …; …" of every group: the grammar's result as one text.
std::string parsed(const std::string& text) {
  std::string result;
  for (const auto& group : parse_namelist(text, "x.nml").groups) {
    result += "&" + group.name;
    for (const auto& entry : group.entries) {
      result += " " + entry.key;
      if (entry.index > 0) result += "(" + std::to_string(entry.index) + ")";
      result += " =";
      for (const auto& value : entry.values)
        result += " " + (value.repeat > 1 ? std::to_string(value.repeat) + "*" : "") +
                  (value.quoted ? "<" + value.text + ">" : value.text);
      result += ";";
    }
    result += "/";
  }
  return result;
}

std::string message(const std::string& text) {
  try {
    parse_namelist(text, "x.nml");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Namelist, NothingButBlanksAndComments) {
  EXPECT_EQ(parsed(""), "");
  EXPECT_EQ(parsed(" \t\r\n! &a x = 1 /\n\n!"), "");
}

TEST(Namelist, GroupsEndWithSlashOrEnd) {
  EXPECT_EQ(parsed("&a / &b\n&end\n&C/&d x=1/"), "&a/&b/&c/&d x = 1;/");
  EXPECT_EQ(parsed("&a x = 1 &END"), "&a x = 1;/");
  EXPECT_EQ(parsed("&a ! comment / &b\n/"), "&a/");
  EXPECT_EQ(parsed("&a x = 1/! comment"), "&a x = 1;/");
}

TEST(Namelist, NamesIgnoreCaseAndStringsDoNot) {
  EXPECT_EQ(parsed("&ConTrol Outdir = 'Out' K_2 = .TRUE. /"), "&control outdir = <Out>; k_2 = .TRUE.;/");
}

TEST(Namelist, SeparatorsAreCommasBlanksAndNewLines) {
  EXPECT_EQ(parsed("&a x=1,2 , 3\n 4\t5 y=6,\nz = 7 /"), "&a x = 1 2 3 4 5; y = 6; z = 7;/");
  EXPECT_EQ(parsed("&a x = 1\n, y = 2 /"), "&a x = 1; y = 2;/");
  EXPECT_EQ(parsed("&a x\n=\n1 ! one\n 2 ! two\n/"), "&a x = 1 2;/");
  EXPECT_EQ(parsed("&a x=1 y=2/"), "&a x = 1; y = 2;/");
}

TEST(Namelist, CarriageReturnsAndMissingLastNewline) {
  EXPECT_EQ(parsed("&a\r\n x = 1, 2\r\n y = 'b'\r\n/\r\n"), "&a x = 1 2; y = <b>;/");
  EXPECT_EQ(parsed("&a x = 1 /"), "&a x = 1;/");
  EXPECT_EQ(parsed("\xEF\xBB\xBF&a x = 1 /"), "&a x = 1;/");
}

TEST(Namelist, RepeatCounts) {
  EXPECT_EQ(parsed("&a x = 3*0.0, 2*'b' 1*-1 /"), "&a x = 3*0.0 2*<b> -1;/");
  EXPECT_EQ(message("&a x = 0*1 /"), "x.nml:1: &a x: repeat count 0 is not in 1 … 1000000 (column 9)");
  EXPECT_EQ(message("&a x = 3* 1 /"), "x.nml:1: &a x: no value after '*'; null values are not allowed (column 10)");
  EXPECT_EQ(message("&a x = 3 *1 /"), "x.nml:1: &a x: unexpected '*' where a value was expected (column 10)");
  EXPECT_EQ(message("&a x = 2*3*1 /"), "x.nml:1: &a x: unexpected '*' after a value (column 11)");
}

TEST(Namelist, Quotes) {
  EXPECT_EQ(parsed("&a x = 'it''s' \"a \"\"b\"\"\" '' \"it's\" '\"' /"), "&a x = <it's> <a \"b\"> <> <it's> <\">;/");
  EXPECT_EQ(parsed("&a x = 'a ! b' y = '&b / c = 1' /"), "&a x = <a ! b>; y = <&b / c = 1>;/");
  EXPECT_EQ(parsed("&a x = 'Å é' /"), "&a x = <Å é>;/");
  EXPECT_EQ(message("&a x = 'b\n' /"),
            "x.nml:1: &a x: a string is not closed by its quote on the same line (column 10)");
  EXPECT_EQ(message("&a x = 'b"), "x.nml:1: &a x: a string is not closed by its quote on the same line (column 10)");
  EXPECT_EQ(message("&a x = 'b'c /"), "x.nml:1: &a x: unexpected 'c' after a value (column 11)");
  EXPECT_EQ(message("&a x = 'b''' 'c /"),
            "x.nml:1: &a x: a string is not closed by its quote on the same line (column 18)");
}

TEST(Namelist, IndexedElements) {
  EXPECT_EQ(parsed("&a x(2) = 5 x ( 3 ) = 6 x(1)=4/"), "&a x(2) = 5; x(3) = 6; x(1) = 4;/");
  EXPECT_EQ(message("&a x() = 1 /"),
            "x.nml:1: &a x: expected one index from 1 in parentheses, as in x(2) = … (column 6)");
  EXPECT_EQ(message("&a x(-1) = 1 /"),
            "x.nml:1: &a x: expected one index from 1 in parentheses, as in x(2) = … (column 6)");
  EXPECT_EQ(message("&a x(9999999) = 1 /"), "x.nml:1: &a x: index 9999999 is not in 1 … 1000000 (column 14)");
  EXPECT_EQ(message("&a x = (1.0, 2.0) /"), "x.nml:1: &a x: unexpected '(' where a value was expected (column 8)");
}

TEST(Namelist, PositionsCountFromOne) {
  const auto namelist = parse_namelist("! first\n&a\n  x = 1,\n      'b'\n/\n", "x.nml");
  const auto& group = namelist.groups.at(0);
  EXPECT_EQ(group.line, 2);
  EXPECT_EQ(group.column, 1);
  EXPECT_EQ(group.entries.at(0).line, 3);
  EXPECT_EQ(group.entries.at(0).column, 3);
  EXPECT_EQ(group.entries.at(0).values.at(0).column, 7);
  EXPECT_EQ(group.entries.at(0).values.at(1).line, 4);
  EXPECT_EQ(group.entries.at(0).values.at(1).column, 7);
  EXPECT_EQ(namelist.last_line, 5);
}

TEST(Namelist, AbsurdInputIsRefusedCheaply) {
  EXPECT_EQ(message("&a x = '" + std::string(5000, 'y') + "' /"),
            "x.nml:1: &a x: a value is longer than 4096 bytes (column 5010)");
  EXPECT_EQ(
      message("&a " + std::string(100000, 'k') + " 1 /"),
      "x.nml:1: &a " + std::string(64, 'k') + "…: expected '=' after '" + std::string(64, 'k') + "' (column 100005)");
  EXPECT_EQ(message(std::string("&a x = 1\0 /", 11)), "x.nml:1: &a x: unexpected byte 0x00 after a value (column 9)");
  std::string many = "&a x =";
  for (int k = 0; k < 200000; ++k) many += " 1000000*1";
  EXPECT_EQ(parse_namelist(many + " /", "x.nml").groups[0].entries[0].values.size(), 200000u);
}

}  // namespace
}  // namespace spinel
