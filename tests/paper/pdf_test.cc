#include "paper/pdf.h"

#include <string>

#include <doctest/doctest.h>

#include "paper/latin.h"
#include "paper/words.h"

namespace okapi::paper {
namespace {

constexpr Seconds issued = 1'767'225'600;  // 2026-01-01

Sheet small_sheet() {
  Sheet sheet;
  sheet.title = "Invoice";
  sheet.headline = "$200.00 due January 1, 2026";
  sheet.facts = {{.label = "Invoice number", .value = "ABC-0001"}};
  sheet.from = {"Test account"};
  sheet.to = {"Ada Lovelace", "ada@example.com"};
  sheet.rows = {{.description = "2 × Hypernian (at $100.00 / month)",
                 .note = "Jan 1 – Feb 1, 2026",
                 .quantity = "2",
                 .unit = "$100.00",
                 .amount = "$200.00"}};
  sheet.totals = {{.label = "Amount due", .value = "$200.00", .strong = true}};
  sheet.at = issued;
  return sheet;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST_CASE("a sheet is drawn with all that stands on it") {
  const std::string pdf = to_pdf(small_sheet());
  CHECK(pdf.starts_with("%PDF-"));
  // In Windows-1252, as the fonts of every reader have it.
  for (const char* part : {"(Invoice)", "(ABC-0001)", "(Ada Lovelace)", "(ada@example.com)",
                           "(Jan 1 \\226 Feb 1, 2026)", "(Amount due)", "(Page 1 of 1)",
                           "($200.00 due January 1, 2026)"}) {
    CAPTURE(std::string(part));
    CHECK(pdf.find(part) != pdf.npos);
  }
  CHECK(pdf.find("D:20260101000000") != pdf.npos);
}

TEST_CASE("the same sheet is the same bytes") {
  CHECK(to_pdf(small_sheet()) == to_pdf(small_sheet()));
}

TEST_CASE("many lines take more pages, each with the names of the columns") {
  Sheet sheet = small_sheet();
  for (int i = 0; i < 100; ++i) sheet.rows.push_back(sheet.rows.front());
  const std::string pdf = to_pdf(sheet);
  CHECK(count(pdf, "(Unit price)") > 2);
  CHECK(count(pdf, "/Type /Page\n") == count(pdf, "(Unit price)"));
}

TEST_CASE("text of any kind is drawn without a fault") {
  Sheet sheet = small_sheet();
  for (const std::string& words :
       {std::string("株式会社 Москва 🦓"), std::string(4000, 'w'),
        std::string("\xff\xfe broken"), std::string("(paren\\thesis)"), std::string("line\nbreak"),
        std::string()}) {
    sheet.to = {words};
    sheet.rows.front().description = words;
    sheet.notes = {words};
    sheet.headline = words;
    CHECK(to_pdf(sheet).find("(Amount due)") != std::string::npos);
  }
}

TEST_CASE("characters outside of the code page are replaced") {
  struct Case {
    std::string utf8;
    std::string latin;
  };
  const Case cases[] = {{"plain", "plain"},
                        {"naïve", "na\xefve"},
                        {"€5",
                         "\x80"
                         "5"},
                        {"₹25.00", "INR 25.00"},
                        {"日本", "??"},
                        {"a\nb", "a b"},
                        {"\x01"
                         "x",
                         "x"},
                        {"“q” – …", "\x93q\x94 \x96 \x85"}};
  for (const Case& c : cases) {
    CAPTURE(c.utf8);
    CHECK(to_windows_1252(c.utf8) == c.latin);
  }
}

TEST_CASE("days and addresses are written as people write them") {
  CHECK(long_day(issued) == "January 1, 2026");
  CHECK(days_between(issued, issued + 31 * day) == "Jan 1 – Feb 1, 2026");
  CHECK(days_between(issued - day, issued) == "Dec 31, 2025 – Jan 1, 2026");
  const Json address = {{"line1", "1 Main St"}, {"line2", nullptr}, {"city", "Springfield"},
                        {"state", "IL"},        {"country", "US"},  {"postal_code", "62701"}};
  const std::vector<std::string> lines = {"1 Main St", "Springfield, IL 62701", "US"};
  CHECK(address_lines(address) == lines);
  CHECK(address_lines(nullptr).empty());
  CHECK(coupon_text({{"name", "Spring"}, {"percent_off", 12.5}}) == "Spring (12.5% off)");
  CHECK(coupon_text({{"amount_off", 500}, {"currency", "eur"}, {"name", nullptr}}) == "€5.00 off");
  CHECK(tax_rate_text({{"display_name", "VAT"}, {"percentage", 19.0}, {"inclusive", true}}) ==
        "VAT (19% inclusive)");
}

}  // namespace
}  // namespace okapi::paper
