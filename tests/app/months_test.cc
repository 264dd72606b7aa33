// Months that are told (engine/months.h) leave the same world as months that are played: two okapis
// get the same requests, one of them tells whatever it can, and every answer and every document is
// compared. Ids are numbered in the order of their appearance, as told months take others.
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "app.h"
#include "base/json.h"
#include "server/accounts.h"
#include "store/committed.h"
#include "store/snapshot.h"
#include "tests/transcript/world.h"

namespace okapi {
namespace {

constexpr const char* key = "sk_test_months";

// The nth id of a text becomes <n>.
std::string without_ids(const std::string& text) {
  constexpr int digits_of_an_id = 9;
  std::map<std::string, std::size_t> known;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto in_word = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    std::size_t end = at;
    int digits = 0;
    bool has_id = false;
    for (; end < text.size() && in_word(text[end]); ++end) {
      digits = text[end] >= '0' && text[end] <= '9' ? digits + 1 : 0;
      has_id = has_id || digits >= digits_of_an_id;
    }
    const std::string word = text.substr(at, end - at);
    // Those of previews are given again to the next preview, if they were not given to more lines.
    if (word.starts_with("il_tmp_")) {
      out += "<tmp>";
    } else if (has_id && (word.find('_') != std::string::npos || word.size() > 15)) {
      const auto [entry, is_new] = known.emplace(word, known.size() + 1);
      out += "<" + std::to_string(entry->second) + ">";
    } else {
      out += word;
    }
    if (end < text.size()) out += text[end++];
    at = end;
  }
  return out;
}

// What the account holds, in order, without the numbers of the lines.
std::string documents_of(const store::Account& account) {
  std::ostringstream out;
  const store::NamedState state{.name = "months", .state = account.committed()};
  store::write_snapshot(out, {&state, 1}, "test");
  std::istringstream lines(std::move(out).str());
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    if (const std::size_t at = line.find(",\"document\":"); at != std::string::npos) {
      text += line.substr(at) + "\n";
    }
  }
  return without_ids(text);
}

// Empty when they are the same.
std::string first_difference(const std::string& played, const std::string& told) {
  std::istringstream a(played);
  std::istringstream b(told);
  std::string one;
  std::string other;
  for (int line = 1; a || b; ++line) {
    if (!std::getline(a, one)) one = "(end)";
    if (!std::getline(b, other)) other = "(end)";
    if (one != other) {
      return "line " + std::to_string(line) + "\nplayed: " + one + "\ntold:   " + other;
    }
  }
  return {};
}

class Okapi {
 public:
  explicit Okapi(std::size_t told_from)
      : dispatch_(registry(), settings(told_from), options()),
        account_(dispatch_.accounts().of_key(key).store) {
    dispatch_.set_ready(true);
  }

  std::string send(const std::string& line) {
    const std::size_t blank = line.find(' ');
    const std::size_t body = line.find(' ', blank + 1);
    api::Request request;
    request.method = line.substr(0, blank);
    request.target = line.substr(blank + 1, body - blank - 1);
    if (body != std::string::npos) request.body = line.substr(body + 1);
    request.headers = {{"Authorization", std::string("Bearer ") + key},
                       {"Content-Type", "application/x-www-form-urlencoded"}};
    return dispatch_.handle(request).body;
  }
  [[nodiscard]] const store::Account& account() const { return account_; }

 private:
  static api::Settings settings(std::size_t told_from) {
    api::Settings settings;
    settings.told_from = told_from;
    return settings;
  }
  static server::Options options() {
    server::Options options = transcript::quiet_options();
    options.most_events = 0;  // told events are forgotten by the part
    return options;
  }

  server::Dispatch dispatch_;
  store::Account& account_;
};

// Both, side by side.
class Pair {
 public:
  // Gives the id of what was made, one for each.
  using Ids = std::pair<std::string, std::string>;

  Ids send(const std::string& line) { return send(line, {}); }
  // "%" in the line is the id.
  Ids send(const std::string& line, const Ids& id) { return send(line, id, {}); }
  // "%%" is the other id.
  Ids send(const std::string& line, const Ids& id, const Ids& other) {
    const std::string a = played_.send(with(line, id.first, other.first));
    const std::string b = told_.send(with(line, id.second, other.second));
    INFO(line);
    CHECK(first_difference(without_ids(a), without_ids(b)) == "");
    return {id_in(a), id_in(b)};
  }
  void compare() {
    const std::string a = documents_of(played_.account());
    const std::string b = documents_of(told_.account());
    CHECK(a.size() > 1'000);
    CHECK(first_difference(a, b) == "");
  }
  [[nodiscard]] const store::Account& told() const { return told_.account(); }

 private:
  static std::string with(std::string line, const std::string& id, const std::string& other) {
    for (std::size_t at = line.find("%%"); at != std::string::npos; at = line.find("%%")) {
      line.replace(at, 2, other);
    }
    for (std::size_t at = line.find('%'); at != std::string::npos; at = line.find('%')) {
      line.replace(at, 1, id);
    }
    return line;
  }
  // Of a list, of its first row.
  static std::string id_in(const std::string& answer) {
    const Json object = Json::parse(answer, nullptr, false);
    if (!object.is_object()) return {};
    if (object.contains("id")) return text(object, "id");
    const Json& rows = at_path(object, {"data"});
    return rows.is_array() && !rows.empty() && rows[0].contains("id") ? text(rows[0], "id") : "";
  }

  Okapi played_{1'000'000};
  Okapi told_{1};
};

struct Shop {
  Pair::Ids clock;
  Pair::Ids monthly;
  Pair::Ids weekly;
  Pair::Ids tiered;
};

Shop open_shop(Pair& both) {
  Shop shop;
  shop.clock = both.send("POST /v1/test_helpers/test_clocks frozen_time=1767225600");
  const Pair::Ids product = both.send("POST /v1/products name=Gold");
  shop.monthly = both.send(
      "POST /v1/prices product=%&currency=usd&unit_amount=1999&recurring[interval]=month", product);
  shop.weekly = both.send(
      "POST /v1/prices product=%&currency=usd&unit_amount=333&recurring[interval]=week", product);
  shop.tiered = both.send(
      "POST /v1/prices product=%&currency=usd&billing_scheme=tiered&tiers_mode=graduated"
      "&tiers[0][up_to]=10&tiers[0][unit_amount]=500&tiers[1][up_to]=inf"
      "&tiers[1][unit_amount_decimal]=333.33&recurring[interval]=month",
      product);
  return shop;
}

Pair::Ids customer(Pair& both, const Shop& shop, const std::string& card,
                   const std::string& more = {}) {
  return both.send("POST /v1/customers test_clock=%&payment_method=" + card +
                       "&invoice_settings[default_payment_method]=" + card + more,
                   shop.clock);
}

void advance(Pair& both, const Shop& shop, Seconds to) {
  both.send("POST /v1/test_helpers/test_clocks/%/advance frozen_time=" + std::to_string(to),
            shop.clock);
}

constexpr Seconds start = 1'767'225'600;

}  // namespace

TEST_CASE("a year of plain subscriptions is told as it is played") {
  Pair both;
  const Shop shop = open_shop(both);
  const Pair::Ids rate =
      both.send("POST /v1/tax_rates display_name=VAT&percentage=7.7&inclusive=false");
  for (int i = 0; i < 3; ++i) {
    const Pair::Ids ann = customer(both, shop, "pm_card_visa", "&name=Ann" + std::to_string(i));
    both.send(
        "POST /v1/subscriptions customer=%%&items[0][price]=%&metadata[n]=" + std::to_string(i),
        shop.monthly, ann);
  }
  const Pair::Ids bob = customer(both, shop, "pm_card_visa");
  both.send("POST /v1/subscriptions customer=%%&items[0][price]=%&items[0][quantity]=4",
            shop.weekly, bob);
  const Pair::Ids cid = customer(both, shop, "pm_card_mastercard");
  both.send("POST /v1/subscriptions customer=%%&items[0][price]=%&items[0][quantity]=25",
            shop.tiered, cid);
  const Pair::Ids taxed = customer(both, shop, "pm_card_visa");
  const Pair::Ids taxable =
      both.send("POST /v1/subscriptions customer=%%&items[0][price]=%", shop.monthly, taxed);
  both.send("POST /v1/subscriptions/% default_tax_rates[0]=%%", taxable, rate);
  advance(both, shop, start + 366 * day);
  CHECK(store::told_documents(*both.told().committed()) > 500);
  for (const char* path :
       {"GET /v1/invoices?limit=100", "GET /v1/events?limit=100", "GET /v1/charges?limit=100",
        "GET /v1/payment_intents?limit=100", "GET /v1/balance_transactions?limit=100",
        "GET /v1/subscriptions", "GET /v1/customers", "GET /v1/invoice_payments?limit=100",
        "GET /v1/events?limit=100&type=invoice.upcoming",
        "GET /v1/invoices/search?query=status:\"paid\"&limit=100"}) {
    both.send(path);
  }
  both.send("GET /v1/invoices?customer=%&limit=100", bob);
  both.send("GET /v1/invoices?subscription=%", taxable);
  both.compare();
}

TEST_CASE("what was told can be changed like anything else, and time goes on from there") {
  Pair both;
  const Shop shop = open_shop(both);
  const Pair::Ids ann = customer(both, shop, "pm_card_visa");
  const Pair::Ids sub =
      both.send("POST /v1/subscriptions customer=%%&items[0][price]=%", shop.monthly, ann);
  const Pair::Ids bob = customer(both, shop, "pm_card_visa");
  const Pair::Ids weekly =
      both.send("POST /v1/subscriptions customer=%%&items[0][price]=%", shop.weekly, bob);
  advance(both, shop, start + 70 * day);
  const Pair::Ids charge = both.send("GET /v1/charges?customer=%&limit=1", ann);
  both.send("POST /v1/refunds charge=%&amount=500", charge);
  both.send("GET /v1/charges/%", charge);
  const Pair::Ids invoice = both.send("GET /v1/invoices?customer=%&limit=1", bob);
  both.send("POST /v1/credit_notes invoice=%&amount=100", invoice);
  both.send("POST /v1/invoices/% metadata[seen]=yes", invoice);
  both.send("GET /v1/invoices/%?expand[]=payments.data.payment.payment_intent&expand[]=customer",
            invoice);
  const Pair::Ids event = both.send("GET /v1/events?type=invoice.paid&limit=1");
  both.send("GET /v1/events/%", event);
  both.compare();

  advance(both, shop, start + 100 * day);
  both.send("POST /v1/subscriptions/% metadata[plan]=gold", weekly);
  both.send("POST /v1/customers/% name=Ann", ann);
  advance(both, shop, start + 140 * day);
  both.send("DELETE /v1/subscriptions/%", weekly);
  // In the hour in which its invoice is a draft.
  advance(both, shop, start + 151 * day + 1'800);
  both.send("GET /v1/invoices?status=draft");
  both.send("POST /v1/invoiceitems customer=%&amount=700&currency=usd", ann);
  advance(both, shop, start + 200 * day);
  both.send("POST /v1/subscriptions/% cancel_at_period_end=true", sub);
  advance(both, shop, start + 300 * day);
  both.send("GET /v1/invoices?customer=%&limit=100", ann);
  both.send("GET /v1/subscriptions/%", sub);
  both.compare();
}

TEST_CASE("what is not plain is played among months that are told") {
  Pair both;
  const Shop shop = open_shop(both);
  const Pair::Ids plain = customer(both, shop, "pm_card_visa");
  both.send("POST /v1/subscriptions customer=%%&items[0][price]=%", shop.monthly, plain);
  const Pair::Ids coupon = both.send("POST /v1/coupons percent_off=25&duration=forever");
  const Pair::Ids saves = customer(both, shop, "pm_card_visa");
  const Pair::Ids saving =
      both.send("POST /v1/subscriptions customer=%%&items[0][price]=%", shop.monthly, saves);
  both.send("POST /v1/subscriptions/% discounts[0][coupon]=%%", saving, coupon);
  const Pair::Ids fails = customer(both, shop, "pm_card_visa");
  both.send("POST /v1/subscriptions customer=%%&items[0][price]=%", shop.monthly, fails);
  const Pair::Ids bad = both.send(
      "POST /v1/payment_methods/pm_card_chargeCustomerFail/attach "
      "customer=%",
      fails);
  both.send("POST /v1/customers/% invoice_settings[default_payment_method]=%%", fails, bad);
  const Pair::Ids two = customer(both, shop, "pm_card_visa");
  both.send("POST /v1/subscriptions customer=%%&items[0][price]=%", shop.monthly, two);
  both.send("POST /v1/subscriptions customer=%%&items[0][price]=%", shop.weekly, two);
  const Pair::Ids sent = customer(both, shop, "pm_card_visa");
  both.send(
      "POST /v1/subscriptions customer=%%&items[0][price]=%&collection_method=send_invoice"
      "&days_until_due=10",
      shop.monthly, sent);
  const Pair::Ids rich = customer(both, shop, "pm_card_visa", "&balance=-5000");
  both.send("POST /v1/subscriptions customer=%%&items[0][price]=%", shop.monthly, rich);
  const Pair::Ids tries = customer(both, shop, "pm_card_visa");
  both.send("POST /v1/subscriptions customer=%%&items[0][price]=%&trial_period_days=40",
            shop.monthly, tries);
  advance(both, shop, start + 200 * day);
  both.send("GET /v1/invoices?limit=100");
  both.compare();
}

TEST_CASE("usage is told: fixed fee and overage, tiers, and months without any") {
  Pair both;
  const Shop shop = open_shop(both);
  both.send(
      "POST /v1/billing/meters display_name=T&event_name=tokens"
      "&default_aggregation[formula]=sum");
  const Pair::Ids meter = both.send("GET /v1/billing/meters");
  const Pair::Ids product = both.send("POST /v1/products name=Tokens");
  const Pair::Ids overage = both.send(
      "POST /v1/prices product=%&currency=usd&billing_scheme=tiered&tiers_mode=graduated"
      "&tiers[0][up_to]=100&tiers[0][unit_amount]=0&tiers[1][up_to]=1000"
      "&tiers[1][unit_amount_decimal]=1.5&tiers[1][flat_amount]=250&tiers[2][up_to]=inf"
      "&tiers[2][unit_amount_decimal]=0.7&recurring[interval]=month"
      "&recurring[usage_type]=metered&recurring[meter]=%%",
      product, meter);
  const Pair::Ids unit = both.send(
      "POST /v1/prices product=%&currency=usd&unit_amount_decimal=4.2"
      "&recurring[interval]=month&recurring[usage_type]=metered&recurring[meter]=%%",
      product, meter);
  const auto report = [&](const Pair::Ids& who, int value, int after_days) {
    both.send(
        "POST /v1/billing/meter_events event_name=tokens&payload[stripe_customer_id]=%"
        "&payload[value]=" +
            std::to_string(value) + "&timestamp=" + std::to_string(start + after_days * day + 60),
        who);
  };
  std::vector<Pair::Ids> fee_and_overage;
  std::vector<Pair::Ids> as_they_go;
  for (int i = 0; i < 3; ++i) {
    fee_and_overage.push_back(customer(both, shop, "pm_card_visa"));
    const Pair::Ids sub = both.send("POST /v1/subscriptions customer=%%&items[0][price]=%",
                                    shop.monthly, fee_and_overage.back());
    both.send("POST /v1/subscription_items subscription=%&price=%%", sub, overage);
    as_they_go.push_back(customer(both, shop, "pm_card_visa"));
    both.send("POST /v1/subscriptions customer=%%&items[0][price]=%", unit, as_they_go.back());
  }
  for (int month = 0; month < 5; ++month) {
    for (int i = 0; i < 3; ++i) {
      report(fee_and_overage[static_cast<std::size_t>(i)], 50 + 700 * i * month, 30 * month);
      // The first never uses anything, the second too little to be charged at first.
      if (i > 0) report(as_they_go[static_cast<std::size_t>(i)], 7 + 400 * month * i, 30 * month);
    }
    advance(both, shop, start + (30 * month + 29) * day);
  }
  // An hour of a draft in which usage comes late.
  advance(both, shop, start + 151 * day + 600);
  report(fee_and_overage[1], 5'000, 150);
  advance(both, shop, start + 400 * day);
  CHECK(store::told_documents(*both.told().committed()) > 300);
  both.send("GET /v1/invoices?limit=100");
  both.send("GET /v1/invoices?customer=%&limit=100", fee_and_overage[2]);
  both.send("GET /v1/invoices?customer=%&limit=100", as_they_go[1]);
  both.compare();
}

TEST_CASE("usage beyond all amounts stops the clock in either way") {
  Pair both;
  const Shop shop = open_shop(both);
  const Pair::Ids meter = both.send(
      "POST /v1/billing/meters display_name=T&event_name=tokens"
      "&default_aggregation[formula]=sum");
  const Pair::Ids product = both.send("POST /v1/products name=Tokens");
  const Pair::Ids unit = both.send(
      "POST /v1/prices product=%&currency=usd&unit_amount=999999"
      "&recurring[interval]=month&recurring[usage_type]=metered&recurring[meter]=%%",
      product, meter);
  const Pair::Ids ann = customer(both, shop, "pm_card_visa");
  both.send("POST /v1/subscriptions customer=%%&items[0][price]=%", unit, ann);
  for (const char* value : {"1", "600", "100000000000000"}) {
    both.send(
        "POST /v1/billing/meter_events event_name=tokens&payload[stripe_customer_id]=%"
        "&payload[value]=" +
            std::string(value) + "&timestamp=" + std::to_string(start + 60),
        ann);
  }
  advance(both, shop, start + 100 * day);
  both.send("GET /v1/test_helpers/test_clocks/%", shop.clock);
  both.compare();
}

TEST_CASE("a named snapshot of told months comes back as it was") {
  Pair both;
  const Shop shop = open_shop(both);
  const Pair::Ids ann = customer(both, shop, "pm_card_visa");
  both.send("POST /v1/subscriptions customer=%%&items[0][price]=%", shop.monthly, ann);
  advance(both, shop, start + 70 * day);
  both.send("POST /_okapi/snapshots/half");
  advance(both, shop, start + 170 * day);
  both.compare();
  both.send("POST /_okapi/snapshots/half/restore");
  both.compare();
  both.send("POST /v1/customers/% name=Ann", ann);
  advance(both, shop, start + 140 * day);
  both.compare();
}

TEST_CASE("a clock with few subscriptions plays them, and one with many tells them") {
  Okapi okapi(2);
  const auto made = [&](const std::string& line) {
    return text(Json::parse(okapi.send(line)), "id");
  };
  const std::string clock = made("POST /v1/test_helpers/test_clocks frozen_time=1767225600");
  const std::string product = made("POST /v1/products name=Gold");
  const std::string price = made("POST /v1/prices product=" + product +
                                 "&currency=usd&unit_amount=1999&recurring[interval]=month");
  const auto subscribe = [&] {
    const std::string ann =
        made("POST /v1/customers test_clock=" + clock +
             "&payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa");
    made("POST /v1/subscriptions customer=" + ann + "&items[0][price]=" + price);
  };
  const auto told = [&](Seconds to) {
    okapi.send("POST /v1/test_helpers/test_clocks/" + clock +
               "/advance frozen_time=" + std::to_string(to));
    return store::told_documents(*okapi.account().committed());
  };
  subscribe();
  CHECK(told(start + 40 * day) == 0);
  subscribe();
  CHECK(told(start + 80 * day) > 0);
}

}  // namespace okapi
