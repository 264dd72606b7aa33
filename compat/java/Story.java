import com.stripe.Stripe;
import com.stripe.StripeClient;
import com.stripe.exception.ApiException;
import com.stripe.exception.AuthenticationException;
import com.stripe.exception.CardException;
import com.stripe.exception.IdempotencyException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.SignatureVerificationException;
import com.stripe.exception.StripeException;
import com.stripe.model.Customer;
import com.stripe.model.Event;
import com.stripe.model.HasId;
import com.stripe.model.Invoice;
import com.stripe.model.InvoiceLineItem;
import com.stripe.model.Price;
import com.stripe.model.Product;
import com.stripe.model.StripeCollection;
import com.stripe.model.Subscription;
import com.stripe.model.WebhookEndpoint;
import com.stripe.model.billing.CreditBalanceTransaction;
import com.stripe.model.billing.CreditGrant;
import com.stripe.model.billing.Meter;
import com.stripe.model.testhelpers.TestClock;
import com.stripe.model.v2.billing.MeterEventSession;
import com.stripe.net.RequestOptions;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.CustomerListParams;
import com.stripe.param.CustomerUpdateParams;
import com.stripe.param.InvoiceCreateParams;
import com.stripe.param.InvoiceFinalizeInvoiceParams;
import com.stripe.param.InvoiceItemCreateParams;
import com.stripe.param.InvoiceLineItemListParams;
import com.stripe.param.InvoiceListParams;
import com.stripe.param.PaymentMethodAttachParams;
import com.stripe.param.PriceCreateParams;
import com.stripe.param.PriceRetrieveParams;
import com.stripe.param.ProductCreateParams;
import com.stripe.param.ProductListParams;
import com.stripe.param.SubscriptionCreateParams;
import com.stripe.param.WebhookEndpointCreateParams;
import com.stripe.param.billing.CreditBalanceSummaryRetrieveParams;
import com.stripe.param.billing.CreditBalanceTransactionListParams;
import com.stripe.param.billing.CreditGrantCreateParams;
import com.stripe.param.billing.MeterCreateParams;
import com.stripe.param.billing.MeterEventCreateParams;
import com.stripe.param.billing.MeterEventSummaryListParams;
import com.stripe.param.identity.VerificationSessionCreateParams;
import com.stripe.param.testhelpers.TestClockAdvanceParams;
import com.stripe.param.testhelpers.TestClockCreateParams;
import com.stripe.param.v2.billing.MeterEventStreamCreateParams;
import com.sun.net.httpserver.HttpServer;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Usage-based billing told by stripe-java as it is: only the base addresses are okapi's. OKAPI_URL
 * names a running server.
 *
 * <p>An older SDK, which asks for an older API version, tells this file as well, so here stands
 * only what holds at both; the rest is in Newest.java.
 */
final class Story {
  static final String url =
      Optional.ofNullable(System.getenv("OKAPI_URL"))
          .orElse("http://127.0.0.1:12111")
          .replaceAll("/$", "");
  static final long hour = 3600;
  static final long start = at("2024-10-01");

  private Story() {}

  public static void main(String[] arguments) {
    tell();
    Checks.end();
  }

  static void tell() {
    Checks.check("fixed fee and overage", Story::fixedFeeAndOverage);
    Checks.check("pay as you go: per unit, package, volume, graduated", Story::payAsYouGo);
    Checks.check("credit burndown over three invoices", Story::creditBurndown);
    Checks.check("automatic pages give every object once, newest first", Story::pages);
    Checks.check("the static methods as a client page, too", Story::staticMethods);
    Checks.check("expansion, also in lists", Story::expansion);
    Checks.check("a retried request is not done twice", Story::retries);
    Checks.check("each class of error", Story::errors);
    Checks.check("v2: meter events, and a stream with its session", Story::v2);
    Checks.check("a signed webhook becomes an event, and only a signed one", Story::webhooks);
  }

  static long at(String date) {
    return LocalDate.parse(date).atStartOfDay().toEpochSecond(ZoneOffset.UTC);
  }

  /** Every key is an account of its own, so the stories never see each other. */
  static String newKey() {
    return "sk_test_" + UUID.randomUUID().toString().replace("-", "");
  }

  static StripeClient clientOf(String key) {
    return StripeClient.builder()
        .setApiKey(key)
        .setApiBase(url)
        .setFilesBase(url)
        .setConnectBase(url)
        .setMeterEventsBase(url)
        .build();
  }

  /** A customer on a test clock who can pay, a product and a meter that sums up. */
  static final class World {
    final StripeClient client = clientOf(newKey());
    final TestClock clock;
    final Customer customer;
    final Product product;
    final Meter meter;

    World(String name) throws StripeException {
      clock =
          client
              .testHelpers()
              .testClocks()
              .create(TestClockCreateParams.builder().setFrozenTime(start).setName(name).build());
      customer =
          client
              .customers()
              .create(
                  CustomerCreateParams.builder()
                      .setName("Jenny Rosen")
                      .setEmail("jenny@example.com")
                      .setTestClock(clock.getId())
                      .setPaymentMethod("pm_card_visa")
                      .setInvoiceSettings(
                          CustomerCreateParams.InvoiceSettings.builder()
                              .setDefaultPaymentMethod("pm_card_visa")
                              .build())
                      .build());
      product =
          client
              .products()
              .create(ProductCreateParams.builder().setName("Hypernian tokens").build());
      meter = meterOf(client, "hypernian_tokens");
    }

    PriceCreateParams.Builder price() {
      return PriceCreateParams.builder().setProduct(product.getId()).setCurrency("usd");
    }

    Price metered(PriceCreateParams.Builder terms) throws StripeException {
      PriceCreateParams.Recurring recurring =
          PriceCreateParams.Recurring.builder()
              .setInterval(PriceCreateParams.Recurring.Interval.MONTH)
              .setUsageType(PriceCreateParams.Recurring.UsageType.METERED)
              .setMeter(meter.getId())
              .build();
      return client.prices().create(terms.setRecurring(recurring).build());
    }

    Price licensed(long unitAmount) throws StripeException {
      PriceCreateParams.Recurring recurring =
          PriceCreateParams.Recurring.builder()
              .setInterval(PriceCreateParams.Recurring.Interval.MONTH)
              .setUsageType(PriceCreateParams.Recurring.UsageType.LICENSED)
              .build();
      return client
          .prices()
          .create(price().setUnitAmount(unitAmount).setRecurring(recurring).build());
    }

    PriceCreateParams.Builder tiered(PriceCreateParams.TiersMode mode) {
      return price()
          .setBillingScheme(PriceCreateParams.BillingScheme.TIERED)
          .setTiersMode(mode)
          .addTier(
              PriceCreateParams.Tier.builder()
                  .setUpTo(100_000L)
                  .setUnitAmountDecimal(BigDecimal.ZERO)
                  .build())
          .addTier(
              PriceCreateParams.Tier.builder()
                  .setUpTo(PriceCreateParams.Tier.UpTo.INF)
                  .setUnitAmountDecimal(new BigDecimal("0.1"))
                  .build());
    }

    Subscription subscribe(Price... prices) throws StripeException {
      SubscriptionCreateParams.Builder terms =
          SubscriptionCreateParams.builder()
              .setCustomer(customer.getId())
              .addExpand("latest_invoice");
      for (Price price : prices) {
        terms.addItem(
            SubscriptionCreateParams.Item.builder().setPrice(price.getId()).build());
      }
      return client.subscriptions().create(terms.build());
    }

    void use(long value, long timestamp) throws StripeException {
      client
          .billing()
          .meterEvents()
          .create(
              MeterEventCreateParams.builder()
                  .setEventName("hypernian_tokens")
                  .putPayload("stripe_customer_id", customer.getId())
                  .putPayload("value", Long.toString(value))
                  .setTimestamp(timestamp)
                  .build());
    }

    void advance(long to) throws StripeException, InterruptedException {
      TestClock seen =
          client
              .testHelpers()
              .testClocks()
              .advance(
                  clock.getId(), TestClockAdvanceParams.builder().setFrozenTime(to).build());
      for (int tries = 0; seen.getStatus().equals("advancing") && tries < 1000; ++tries) {
        Thread.sleep(10);
        seen = client.testHelpers().testClocks().retrieve(clock.getId());
      }
      Checks.equal(seen.getStatus(), "ready");
      Checks.equal(seen.getFrozenTime(), to);
    }

    Invoice newestInvoice() throws StripeException {
      return client
          .invoices()
          .list(InvoiceListParams.builder().setCustomer(customer.getId()).setLimit(1L).build())
          .getData()
          .get(0);
    }

    List<InvoiceLineItem> lines(Invoice invoice) throws StripeException {
      return all(
          client
              .invoices()
              .lineItems()
              .list(invoice.getId(), InvoiceLineItemListParams.builder().setLimit(2L).build()));
    }
  }

  static Meter meterOf(StripeClient client, String eventName) throws StripeException {
    return client
        .billing()
        .meters()
        .create(
            MeterCreateParams.builder()
                .setDisplayName("Hypernian tokens")
                .setEventName(eventName)
                .setDefaultAggregation(
                    MeterCreateParams.DefaultAggregation.builder()
                        .setFormula(MeterCreateParams.DefaultAggregation.Formula.SUM)
                        .build())
                .build());
  }

  static BigDecimal counted(StripeClient client, Meter meter, Customer customer, long from, long to)
      throws StripeException {
    return client
        .billing()
        .meters()
        .eventSummaries()
        .list(
            meter.getId(),
            MeterEventSummaryListParams.builder()
                .setCustomer(customer.getId())
                .setStartTime(from)
                .setEndTime(to)
                .build())
        .getData()
        .get(0)
        .getAggregatedValue();
  }

  static <T extends HasId> List<T> all(StripeCollection<T> list) {
    List<T> everything = new ArrayList<>();
    for (T item : list.autoPagingIterable()) everything.add(item);
    return everything;
  }

  static <T extends HasId> List<String> ids(Iterable<T> items) {
    List<String> found = new ArrayList<>();
    for (T item : items) found.add(item.getId());
    return found;
  }

  static List<String> reversed(List<String> ids) {
    List<String> turned = new ArrayList<>(ids);
    Collections.reverse(turned);
    return turned;
  }

  static List<Long> amounts(List<InvoiceLineItem> lines) {
    List<Long> sorted = new ArrayList<>();
    for (InvoiceLineItem line : lines) sorted.add(line.getAmount());
    Collections.sort(sorted);
    return sorted;
  }

  // --- the three pricing models

  static void fixedFeeAndOverage() throws Exception {
    World world = new World("overage");
    StripeClient client = world.client;
    Price fee = world.licensed(20_000);
    Price overage = world.metered(world.tiered(PriceCreateParams.TiersMode.GRADUATED));
    Checks.equal(overage.getUnitAmount(), null);
    List<Price.Tier> tiers =
        client
            .prices()
            .retrieve(overage.getId(), PriceRetrieveParams.builder().addExpand("tiers").build())
            .getTiers();
    Checks.equal(tiers.size(), 2);
    Checks.equal(tiers.get(0).getUpTo(), 100_000L);
    Checks.equal(tiers.get(1).getUpTo(), null);
    Checks.equal(tiers.get(1).getUnitAmountDecimal(), new BigDecimal("0.1"));

    Subscription subscription = world.subscribe(fee, overage);
    Checks.equal(subscription.getStatus(), "active");
    Checks.equal(subscription.getLatestInvoiceObject().getTotal(), 20_000L);
    Checks.equal(subscription.getLatestInvoiceObject().getStatus(), "paid");

    world.use(100_000, start + 60);
    world.use(50_000, start + 120);
    world.advance(at("2024-11-01"));
    Invoice draft = world.newestInvoice();
    Checks.equal(draft.getStatus(), "draft");
    Checks.equal(draft.getBillingReason(), "subscription_cycle");

    world.advance(at("2024-11-01") + 2 * hour);
    Invoice invoice = client.invoices().retrieve(draft.getId());
    Checks.equal(invoice.getStatus(), "paid");
    Checks.equal(invoice.getTotal(), 25_000L);
    Checks.equal(invoice.getAmountPaid(), 25_000L);
    List<InvoiceLineItem> lines = world.lines(invoice);
    Checks.equal(amounts(lines), List.of(0L, 5_000L, 20_000L));
    for (InvoiceLineItem line : lines) {
      if (line.getAmount() != 5_000L) continue;
      Checks.equal(line.getQuantity(), 50_000L);
      Checks.equal(
          line.getDescription(), "50000 × Hypernian tokens (Tier 2 at $0.001 / month)");
    }
    BigDecimal used = counted(client, world.meter, world.customer, start, at("2024-11-01"));
    Checks.equal(used.longValueExact(), 150_000L);
  }

  static void payAsYouGo() throws Exception {
    World world = new World("pay as you go");
    world.subscribe(
        world.metered(world.price().setUnitAmountDecimal(new BigDecimal("0.1"))),
        world.metered(
            world
                .price()
                .setUnitAmount(100L)
                .setTransformQuantity(
                    PriceCreateParams.TransformQuantity.builder()
                        .setDivideBy(1_000L)
                        .setRound(PriceCreateParams.TransformQuantity.Round.UP)
                        .build())),
        world.metered(world.tiered(PriceCreateParams.TiersMode.VOLUME)),
        world.metered(world.tiered(PriceCreateParams.TiersMode.GRADUATED)));

    world.use(100_000, start + 60);
    world.use(1, start + 120);
    world.advance(at("2024-11-01") + 2 * hour);
    Invoice october = world.newestInvoice();
    Checks.equal(october.getTotal(), 30_100L);
    Checks.equal(october.getStatus(), "paid");
    // The first 100,000 of the graduated price cost nothing, and the one above 0.1 cent.
    Checks.equal(amounts(world.lines(october)), List.of(0L, 0L, 10_000L, 10_000L, 10_100L));

    world.use(150_000, at("2024-11-01") + hour);
    world.advance(at("2024-12-01") + 2 * hour);
    Invoice november = world.newestInvoice();
    Checks.equal(november.getTotal(), 50_000L);
    Checks.equal(november.getStatus(), "paid");
    Checks.equal(amounts(world.lines(november)), List.of(0L, 5_000L, 15_000L, 15_000L, 15_000L));
  }

  /** One month of the credits: what is used, what it costs, what the card pays, what is left. */
  private static void burn(
      World world, CreditGrant grant, String begin, String end, long usage, List<Long> expected)
      throws Exception {
    world.use(usage, at(begin) + 60);
    world.advance(at(end) + 2 * hour);
    Invoice invoice = world.newestInvoice();
    Checks.equal(invoice.getStatus(), "paid");
    Checks.equal(
        List.of(invoice.getSubtotal(), invoice.getTotal(), balance(world, grant)), expected);
  }

  private static long balance(World world, CreditGrant grant) throws StripeException {
    return world
        .client
        .billing()
        .creditBalanceSummary()
        .retrieve(
            CreditBalanceSummaryRetrieveParams.builder()
                .setCustomer(world.customer.getId())
                .setFilter(
                    CreditBalanceSummaryRetrieveParams.Filter.builder()
                        .setType(CreditBalanceSummaryRetrieveParams.Filter.Type.CREDIT_GRANT)
                        .setCreditGrant(grant.getId())
                        .build())
                .build())
        .getBalances()
        .get(0)
        .getLedgerBalance()
        .getMonetary()
        .getValue();
  }

  private static CreditGrant grantOf(World world) throws StripeException {
    return world
        .client
        .billing()
        .creditGrants()
        .create(
            CreditGrantCreateParams.builder()
                .setCustomer(world.customer.getId())
                .setCategory(CreditGrantCreateParams.Category.PAID)
                .setAmount(
                    CreditGrantCreateParams.Amount.builder()
                        .setType(CreditGrantCreateParams.Amount.Type.MONETARY)
                        .setMonetary(
                            CreditGrantCreateParams.Amount.Monetary.builder()
                                .setValue(12_000_000L)
                                .setCurrency("usd")
                                .build())
                        .build())
                .setApplicabilityConfig(
                    CreditGrantCreateParams.ApplicabilityConfig.builder()
                        .setScope(
                            CreditGrantCreateParams.ApplicabilityConfig.Scope.builder()
                                .setPriceType(
                                    CreditGrantCreateParams.ApplicabilityConfig.Scope.PriceType
                                        .METERED)
                                .build())
                        .build())
                .setExpiresAt(1_759_341_179L)
                .build());
  }

  static void creditBurndown() throws Exception {
    World world = new World("credits");
    StripeClient client = world.client;
    Invoice prepayment =
        client
            .invoices()
            .create(
                InvoiceCreateParams.builder()
                    .setCustomer(world.customer.getId())
                    .setDescription("Hypernian Credits")
                    .setCollectionMethod(
                        InvoiceCreateParams.CollectionMethod.CHARGE_AUTOMATICALLY)
                    .build());
    client
        .invoiceItems()
        .create(
            InvoiceItemCreateParams.builder()
                .setCustomer(world.customer.getId())
                .setCurrency("usd")
                .setUnitAmountDecimal(new BigDecimal("10000000"))
                .setInvoice(prepayment.getId())
                .build());
    client
        .invoices()
        .finalizeInvoice(
            prepayment.getId(),
            InvoiceFinalizeInvoiceParams.builder().setAutoAdvance(false).build());
    Invoice paid = client.invoices().pay(prepayment.getId());
    Checks.equal(paid.getStatus(), "paid");
    Checks.equal(paid.getTotal(), 10_000_000L);

    CreditGrant grant = grantOf(world);
    Checks.equal(balance(world, grant), 12_000_000L);
    world.subscribe(
        world.licensed(20_000),
        world.metered(world.tiered(PriceCreateParams.TiersMode.GRADUATED)));
    burn(world, grant, "2024-10-01", "2024-11-01", 45_000_000,
        List.of(4_510_000L, 20_000L, 7_510_000L));
    burn(world, grant, "2024-11-01", "2024-12-01", 60_000_000,
        List.of(6_010_000L, 20_000L, 1_520_000L));
    burn(world, grant, "2024-12-01", "2025-01-01", 30_000_003,
        List.of(3_010_000L, 1_490_000L, 0L));

    List<String> ledger = new ArrayList<>();
    for (CreditBalanceTransaction entry :
        all(
            client
                .billing()
                .creditBalanceTransactions()
                .list(
                    CreditBalanceTransactionListParams.builder()
                        .setCustomer(world.customer.getId())
                        .setLimit(2L)
                        .build()))) {
      boolean debit = entry.getType().equals("debit");
      long value =
          debit
              ? entry.getDebit().getAmount().getMonetary().getValue()
              : entry.getCredit().getAmount().getMonetary().getValue();
      ledger.add(entry.getType() + " " + value);
    }
    Checks.equal(
        ledger,
        List.of("debit 1520000", "debit 5990000", "debit 4490000", "credit 12000000"));
  }

  // --- the conventions of the API

  static Customer named(StripeClient client, String name) throws StripeException {
    return client.customers().create(CustomerCreateParams.builder().setName(name).build());
  }

  static List<String> makeCustomers(StripeClient client, int count) throws StripeException {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < count; ++i) made.add(named(client, "C" + i).getId());
    return made;
  }

  static void pages() throws Exception {
    StripeClient client = clientOf(newKey());
    List<String> made = makeCustomers(client, 25);
    StripeCollection<Customer> first =
        client.customers().list(CustomerListParams.builder().setLimit(10L).build());
    Checks.equal(first.getHasMore(), true);
    Checks.equal(ids(all(first)), reversed(made));

    StripeCollection<Customer> older =
        client
            .customers()
            .list(
                CustomerListParams.builder().setLimit(10L).setStartingAfter(made.get(10)).build());
    Checks.equal(older.getHasMore(), false);
    Checks.equal(ids(older.getData()), reversed(made.subList(0, 10)));
    StripeCollection<Customer> newer =
        client
            .customers()
            .list(CustomerListParams.builder().setLimit(5L).setEndingBefore(made.get(10)).build());
    // stripe-java's iterator cannot walk backwards: it would send both cursors.
    Checks.equal(newer.getHasMore(), true);
    Checks.equal(ids(newer.getData()), reversed(made.subList(11, 16)));
  }

  static void staticMethods() throws Exception {
    Stripe.overrideApiBase(url);
    Stripe.apiKey = newKey();
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 12; ++i) {
      made.add(Customer.create(CustomerCreateParams.builder().setName("C" + i).build()).getId());
    }
    List<String> seen = new ArrayList<>();
    CustomerListParams five = CustomerListParams.builder().setLimit(5L).build();
    for (Customer customer : Customer.list(five).autoPagingIterable()) seen.add(customer.getId());
    Checks.equal(seen, reversed(made));
    Customer renamed =
        Customer.retrieve(made.get(0))
            .update(
                CustomerUpdateParams.builder().setName("Joe").putMetadata("plan", "gold").build());
    Checks.equal(renamed.getName() + " " + renamed.getMetadata().get("plan"), "Joe gold");
    Checks.equal(renamed.delete().getDeleted(), true);
  }

  static void expansion() throws Exception {
    StripeClient client = clientOf(newKey());
    Product product =
        client
            .products()
            .create(
                ProductCreateParams.builder()
                    .setName("Gold")
                    .setDefaultPriceData(
                        ProductCreateParams.DefaultPriceData.builder()
                            .setCurrency("usd")
                            .setUnitAmount(100L)
                            .build())
                    .build());
    Checks.equal(product.getDefaultPriceObject(), null);
    Price price =
        client
            .prices()
            .retrieve(
                product.getDefaultPrice(),
                PriceRetrieveParams.builder().addExpand("product").build());
    Checks.equal(price.getProductObject().getName(), "Gold");
    Product listed =
        client
            .products()
            .list(ProductListParams.builder().addExpand("data.default_price").build())
            .getData()
            .get(0);
    Checks.equal(listed.getDefaultPriceObject().getUnitAmount(), 100L);
  }

  static void retries() throws Exception {
    StripeClient client = clientOf(newKey());
    RequestOptions options =
        RequestOptions.builder().setIdempotencyKey(UUID.randomUUID().toString()).build();
    CustomerCreateParams jenny = CustomerCreateParams.builder().setName("Jenny").build();
    Customer first = client.customers().create(jenny, options);
    Customer again = client.customers().create(jenny, options);
    Checks.equal(again.getId(), first.getId());
    Checks.equal(
        first.getLastResponse().headers().firstValue("Idempotent-Replayed").isPresent(), false);
    Checks.equal(
        again.getLastResponse().headers().firstValue("Idempotent-Replayed").get(), "true");
    Checks.equal(
        again.getLastResponse().headers().firstValue("Original-Request").get(),
        first.getLastResponse().requestId());
    Checks.equal(client.customers().list().getData().size(), 1);

    CustomerCreateParams joe = CustomerCreateParams.builder().setName("Joe").build();
    IdempotencyException other =
        Checks.refused(
            IdempotencyException.class, () -> client.customers().create(joe, options));
    Checks.equal(other.getStatusCode(), 400);
  }

  static void errors() throws Exception {
    StripeClient client = clientOf(newKey());
    InvalidRequestException missing =
        Checks.refused(
            InvalidRequestException.class, () -> client.customers().retrieve("cus_nope"));
    Checks.equal(missing.getStatusCode(), 404);
    Checks.equal(missing.getCode() + " " + missing.getParam(), "resource_missing id");
    Checks.equal(missing.getStripeError().getMessage(), "No such customer: 'cus_nope'");
    Checks.equal(missing.getRequestId().startsWith("req_"), true);

    CustomerCreateParams nonsense =
        CustomerCreateParams.builder().putExtraParam("nope", "1").build();
    InvalidRequestException unknown =
        Checks.refused(
            InvalidRequestException.class, () -> client.customers().create(nonsense));
    Checks.equal(unknown.getStatusCode(), 400);
    Checks.equal(unknown.getCode() + " " + unknown.getParam(), "parameter_unknown nope");

    AuthenticationException stranger =
        Checks.refused(
            AuthenticationException.class,
            () -> clientOf("sk_live_0123456789").customers().list());
    Checks.equal(stranger.getStatusCode(), 401);

    PaymentMethodAttachParams toJenny =
        PaymentMethodAttachParams.builder().setCustomer(named(client, "Jenny").getId()).build();
    CardException declined =
        Checks.refused(
            CardException.class,
            () -> client.paymentMethods().attach("pm_card_chargeDeclined", toJenny));
    Checks.equal(declined.getStatusCode(), 402);
    Checks.equal(
        declined.getCode() + " " + declined.getDeclineCode(), "card_declined generic_decline");

    // okapi says so where it would have to invent, and the SDK is told not to try again.
    VerificationSessionCreateParams document =
        VerificationSessionCreateParams.builder()
            .setType(VerificationSessionCreateParams.Type.DOCUMENT)
            .build();
    ApiException invented =
        Checks.refused(
            ApiException.class, () -> client.identity().verificationSessions().create(document));
    Checks.equal(invented.getStatusCode(), 501);
  }

  static void v2() throws Exception {
    StripeClient client = clientOf(newKey());
    Customer customer = named(client, "Jenny");
    Meter meter = meterOf(client, "tokens");
    com.stripe.model.v2.billing.MeterEvent created =
        client
            .v2()
            .billing()
            .meterEvents()
            .create(
                com.stripe.param.v2.billing.MeterEventCreateParams.builder()
                    .setEventName("tokens")
                    .putPayload("stripe_customer_id", customer.getId())
                    .putPayload("value", "25")
                    .build());
    Checks.equal(created.getObject(), "v2.billing.meter_event");
    Checks.equal(created.getPayload().get("value"), "25");

    MeterEventSession session = client.v2().billing().meterEventSession().create();
    MeterEventStreamCreateParams.Builder events = MeterEventStreamCreateParams.builder();
    for (String value : List.of("10", "5")) {
      events.addEvent(
          MeterEventStreamCreateParams.Event.builder()
              .setEventName("tokens")
              .putPayload("stripe_customer_id", customer.getId())
              .putPayload("value", value)
              .build());
    }
    clientOf(session.getAuthenticationToken())
        .v2()
        .billing()
        .meterEventStream()
        .create(events.build());
    long midnight = Instant.now().getEpochSecond() / 86_400 * 86_400;
    BigDecimal used =
        counted(client, meter, customer, midnight - 86_400, midnight + 2 * 86_400);
    Checks.equal(used.longValueExact(), 40L);
  }

  // --- webhooks

  /** What came in: the bytes as they came, and their signature. */
  private static final class Delivery {
    final String body;
    final String signature;

    Delivery(String body, String signature) {
      this.body = body;
      this.signature = signature;
    }
  }

  private static void allDelivered(String key) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/_okapi/webhooks/wait"))
            .header("Authorization", "Bearer " + key)
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    Checks.equal(response.statusCode(), 200);
  }

  static void webhooks() throws Exception {
    String key = newKey();
    StripeClient client = clientOf(key);
    List<Delivery> received = new CopyOnWriteArrayList<>();
    HttpServer receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/hook",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          received.add(
              new Delivery(
                  new String(body, StandardCharsets.UTF_8),
                  exchange.getRequestHeaders().getFirst("Stripe-Signature")));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    receiver.start();
    WebhookEndpoint endpoint;
    Customer customer;
    try {
      // stripe-java gives objects of events in its own version only, so the endpoint names it.
      endpoint =
          client
              .webhookEndpoints()
              .create(
                  WebhookEndpointCreateParams.builder()
                      .setUrl("http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook")
                      .addEnabledEvent(
                          WebhookEndpointCreateParams.EnabledEvent.CUSTOMER__CREATED)
                      .putExtraParam("api_version", Stripe.API_VERSION)
                      .build());
      Checks.equal(endpoint.getSecret().startsWith("whsec_"), true);
      customer = named(client, "Zoë Überstück");
      client
          .customers()
          .update(customer.getId(), CustomerUpdateParams.builder().setName("Joe").build());
      allDelivered(key);
    } finally {
      receiver.stop(0);
    }
    Checks.equal(received.size(), 1);
    String body = received.get(0).body;
    String signature = received.get(0).signature;
    Event event = client.constructEvent(body, signature, endpoint.getSecret());
    Checks.equal(event.getType(), "customer.created");
    Checks.equal(event.getApiVersion(), Stripe.API_VERSION);
    Customer seen = (Customer) event.getDataObjectDeserializer().getObject().get();
    Checks.equal(seen.getId() + " " + seen.getName(), customer.getId() + " Zoë Überstück");

    String forged = body.replace(customer.getId(), "cus_someoneElse");
    Checks.refused(
        SignatureVerificationException.class,
        () -> client.constructEvent(forged, signature, endpoint.getSecret()));
    Checks.refused(
        SignatureVerificationException.class,
        () -> client.constructEvent(body, signature, "whsec_another"));
  }
}
