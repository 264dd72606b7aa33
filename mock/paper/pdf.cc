#include "paper/pdf.h"

#include <algorithm>
#include <memory>

#include <hpdf.h>

#include "base/check.h"
#include "base/text.h"
#include "paper/latin.h"

namespace okapi::paper {
namespace {

constexpr HPDF_REAL margin = 48;
constexpr HPDF_REAL small = 8;
constexpr HPDF_REAL normal = 9.5F;
constexpr HPDF_REAL large = 14;
constexpr HPDF_REAL huge = 20;
constexpr HPDF_REAL leading = 1.35F;  // of a line, by its size

// libharu reports by a callback through C frames, where nothing may be thrown; it remembers the
// error itself and turns every further call into nothing.
void remember_error(HPDF_STATUS, HPDF_STATUS, void*) {}

class Drawer {
 public:
  explicit Drawer(const Sheet& sheet)
      : sheet_(sheet), pdf_(HPDF_New(remember_error, nullptr), HPDF_Free) {
    OKAPI_CHECK(pdf_ != nullptr);
    // Uncompressed: some kilobytes that can be searched and compared.
    HPDF_SetCompressionMode(pdf_.get(), HPDF_COMP_NONE);
    plain_ = HPDF_GetFont(pdf_.get(), "Helvetica", "WinAnsiEncoding");
    bold_ = HPDF_GetFont(pdf_.get(), "Helvetica-Bold", "WinAnsiEncoding");
  }

  std::string draw() {
    set_properties();
    start_page();
    draw_head();
    draw_rows();
    draw_totals();
    draw_notes();
    number_pages();
    return bytes();
  }

 private:
  struct Style {
    HPDF_REAL size = normal;
    bool strong = false;
    HPDF_REAL grey = 0.1F;
  };

  // --- pages

  void set_properties() {
    const Civil at = to_civil(sheet_.at);
    const HPDF_Date date = {at.year, at.month, at.day, at.hour, at.minute, at.second, ' ', 0, 0};
    HPDF_SetInfoDateAttr(pdf_.get(), HPDF_INFO_CREATION_DATE, date);
    std::string title = sheet_.title;
    if (!sheet_.facts.empty()) title += " " + to_windows_1252(sheet_.facts.front().value);
    HPDF_SetInfoAttr(pdf_.get(), HPDF_INFO_TITLE, title.c_str());
  }

  void start_page() {
    page_ = HPDF_AddPage(pdf_.get());
    pages_.push_back(page_);
    HPDF_Page_SetSize(page_, sheet_.letter ? HPDF_PAGE_SIZE_LETTER : HPDF_PAGE_SIZE_A4,
                      HPDF_PAGE_PORTRAIT);
    right_ = HPDF_Page_GetWidth(page_) - margin;
    y_ = HPDF_Page_GetHeight(page_) - margin;
  }

  bool has_room(HPDF_REAL height) const { return y_ - height > margin + 24; }

  // --- text

  void use(const Style& style) {
    HPDF_Page_SetFontAndSize(page_, style.strong ? bold_ : plain_, style.size);
    HPDF_Page_SetRGBFill(page_, style.grey, style.grey, style.grey);
  }

  void put_raw(HPDF_REAL x, const std::string& words, const Style& style) {
    use(style);
    HPDF_Page_BeginText(page_);
    HPDF_Page_TextOut(page_, x, y_, words.c_str());
    HPDF_Page_EndText(page_);
  }

  void put(HPDF_REAL x, const std::string& words, const Style& style) {
    put_raw(x, to_windows_1252(words), style);
  }

  void put_right(HPDF_REAL x, const std::string& words, const Style& style) {
    use(style);
    const std::string latin = to_windows_1252(words);
    put_raw(x - HPDF_Page_TextWidth(page_, latin.c_str()), latin, style);
  }

  // The lines of the text that fit the width; a word that is too long is cut.
  std::vector<std::string> wrapped(const std::string& words, HPDF_REAL width, const Style& style) {
    use(style);
    std::string rest = to_windows_1252(words);
    std::vector<std::string> lines;
    while (!rest.empty()) {
      HPDF_UINT fits = HPDF_Page_MeasureText(page_, rest.c_str(), width, HPDF_TRUE, nullptr);
      if (fits == 0) fits = HPDF_Page_MeasureText(page_, rest.c_str(), width, HPDF_FALSE, nullptr);
      if (fits == 0) fits = 1;
      lines.emplace_back(trimmed(std::string_view(rest).substr(0, fits)));
      rest.erase(0, fits);
    }
    return lines;
  }

  void step(const Style& style) { y_ -= style.size * leading; }

  void rule() {
    HPDF_Page_SetLineWidth(page_, 0.5F);
    HPDF_Page_SetRGBStroke(page_, 0.8F, 0.8F, 0.8F);
    HPDF_Page_MoveTo(page_, margin, y_);
    HPDF_Page_LineTo(page_, right_, y_);
    HPDF_Page_Stroke(page_);
  }

  // --- parts

  void draw_head() {
    y_ -= huge;
    put(margin, sheet_.title, {.size = huge, .strong = true});
    if (!sheet_.from.empty()) put_right(right_, sheet_.from.front(), {.size = large});
    y_ -= 26;
    for (const Entry& fact : sheet_.facts) {
      put(margin, fact.label, {.strong = true});
      put(margin + 110, fact.value, {});
      step({});
    }
    y_ -= 14;
    draw_parties();
    y_ -= 18;
    put(margin, sheet_.headline, {.size = large, .strong = true});
    y_ -= 26;
  }

  void draw_parties() {
    const HPDF_REAL top = y_;
    HPDF_REAL lowest = y_;
    const HPDF_REAL middle = margin + (right_ - margin) / 2;
    const auto column = [&](HPDF_REAL x, const char* title, const std::vector<std::string>& lines) {
      y_ = top;
      put(x, title, {.strong = true});
      step({});
      for (const std::string& line : lines) {
        for (const std::string& part : wrapped(line, middle - margin - 12, {})) {
          put_raw(x, part, {});
          step({});
        }
      }
      lowest = std::min(lowest, y_);
    };
    column(margin, "From", sheet_.from);
    column(middle, "Bill to", sheet_.to);
    y_ = lowest;
  }

  [[nodiscard]] HPDF_REAL quantity_edge() const { return right_ - 160; }
  [[nodiscard]] HPDF_REAL unit_edge() const { return right_ - 80; }

  void draw_column_names() {
    const Style style = {.size = small, .grey = 0.4F};
    put(margin, "Description", style);
    put_right(quantity_edge(), "Qty", style);
    put_right(unit_edge(), "Unit price", style);
    put_right(right_, "Amount", style);
    y_ -= 6;
    rule();
    y_ -= 14;
  }

  void draw_rows() {
    draw_column_names();
    for (const Row& row : sheet_.rows) draw_row(row);
    rule();
    y_ -= 18;
  }

  void draw_row(const Row& row) {
    const HPDF_REAL width = quantity_edge() - 40 - margin;
    const Style note = {.size = small, .grey = 0.4F};
    const std::vector<std::string> description = wrapped(row.description, width, {});
    const std::vector<std::string> below = wrapped(row.note, width, note);
    const HPDF_REAL height = (static_cast<HPDF_REAL>(description.size()) * normal +
                              static_cast<HPDF_REAL>(below.size()) * small) *
                                 leading +
                             8;
    if (!has_room(height)) {
      start_page();
      draw_column_names();
    }
    put_right(quantity_edge(), row.quantity, {});
    put_right(unit_edge(), row.unit, {});
    put_right(right_, row.amount, {});
    for (const std::string& line : description) {
      if (!has_room(normal)) start_page();
      put_raw(margin, line, {});
      step({});
    }
    for (const std::string& line : below) {
      put_raw(margin, line, note);
      step(note);
    }
    y_ -= 8;
  }

  void draw_totals() {
    const HPDF_REAL left = margin + (right_ - margin) / 2;
    for (const Entry& total : sheet_.totals) {
      const Style style = {.strong = total.strong};
      const std::vector<std::string> label = wrapped(total.label, right_ - left - 80, style);
      if (!has_room(static_cast<HPDF_REAL>(label.size()) * normal * leading)) start_page();
      put_right(right_, total.value, style);
      for (const std::string& line : label) {
        put_raw(left, line, style);
        step(style);
      }
      y_ -= 4;
    }
  }

  void draw_notes() {
    for (const std::string& note : sheet_.notes) {
      y_ -= 12;
      for (const std::string& line : wrapped(note, right_ - margin, {})) {
        if (!has_room(normal)) start_page();
        put_raw(margin, line, {});
        step({});
      }
    }
  }

  void number_pages() {
    std::size_t number = 0;
    for (const HPDF_Page page : pages_) {
      page_ = page;
      y_ = margin - 12;
      const Style style = {.size = small, .grey = 0.4F};
      put(margin, "Test document of okapi: no money moves.", style);
      put_right(right_,
                concat("Page ", std::to_string(++number), " of ", std::to_string(pages_.size())),
                style);
    }
  }

  std::string bytes() {
    HPDF_SaveToStream(pdf_.get());
    OKAPI_CHECK(HPDF_GetError(pdf_.get()) == HPDF_OK);
    std::string out(HPDF_GetStreamSize(pdf_.get()), '\0');
    auto size = static_cast<HPDF_UINT32>(out.size());
    HPDF_ReadFromStream(pdf_.get(), reinterpret_cast<HPDF_BYTE*>(out.data()), &size);
    out.resize(size);
    return out;
  }

  const Sheet& sheet_;
  std::unique_ptr<_HPDF_Doc_Rec, decltype(&HPDF_Free)> pdf_;
  HPDF_Font plain_ = nullptr;
  HPDF_Font bold_ = nullptr;
  std::vector<HPDF_Page> pages_;
  HPDF_Page page_ = nullptr;
  HPDF_REAL right_ = 0;
  HPDF_REAL y_ = 0;
};

}  // namespace

std::string to_pdf(const Sheet& sheet) { return Drawer(sheet).draw(); }

}  // namespace okapi::paper
