#include "events/render.h"

#include "api/difference.h"
#include "api/render.h"
#include "base/text.h"

namespace okapi::events {
namespace {

// Stripe: previous_attributes stands on updates, and on a few kinds that are updates by another
// name (subscriptions-invoices 6.1).
bool has_previous_attributes(std::string_view type) {
  return type.ends_with(".updated") || type == "subscription_schedule.canceled" ||
         type == "charge.refunded" || type == "payment_method.detached";
}

void append_text_or_null(std::string& out, std::string_view text) {
  if (text.empty()) {
    out += "null";
  } else {
    append_quoted(out, text);
  }
}

// Stripe: the invoice that is to come has no id yet (recorded).
std::string without_id(std::string invoice) {
  const std::size_t begin = invoice.find("\"id\":\"upcoming_in_");
  if (begin == std::string::npos) return invoice;
  return invoice.erase(begin, invoice.find("\",", begin) + 2 - begin);
}

}  // namespace

std::string render_event(const std::string& event_id, const store::EmittedEvent& event,
                         const store::Origin& origin, std::string_view api_version) {
  std::string object = api::public_text(event.after);
  if (event.type == "invoice.upcoming") object = without_id(std::move(object));
  std::string out;
  out.reserve(object.size() + 512);
  out += "{\"id\":";
  append_quoted(out, event_id);
  out += ",\"object\":\"event\",\"api_version\":";
  append_quoted(out, api_version);
  out += concat(",\"created\":", std::to_string(event.created), ",\"data\":{\"object\":", object);
  if (event.before && has_previous_attributes(event.type)) {
    out += ",\"previous_attributes\":";
    append_compact(out, api::previous_attributes(*event.before, *event.after));
  }
  out += "},\"livemode\":false,\"pending_webhooks\":0,\"request\":{\"id\":";
  append_text_or_null(out, origin.request_id);
  out += ",\"idempotency_key\":";
  append_text_or_null(out, origin.idempotency_key);
  out += "},\"type\":";
  append_quoted(out, event.type);
  out += '}';
  return out;
}

}  // namespace okapi::events
