// What stands on an invoice, a quote or a credit note as people read it: words and written amounts,
// without a layout. The PDF (pdf.h) and the hosted pages are two ways to draw the same sheet.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "store/document.h"

namespace okapi::paper {

struct Entry {
  std::string label;
  std::string value;
  bool strong = false;
};

struct Row {
  std::string description;
  std::string note = {};  // the period, the tax
  std::string quantity = {};
  std::string unit = {};
  std::string amount = {};
};

struct Sheet {
  std::string title;
  std::string headline;
  std::vector<Entry> facts;
  std::vector<std::string> from;  // the lines of an address, the name first
  std::vector<std::string> to;
  std::vector<Row> rows;
  std::vector<Entry> totals;
  std::vector<std::string> notes;
  Seconds at = 0;  // the document's own time: the same document is the same bytes
  bool letter = true;
};

// The document of this kind and id; empty: there is none.
using Lookup = std::function<store::Document(std::string_view kind, std::string_view id)>;

[[nodiscard]] Sheet invoice_sheet(const Json& invoice, const Lookup& lookup);
[[nodiscard]] Sheet credit_note_sheet(const Json& note, const Lookup& lookup);
// `items` are those of the quote, whole (engine::items_of_quote).
[[nodiscard]] Sheet quote_sheet(const Json& quote, const std::vector<Json>& items,
                                const Lookup& lookup);

}  // namespace okapi::paper
