#include "hosted/documents.h"

#include "api/error.h"
#include "hosted/page_list.h"
#include "paper/pdf.h"

namespace okapi::hosted {
namespace {

Json entry_values(const std::vector<paper::Entry>& entries) {
  Json values = Json::array();
  for (const paper::Entry& entry : entries) {
    values.push_back({{"label", entry.label}, {"value", entry.value}, {"strong", entry.strong}});
  }
  return values;
}

api::Response file_of(const paper::Sheet& sheet, const std::string& name) {
  api::Response response;
  response.body = paper::to_pdf(sheet);
  response.content_type = "application/pdf";
  response.headers = {{"Cache-Control", "no-store"},
                      {"Content-Disposition", "inline; filename=\"" + name + ".pdf\""},
                      {"X-Content-Type-Options", "nosniff"}};
  return response;
}

}  // namespace

paper::Lookup lookup_of(const Visit& visit) {
  return [&visit](std::string_view kind, std::string_view id) { return visit.find(kind, id); };
}

Json sheet_values(const paper::Sheet& sheet) {
  Json rows = Json::array();
  for (const paper::Row& row : sheet.rows) {
    rows.push_back({{"description", row.description},
                    {"note", row.note},
                    {"quantity", row.quantity},
                    {"unit", row.unit},
                    {"amount", row.amount}});
  }
  return {{"facts", entry_values(sheet.facts)},   {"from", sheet.from}, {"to", sheet.to},
          {"totals", entry_values(sheet.totals)}, {"rows", rows},       {"notes", sheet.notes}};
}

api::Response invoice_file(const Visit& visit) {
  const store::Document invoice = visit.require("invoice");
  if (!has(*invoice, "invoice_pdf")) throw api::refused_request(404, "A draft has no PDF yet.");
  return file_of(paper::invoice_sheet(*invoice, lookup_of(visit)), invoice.id());
}

api::Response credit_note_file(const Visit& visit) {
  const store::Document note = visit.require("credit_note");
  return file_of(paper::credit_note_sheet(*note, lookup_of(visit)), note.id());
}

}  // namespace okapi::hosted
