// Every refusal: status, type, code, message and param of Stripe's error envelope (api-conventions
// 4). The texts stand only in error.cc, next to each other. `param` is the full name:
// items[0][price]. Thrown anywhere below dispatch, caught once there; the transaction leaves no
// trace unless `commits` says that a declined payment is kept (Stripe: a 402 commits its state).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace okapi::api {

struct ApiError {
  int status = 400;
  std::string type = "invalid_request_error";
  std::string code;  // empty: absent
  std::string message;
  std::string param;            // empty: absent
  Json extra = Json::object();  // further members: charge, decline_code, payment_intent, …
  bool executed = false;  // raised while the operation ran: Stripe-Should-Retry: false, replayable
  bool commits = false;
};

// --- URL, keys, versions
ApiError unrecognized_url(std::string_view method, std::string_view path);
ApiError not_implemented(std::string_view operation);  // 501, ours
ApiError no_api_key();
ApiError invalid_api_key(std::string_view key);
ApiError publishable_key();
// A browser that does not know the secret of an intent; `noun` is PaymentIntent or SetupIntent.
ApiError wrong_client_secret(std::string_view noun);
ApiError live_key();  // ours: live keys are always refused
ApiError unsupported_key(std::string_view prefix);
ApiError foreign_account(std::string_view key, std::string_view account);
ApiError too_many_accounts(std::size_t limit);
ApiError too_many_objects(std::size_t limit);  // --max-objects
ApiError invalid_version(std::string_view version);
ApiError body_too_large(std::size_t limit);
ApiError wrong_content_type();  // v1 takes forms only
// What the transport refuses before there is a request: 400, 408, 413, 431 with a sentence of ours.
ApiError refused_request(int status, std::string_view reason);
ApiError internal(std::string_view request_id);
ApiError out_of_range();  // the caller's numbers exceed 64 bits of minor units

// --- okapi's own paths
ApiError foreign_page(std::string_view origin);
ApiError foreign_host(std::string_view host);

// --- parameters
ApiError unknown_parameter(std::string_view param);
ApiError missing_parameter(std::string_view param);
ApiError empty_parameter(std::string_view param);
ApiError invalid_integer(std::string_view param, std::string_view value);
ApiError invalid_non_negative_integer(std::string_view param);
ApiError invalid_positive_integer(std::string_view param);
ApiError at_least(std::string_view param, std::int64_t minimum);
ApiError at_most(std::string_view param, std::int64_t maximum);
ApiError invalid_decimal(std::string_view param, std::string_view value);
ApiError too_many_decimal_places(std::string_view param, std::string_view value);
ApiError negative_decimal(std::string_view param, std::string_view value);
ApiError invalid_boolean(std::string_view param, std::string_view value);
ApiError invalid_object(std::string_view param);
ApiError invalid_array(std::string_view param);
ApiError invalid_string(std::string_view param, std::string_view value_as_json);
ApiError invalid_enum(std::string_view param, std::string_view value,
                      const std::vector<std::string>& allowed);
ApiError too_long(std::string_view param, std::string_view value, std::size_t maximum);
ApiError too_many_items(std::string_view param, std::size_t maximum);
ApiError invalid_currency(std::string_view param, std::string_view value);
ApiError invalid_email(std::string_view param, std::string_view value);
ApiError invalid_url(std::string_view param);
ApiError invalid_timestamp(std::string_view param);
ApiError invalid_date_time(std::string_view param);  // v2
ApiError future_timestamp_required(std::string_view param);
// `params` in the order they are named; the first is the error's param.
ApiError only_one_of(const std::vector<std::string>& params);
// Any other 400 about a parameter whose sentence is special to one operation.
ApiError invalid_request(std::string message, std::string_view param = {},
                         std::string_view code = {});
ApiError too_many_metadata_keys(std::size_t count);
ApiError metadata_key_too_long(std::string_view key);
ApiError metadata_value_too_long(std::string_view value);
ApiError undecodable_parameters();  // broken form body, nesting too deep, too many pairs
ApiError undecodable_json();        // the same of a v2 body

// --- objects
// 404 when the id stood in the path (`param` "id" or the path's own name), 400 in a parameter.
ApiError no_such_in_path(std::string_view noun, std::string_view id, std::string_view param = "id");
ApiError no_such(std::string_view noun, std::string_view id, std::string_view param);
ApiError already_exists(std::string_view noun, std::string_view param = "id");

// --- expansion, lists
ApiError cannot_expand(std::string_view path, std::string_view hint = {});
ApiError cannot_expand_removed(std::string_view path);
ApiError cannot_include(std::string_view path);
ApiError expansion_too_deep(std::string_view path);
ApiError both_cursors();

// --- idempotency
ApiError idempotency_mismatch(std::string_view key);
ApiError idempotency_in_use(std::string_view key);
ApiError idempotency_key_length();

// --- cards: 402
// By the bank's reason: generic_decline, insufficient_funds, …, authentication_required.
ApiError card_declined(std::string_view decline_code);
// A bank debit that came back: account_closed, insufficient_funds, …
ApiError debit_failed(std::string_view failure);
// A card that cannot be made: incorrect_number, invalid_expiry_month, invalid_expiry_year,
// invalid_cvc.
ApiError invalid_card(std::string_view code);

// --- billing
ApiError no_payment_method();
ApiError too_many_subscriptions(std::string_view customer);
// The 402 of a payment that waits for the customer; that of an invoice keeps what was done.
ApiError subscription_requires_action();
ApiError invoice_requires_action();
ApiError test_clock_advancing(std::string_view clock);
ApiError rate_limited();
ApiError meter_event_session_expired();  // v2: the 15 minutes of a stream's token are over
ApiError lock_timeout();

// The body {"error": {…}}, keys alphabetical, with doc_url and request_log_url where Stripe has
// them.
[[nodiscard]] Json error_body(const ApiError& error, std::string_view request_id,
                              std::string_view request_log_url);

}  // namespace okapi::api
