#include "api/error.h"

#include <algorithm>
#include <array>

#include "api/currency.h"
#include "base/check.h"
#include "base/text.h"

namespace okapi::api {
namespace {

// --- pieces of messages

ApiError refuse(int status, std::string code, std::string message, std::string_view param = {}) {
  ApiError error;
  error.status = status;
  error.code = std::move(code);
  error.message = std::move(message);
  error.param = param;
  return error;
}

ApiError bad_request(std::string code, std::string message, std::string_view param = {}) {
  return refuse(400, std::move(code), std::move(message), param);
}

std::size_t code_point_bytes(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte < 0x80) return 1;
  if (byte < 0xe0) return 2;
  return byte < 0xf0 ? 3 : 4;
}

// The first `count` characters, not bytes.
std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  while (count-- > 0 && end < text.size()) end += code_point_bytes(text[end]);
  return text.substr(0, end);
}

std::string_view last_characters(std::string_view text, std::size_t count) {
  std::size_t begin = text.size();
  while (count > 0 && begin > 0) {
    --begin;
    if ((static_cast<unsigned char>(text[begin]) & 0xc0) != 0x80) --count;
  }
  return text.substr(begin);
}

// "abcd...wxyz" of anything that is not short.
std::string abridged(std::string_view text) {
  if (text.size() <= 11) return std::string(text);
  return concat(first_characters(text, 4), "...", last_characters(text, 4));
}

// Values that clients sent are echoed, but a megabyte of them is of no use to anybody.
std::string echoed(std::string_view value) {
  constexpr std::size_t longest = 500;
  if (value.size() <= longest) return std::string(value);
  return concat(first_characters(value, 240), "...", last_characters(value, 240));
}

// Stripe: an id is shown in quotes, with quotes and backslashes escaped, markup as \u003C, and the
// middle left out beyond 998 characters.
std::string quoted_id(std::string_view id) {
  std::string shown;
  if (id.size() > 998) {
    shown = concat(first_characters(id, 497), "...", last_characters(id, 497));
    id = shown;
  }
  std::string out = "'";
  for (const char c : id) {
    switch (c) {
      case '\'':
        out += "\\'";
        break;
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '<':
        out += "\\u003C";
        break;
      case '>':
        out += "\\u003E";
        break;
      case '&':
        out += "\\u0026";
        break;
      default:
        out += c;
    }
  }
  out += '\'';
  return out;
}

bool has_blank_or_quote(std::string_view id) { return id.find_first_of(" \t\r\n'\"`") != id.npos; }

std::string no_such_text(std::string_view noun, std::string_view id) {
  // Stripe: checkout sessions are named without quotes (api-conventions 4.2).
  if (noun == "checkout.session") return concat("No such checkout.session: ", echoed(id));
  std::string message = concat("No such ", noun, ": ", quoted_id(id));
  if (has_blank_or_quote(id)) {
    message += ". Make sure you use the exact id without extra whitespace or quotes";
  }
  if (noun == "PaymentMethod") {
    message +=
        "; It's possible this PaymentMethod exists on one of your connected accounts, in which "
        "case "
        "you should retry this request on that connected account. Learn more at "
        "https://stripe.com/docs/connect/authentication";
  }
  return message;
}

// "month, year, week, or day"; "a or b".
std::string either_of(const std::vector<std::string>& words) {
  if (words.size() == 2) return concat(words[0], " or ", words[1]);
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? ", or " : ", ";
    out += words[i];
  }
  return out;
}

// Stripe echoes decimals as Ruby's BigDecimal prints them: -0.5 is -0.5e0, 1.5 is 0.15e1, 0 is 0.0.
std::string ruby_decimal(std::string_view plain) {
  std::string out;
  if (!plain.empty() && (plain[0] == '-' || plain[0] == '+')) {
    if (plain[0] == '-') out = "-";
    plain.remove_prefix(1);
  }
  const std::size_t point = std::min(plain.find('.'), plain.size());
  std::string digits =
      concat(plain.substr(0, point), plain.substr(std::min(point + 1, plain.size())));
  const std::size_t lead = digits.find_first_not_of('0');
  if (lead == std::string::npos) return out + "0.0";
  const auto exponent = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(lead);
  digits.erase(0, lead);
  digits.erase(digits.find_last_not_of('0') + 1);
  return concat(out, "0.", echoed(digits), "e", std::to_string(exponent));
}

// Prefix and last four stay, the middle is hidden: sk_test_****************here.
std::string masked(std::string_view key) {
  std::size_t shown = 0;
  for (const std::string_view prefix :
       {"sk_test_", "rk_test_", "pk_test_", "sk_live_", "rk_live_", "pk_live_"}) {
    if (key.starts_with(prefix)) shown = prefix.size();
  }
  std::string out(key.substr(0, 255));
  const std::size_t end = out.size() >= shown + 8 ? out.size() - 4 : out.size();
  for (std::size_t i = shown; i < end; ++i) out[i] = '*';
  return out;
}

// The codes that have a section on https://stripe.com/docs/error-codes, in its order.
constexpr auto documented_codes = std::to_array<std::string_view>(
    {"account_closed",
     "account_country_invalid_address",
     "account_error_country_change_requires_additional_steps",
     "account_information_mismatch",
     "account_invalid",
     "account_number_invalid",
     "acss_debit_session_incomplete",
     "alipay_upgrade_required",
     "amount_too_large",
     "amount_too_small",
     "api_key_expired",
     "application_fees_not_allowed",
     "authentication_required",
     "balance_insufficient",
     "balance_invalid_parameter",
     "bank_account_bad_routing_numbers",
     "bank_account_declined",
     "bank_account_exists",
     "bank_account_restricted",
     "bank_account_unusable",
     "bank_account_unverified",
     "bank_account_verification_failed",
     "billing_invalid_mandate",
     "bitcoin_upgrade_required",
     "capture_charge_authorization_expired",
     "capture_unauthorized_payment",
     "card_decline_rate_limit_exceeded",
     "card_declined",
     "cardholder_phone_number_required",
     "charge_already_captured",
     "charge_already_refunded",
     "charge_disputed",
     "charge_exceeds_source_limit",
     "charge_exceeds_transaction_limit",
     "charge_expired_for_capture",
     "charge_invalid_parameter",
     "charge_not_refundable",
     "clearing_code_unsupported",
     "country_code_invalid",
     "country_unsupported",
     "coupon_expired",
     "customer_max_payment_methods",
     "customer_max_subscriptions",
     "customer_tax_location_invalid",
     "debit_not_authorized",
     "email_invalid",
     "expired_card",
     "financial_connections_account_inactive",
     "financial_connections_no_successful_transaction_refresh",
     "forwarding_api_inactive",
     "forwarding_api_invalid_parameter",
     "idempotency_key_in_use",
     "incorrect_address",
     "incorrect_cvc",
     "incorrect_number",
     "incorrect_zip",
     "instant_payouts_config_disabled",
     "instant_payouts_currency_disabled",
     "instant_payouts_limit_exceeded",
     "instant_payouts_unsupported",
     "insufficient_funds",
     "intent_invalid_state",
     "intent_verification_method_missing",
     "invalid_card_type",
     "invalid_characters",
     "invalid_charge_amount",
     "invalid_cvc",
     "invalid_expiry_month",
     "invalid_expiry_year",
     "invalid_mandate_reference_prefix_format",
     "invalid_number",
     "invalid_source_usage",
     "invalid_tax_location",
     "invoice_no_customer_line_items",
     "invoice_no_payment_method_types",
     "invoice_no_subscription_line_items",
     "invoice_not_editable",
     "invoice_on_behalf_of_not_editable",
     "invoice_payment_intent_requires_action",
     "invoice_upcoming_none",
     "livemode_mismatch",
     "lock_timeout",
     "missing",
     "no_account",
     "not_allowed_on_standard_account",
     "order_creation_failed",
     "order_status_invalid",
     "order_upstream_timeout",
     "out_of_inventory",
     "parameter_invalid_empty",
     "parameter_invalid_integer",
     "parameter_invalid_string_blank",
     "parameter_invalid_string_empty",
     "parameter_missing",
     "parameter_unknown",
     "parameters_exclusive",
     "payment_intent_action_required",
     "payment_intent_authentication_failure",
     "payment_intent_incompatible_payment_method",
     "payment_intent_invalid_parameter",
     "payment_intent_konbini_rejected_confirmation_number",
     "payment_intent_mandate_invalid",
     "payment_intent_payment_attempt_expired",
     "payment_intent_payment_attempt_failed",
     "payment_intent_unexpected_state",
     "payment_method_bank_account_already_verified",
     "payment_method_bank_account_blocked",
     "payment_method_billing_details_address_missing",
     "payment_method_configuration_failures",
     "payment_method_currency_mismatch",
     "payment_method_customer_decline",
     "payment_method_invalid_parameter",
     "payment_method_invalid_parameter_testmode",
     "payment_method_microdeposit_failed",
     "payment_method_microdeposit_verification_amounts_invalid",
     "payment_method_microdeposit_verification_amounts_mismatch",
     "payment_method_microdeposit_verification_attempts_exceeded",
     "payment_method_microdeposit_verification_descriptor_code_mismatch",
     "payment_method_microdeposit_verification_timeout",
     "payment_method_not_available",
     "payment_method_provider_decline",
     "payment_method_provider_timeout",
     "payment_method_unactivated",
     "payment_method_unexpected_state",
     "payment_method_unsupported_type",
     "payout_reconciliation_not_ready",
     "payouts_limit_exceeded",
     "payouts_not_allowed",
     "platform_account_required",
     "platform_api_key_expired",
     "postal_code_invalid",
     "processing_error",
     "product_inactive",
     "progressive_onboarding_limit_exceeded",
     "rate_limit",
     "refer_to_customer",
     "refund_disputed_payment",
     "request_blocked",
     "resource_already_exists",
     "resource_missing",
     "return_intent_already_processed",
     "routing_number_invalid",
     "secret_key_required",
     "sepa_unsupported_account",
     "setup_attempt_failed",
     "setup_intent_authentication_failure",
     "setup_intent_invalid_parameter",
     "setup_intent_mandate_invalid",
     "setup_intent_setup_attempt_expired",
     "setup_intent_unexpected_state",
     "shipping_address_invalid",
     "shipping_calculation_failed",
     "sku_inactive",
     "state_unsupported",
     "status_transition_invalid",
     "stripe_tax_inactive",
     "tax_id_invalid",
     "taxes_calculation_failed",
     "terminal_location_country_unsupported",
     "terminal_reader_busy",
     "terminal_reader_hardware_fault",
     "terminal_reader_invalid_location_for_activation",
     "terminal_reader_invalid_location_for_payment",
     "terminal_reader_offline",
     "terminal_reader_timeout",
     "testmode_charges_only",
     "tls_version_unsupported",
     "token_already_used",
     "token_card_network_invalid",
     "token_in_use",
     "transfer_source_balance_parameters_mismatch",
     "transfers_not_allowed",
     "url_invalid"});
static_assert(std::ranges::is_sorted(documented_codes));

}  // namespace

// --- URL, keys, versions

ApiError unrecognized_url(std::string_view method, std::string_view path) {
  std::string message =
      concat("Unrecognized request URL (", echoed(method), ": ", echoed(path), "). ");
  if (path.ends_with('/')) {
    message +=
        "If you are trying to list objects, remove the trailing slash. If you are trying to "
        "retrieve "
        "an object, make sure you passed a valid (non-empty) identifier in your code. ";
  }
  message += "Please see https://stripe.com/docs or we can help at https://support.stripe.com/.";
  return refuse(404, "", std::move(message));
}

ApiError not_implemented(std::string_view operation) {
  // Differs: Stripe has no such answer. okapi says so rather than invent a success.
  return refuse(501, "not_implemented",
                concat("okapi does not implement ", operation,
                       ". `okapi coverage` lists what it does. Nothing was changed."));
}

ApiError no_api_key() {
  return refuse(
      401, "",
      "You did not provide an API key. You need to provide your API key in the Authorization "
      "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
      "https://stripe.com/docs/api#authentication for details, or we can help at "
      "https://support.stripe.com/.");
}

ApiError invalid_api_key(std::string_view key) {
  return refuse(401, "", concat("Invalid API Key provided: ", masked(key)));
}

ApiError publishable_key() {
  // Guess: 401 without a code, as a simulator compared with Stripe has it; some report 403.
  return refuse(
      401, "",
      "This API call cannot be made with a publishable API key. Please use a secret API key. "
      "You can find a list of your API keys at "
      "https://dashboard.stripe.com/account/apikeys.");
}

ApiError wrong_client_secret(std::string_view noun) {
  return bad_request("",
                     concat("The client_secret provided does not match any associated ", noun,
                            " on this account. Ensure the publishable key used belongs to the same "
                            "account that created the ",
                            noun, "."),
                     "client_secret");
}

ApiError live_key() {
  // Differs: a live key here is a mistake that could cost money elsewhere; it is not even echoed.
  return refuse(
      401, "",
      "You passed a live mode key to okapi, which is a local mock of Stripe and never accepts "
      "one. Use a test key: any text after sk_test_ works. If this key was meant to stay "
      "secret, check where your configuration sends it.");
}

ApiError unsupported_key(std::string_view prefix) {
  return refuse(401, "",
                concat("okapi does not support keys that begin with ", prefix,
                       ". Use a test key: any text after sk_test_ works."));
}

ApiError foreign_account(std::string_view key, std::string_view account) {
  return refuse(
      403, "account_invalid",
      concat("The provided key '", masked(key), "' does not have access to account '",
             echoed(account),
             "' (or that account does not exist). Application access may have been revoked."));
}

ApiError too_many_accounts(std::size_t limit) {
  return refuse(429, "rate_limit",
                concat("okapi keeps at most ", std::to_string(limit),
                       " accounts, one for each key it has seen. Reuse keys, or POST "
                       "/_okapi/reset with all=true."));
}

// Differs: Stripe has no such bound. 400, because no client tries that again by itself.
ApiError too_many_objects(std::size_t limit) {
  return bad_request("", concat("This account holds as many objects as --max-objects allows (",
                                std::to_string(limit),
                                "). Delete some, POST /_okapi/reset, or start okapi with a greater "
                                "number."));
}

ApiError invalid_version(std::string_view version) {
  return bad_request("", concat("Invalid Stripe API version: ", echoed(version)));
}

ApiError body_too_large(std::size_t limit) {
  return refuse(413, "",
                concat("The request body is too large: at most ", std::to_string(limit),
                       " bytes are accepted."));
}

ApiError wrong_content_type() {
  return bad_request(
      "",
      "Invalid request (check that your POST content type is "
      "application/x-www-form-urlencoded). If you have any questions, we can help at "
      "https://support.stripe.com/.");
}

ApiError foreign_page(std::string_view origin) {
  return refuse(403, "",
                concat("okapi's own paths cannot be used from a page of another site (",
                       echoed(origin), "). Use them from a program, or from okapi's own pages."));
}

ApiError foreign_host(std::string_view host) {
  return refuse(
      403, "",
      concat("okapi's own paths answer under 127.0.0.1 and localhost only, and this "
             "request asked ",
             echoed(host), ". Start okapi with --allow-host ", echoed(host), " to allow it."));
}

ApiError refused_request(int status, std::string_view reason) {
  return refuse(status, "", std::string(reason));
}

ApiError internal(std::string_view request_id) {
  ApiError error =
      refuse(500, "",
             concat("An unknown error occurred: a check inside okapi failed. This is a bug "
                    "of okapi; its log has the place next to the request id ",
                    request_id, ". Nothing was changed."));
  error.type = "api_error";
  return error;
}

ApiError out_of_range() {
  return bad_request("", "The amounts of this request exceed what can be represented.");
}

// --- parameters

ApiError unknown_parameter(std::string_view param) {
  return bad_request("parameter_unknown", concat("Received unknown parameter: ", echoed(param)),
                     echoed(param));
}

ApiError missing_parameter(std::string_view param) {
  return bad_request("parameter_missing", concat("Missing required param: ", param, "."), param);
}

ApiError empty_parameter(std::string_view param) {
  return bad_request(
      "parameter_invalid_empty",
      concat("You passed an empty string for '", param,
             "'. We assume empty values are an attempt to unset a parameter; however '", param,
             "' cannot be unset. You should remove '", param,
             "' from your request or supply a non-empty value."),
      param);
}

ApiError invalid_integer(std::string_view param, std::string_view value) {
  return bad_request("parameter_invalid_integer", concat("Invalid integer: ", echoed(value)),
                     param);
}

ApiError invalid_non_negative_integer(std::string_view param) {
  return bad_request("parameter_invalid_integer", "Invalid non-negative integer", param);
}

ApiError invalid_positive_integer(std::string_view param) {
  return bad_request("parameter_invalid_integer", "Invalid positive integer", param);
}

ApiError at_least(std::string_view param, std::int64_t minimum) {
  return bad_request(
      "parameter_invalid_integer",
      concat("This value must be greater than or equal to ", std::to_string(minimum), "."), param);
}

ApiError at_most(std::string_view param, std::int64_t maximum) {
  return bad_request(
      "parameter_invalid_integer",
      concat("This value must be less than or equal to ", std::to_string(maximum), "."), param);
}

ApiError invalid_decimal(std::string_view param, std::string_view value) {
  return bad_request("", concat("Invalid decimal: ", echoed(value)), param);
}

ApiError too_many_decimal_places(std::string_view param, std::string_view value) {
  return bad_request(
      "",
      concat("Invalid decimal: ", ruby_decimal(value), "; must contain at most 12 decimal places."),
      param);
}

ApiError negative_decimal(std::string_view param, std::string_view value) {
  return bad_request("",
                     concat("This value must be greater than or equal to 0 (it currently is '",
                            ruby_decimal(value), "')."),
                     param);
}

ApiError invalid_boolean(std::string_view param, std::string_view value) {
  return bad_request("", concat("Invalid boolean: ", echoed(value)), param);
}

ApiError invalid_object(std::string_view param) { return bad_request("", "Invalid object", param); }

ApiError invalid_array(std::string_view param) { return bad_request("", "Invalid array", param); }

ApiError invalid_string(std::string_view param, std::string_view value_as_json) {
  return bad_request("", concat("Invalid string: ", echoed(value_as_json)), param);
}

ApiError invalid_enum(std::string_view param, std::string_view value,
                      const std::vector<std::string>& allowed) {
  (void)value;  // Stripe does not echo it.
  if (allowed.size() == 1) {
    // Guess: no recorded sample of an enum with one word.
    return bad_request("", concat("Invalid ", param, ": must be ", allowed.front()), param);
  }
  return bad_request("", concat("Invalid ", param, ": must be one of ", either_of(allowed)), param);
}

ApiError too_long(std::string_view param, std::string_view value, std::size_t maximum) {
  return bad_request("",
                     concat("Invalid string: ", abridged(value), "; must be at most ",
                            std::to_string(maximum), " characters"),
                     param);
}

ApiError too_many_items(std::string_view param, std::size_t maximum) {
  return bad_request(
      "", concat("Array items exceeded maximum ", std::to_string(maximum), " allowed elements."),
      param);
}

ApiError invalid_currency(std::string_view param, std::string_view value) {
  std::string message =
      concat("Invalid currency: ", echoed(value), ". Stripe currently supports these currencies: ");
  for (const std::string_view code : currencies()) {
    if (code != currencies().front()) message += ", ";
    message += code;
  }
  return bad_request("", std::move(message), param);
}

ApiError invalid_email(std::string_view param, std::string_view value) {
  return bad_request("email_invalid", concat("Invalid email address: ", echoed(value)), param);
}

ApiError invalid_url(std::string_view param) {
  return bad_request("url_invalid", "Not a valid URL", param);
}

ApiError invalid_timestamp(std::string_view param) {
  return bad_request("", "Invalid timestamp: must be an integer Unix timestamp.", param);
}

ApiError invalid_date_time(std::string_view param) {
  return bad_request(
      "", "Invalid timestamp: must be an RFC 3339 date and time such as 2024-10-01T00:00:00Z.",
      param);
}

ApiError future_timestamp_required(std::string_view param) {
  return bad_request("", "Invalid timestamp: must be an integer Unix timestamp in the future.",
                     param);
}

ApiError only_one_of(const std::vector<std::string>& params) {
  std::string message = "You may only specify one of these parameters: ";
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (i > 0) message += ", ";
    message += params[i];
  }
  return bad_request("", message + ".", params.empty() ? std::string() : params.front());
}

ApiError invalid_request(std::string message, std::string_view param, std::string_view code) {
  return bad_request(std::string(code), std::move(message), param);
}

ApiError too_many_metadata_keys(std::size_t count) {
  return bad_request(
      "", concat("Metadata can have up to 50 keys, but you've set ", std::to_string(count)),
      "metadata");
}

ApiError metadata_key_too_long(std::string_view key) {
  return bad_request(
      "",
      concat("Metadata keys can have up to 40 characters, but you passed in a key that "
             "is ",
             std::to_string(character_count(key)), " characters. Invalid key: ", echoed(key)),
      "metadata");
}

ApiError metadata_value_too_long(std::string_view value) {
  return bad_request(
      "",
      concat("Metadata values can have up to 500 characters, but you passed in a value "
             "that is ",
             std::to_string(character_count(value)), " characters. Invalid value: ", echoed(value)),
      "metadata");
}

ApiError undecodable_parameters() {
  return bad_request(
      "",
      "The parameters of this request could not be decoded. Please send valid UTF-8, "
      "form-encoded, at most 20 levels deep and 10,000 parameters long.");
}

ApiError undecodable_json() {
  return bad_request(
      "",
      "The body of this request could not be decoded. Please send one JSON object in "
      "valid UTF-8, at most 20 levels deep.");
}

// --- objects

ApiError no_such_in_path(std::string_view noun, std::string_view id, std::string_view param) {
  return refuse(404, "resource_missing", no_such_text(noun, id),
                noun == "checkout.session" ? std::string_view() : param);
}

ApiError no_such(std::string_view noun, std::string_view id, std::string_view param) {
  return bad_request("resource_missing", no_such_text(noun, id), param);
}

ApiError already_exists(std::string_view noun, std::string_view param) {
  std::string message(noun);
  if (!message.empty() && message[0] >= 'a' && message[0] <= 'z') message[0] -= 'a' - 'A';
  return bad_request("resource_already_exists", message + " already exists.", param);
}

// --- expansion, lists

// Stripe: a field that an earlier version had (commerce-stripe#343).
ApiError cannot_expand_removed(std::string_view path) {
  return bad_request(
      "", concat("This property cannot be expanded because it doesn't exist: ", echoed(path), "."));
}

ApiError cannot_expand(std::string_view path, std::string_view hint) {
  std::string message = concat("This property cannot be expanded (", echoed(path), ").");
  if (!hint.empty())
    message += concat(" You may want to try expanding '", echoed(hint), "' instead.");
  return bad_request("", std::move(message));
}

ApiError cannot_include(std::string_view path) {
  return bad_request("", concat("This property cannot be included (", echoed(path), ")"));
}

ApiError expansion_too_deep(std::string_view path) {
  return bad_request(
      "property_expansion_max_depth",
      concat("You cannot expand more than 4 levels of a property. Property: ", echoed(path)));
}

ApiError both_cursors() {
  return bad_request(
      "",
      "Received both starting_after and ending_before parameters. Please pass in only "
      "one.");
}

// --- idempotency

ApiError idempotency_mismatch(std::string_view key) {
  ApiError error = bad_request(
      "", concat("Keys for idempotent requests can only be used with the same parameters they were "
                 "first used with. Try using a key other than '",
                 key, "' if you meant to execute a different request."));
  error.type = "idempotency_error";
  return error;
}

ApiError idempotency_in_use(std::string_view key) {
  // Guess: the type is quoted both as invalid_request_error and as idempotency_error.
  return refuse(
      409, "idempotency_key_in_use",
      concat("There is currently another in-progress request using this Idempotent Key (that "
             "probably means you submitted twice, and the other request is still going "
             "through): ",
             key, ". Please try again later."));
}

ApiError idempotency_key_length() {
  return bad_request("", "Idempotency Key must be a non-empty string.");
}

// --- cards

ApiError debit_failed(std::string_view failure) {
  struct Failure {
    std::string_view code;
    std::string_view message;
  };
  static constexpr auto failures = std::to_array<Failure>({
      {"account_closed", "The customer's bank account has been closed."},
      {"debit_not_authorized",
       "The customer has notified their bank that this payment was unauthorized."},
      {"insufficient_funds",
       "The customer's account has insufficient funds to cover this payment."},
      {"invalid_currency", "The bank was unable to process this payment because of its currency."},
      {"no_account", "The customer's bank account could not be located."},
  });
  ApiError error;
  error.status = 402;
  error.type = "invalid_request_error";
  error.code = "payment_intent_payment_attempt_failed";
  error.message = "The payment failed.";
  for (const Failure& known : failures) {
    if (known.code == failure) error.message = known.message;
  }
  error.extra["decline_code"] = std::string(failure);
  error.executed = true;
  return error;
}

ApiError card_declined(std::string_view decline_code) {
  struct Decline {
    std::string_view decline_code;
    std::string_view code;
    std::string_view message;
    std::string_view network_decline_code = {};
    std::string_view advice_code = {};
  };
  static constexpr std::string_view declined = "Your card was declined.";
  static constexpr auto declines = std::to_array<Decline>({
      {"generic_decline", "card_declined", declined, "01", "try_again_later"},
      {"insufficient_funds", "card_declined", "Your card has insufficient funds.", "51",
       "try_again_later"},
      {"lost_card", "card_declined", declined},
      {"stolen_card", "card_declined", declined},
      {"fraudulent", "card_declined", declined},
      {"card_velocity_exceeded", "card_declined",
       "Your card was declined for making repeated attempts too frequently or exceeding its "
       "amount limit."},
      {"expired_card", "expired_card", "Your card has expired.", "54", "do_not_try_again"},
      {"incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."},
      {"processing_error", "processing_error",
       "An error occurred while processing your card. Try again in a little bit."},
      {"authentication_required", "authentication_required",
       "Your card was declined. This transaction requires authentication.", "1A"},
  });
  const auto found = std::ranges::find(declines, decline_code, &Decline::decline_code);
  OKAPI_CHECK(found != declines.end());
  ApiError error = refuse(402, std::string(found->code), std::string(found->message));
  error.type = "card_error";
  error.executed = true;
  error.extra["decline_code"] = found->decline_code;
  if (!found->network_decline_code.empty()) {
    error.extra["network_decline_code"] = found->network_decline_code;
  }
  if (!found->advice_code.empty()) error.extra["advice_code"] = found->advice_code;
  return error;
}

ApiError invalid_card(std::string_view code) {
  struct Fault {
    std::string_view code;
    std::string_view message;
    std::string_view param;
  };
  static constexpr auto faults = std::to_array<Fault>({
      {"incorrect_number", "Your card number is incorrect.", "number"},
      {"invalid_expiry_month", "Your card's expiration month is invalid.", "exp_month"},
      {"invalid_expiry_year", "Your card's expiration year is invalid.", "exp_year"},
      {"invalid_cvc", "Your card's security code is invalid.", "cvc"},
  });
  const auto found = std::ranges::find(faults, code, &Fault::code);
  OKAPI_CHECK(found != faults.end());
  ApiError error = refuse(402, std::string(found->code), std::string(found->message), found->param);
  error.type = "card_error";
  return error;
}

// --- billing

ApiError too_many_subscriptions(std::string_view customer) {
  return invalid_request(
      concat("Customer ", customer, " already has the maximum 500 current subscriptions."), {},
      "customer_max_subscriptions");
}

ApiError no_payment_method() {
  ApiError error = bad_request("resource_missing",
                               "This customer has no attached payment source or default payment "
                               "method. Please consider adding "
                               "a default payment method. For more information, visit "
                               "https://stripe.com/docs/billing/subscriptions/"
                               "payment-methods-setting#payment-method-priority.");
  error.executed = true;
  return error;
}

ApiError subscription_requires_action() {
  ApiError error = refuse(
      402, "subscription_payment_intent_requires_action",
      "Payment for this subscription requires additional user action before it can be completed "
      "successfully. Payment can be completed using the PaymentIntent associated with "
      "`subscription.latest_invoice`. For more information see "
      "https://stripe.com/docs/billing/subscriptions/overview#requires-action");
  error.type = "card_error";
  error.executed = true;
  return error;
}

ApiError invoice_requires_action() {
  ApiError error = refuse(
      402, "invoice_payment_intent_requires_action",
      "Payment for this invoice requires additional user action before it can be completed "
      "successfully. Payment can be completed using the PaymentIntent associated with the invoice. "
      "For more information see "
      "https://stripe.com/docs/billing/subscriptions/overview#requires-action");
  error.type = "card_error";
  error.executed = true;
  error.commits = true;
  return error;
}

ApiError test_clock_advancing(std::string_view clock) {
  return refuse(429, "",
                concat("Test clock advancement underway - cannot perform modifications: ", clock));
}

ApiError rate_limited() {
  return refuse(429, "rate_limit",
                "Testmode request rate limit exceeded, the rate limits in testmode are lower than "
                "livemode. You can learn more about rate limits here "
                "https://stripe.com/docs/rate-limits.");
}

ApiError meter_event_session_expired() {
  // Guess: the text; type and code are in the SDKs.
  ApiError error = bad_request("billing_meter_event_session_expired",
                               "The meter event session has expired. Create a new one to go on "
                               "sending meter events.");
  error.type = "temporary_session_expired";
  return error;
}

ApiError lock_timeout() {
  return refuse(
      429, "lock_timeout",
      "This object cannot be accessed right now because another API request or Stripe process "
      "is currently accessing it. If you see this error intermittently, retry the request. If "
      "you see this error frequently and are making multiple concurrent requests to a single "
      "object, make your requests serially or at a lower rate.");
}

Json error_body(const ApiError& error, std::string_view request_id,
                std::string_view request_log_url) {
  Json body = error.extra.is_object() ? error.extra : Json::object();
  (void)request_id;  // It stands in the header, and inside the URL.
  if (!error.code.empty()) {
    body["code"] = error.code;
    if (std::ranges::binary_search(documented_codes, std::string_view(error.code))) {
      std::string page = error.code;
      std::ranges::replace(page, '_', '-');
      body["doc_url"] = concat("https://stripe.com/docs/error-codes/", page);
    }
  }
  // What a client sent is echoed, and need not be UTF-8 in a path or a header; JSON must be.
  body["message"] = repaired_utf8(error.message);
  if (!error.param.empty()) body["param"] = repaired_utf8(error.param);
  if (!request_log_url.empty()) body["request_log_url"] = repaired_utf8(request_log_url);
  body["type"] = error.type;
  Json envelope = Json::object();
  envelope["error"] = std::move(body);
  return envelope;
}

}  // namespace okapi::api
