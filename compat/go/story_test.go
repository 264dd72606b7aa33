// Usage-based billing told by stripe-go as it is: only the backends' address is okapi's.
// OKAPI_URL names a running server: `okapi exec -- go test .` sets it.
//
// run.sh tells this file with an older SDK as well, by its import path. That one asks for an older
// API version, so here stands only what holds at both; the rest is in newest_test.go.
package compat

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	stripe "github.com/stripe/stripe-go/v86"
	"github.com/stripe/stripe-go/v86/client"
	"github.com/stripe/stripe-go/v86/webhook"
)

const hour = 3600

var start = at("2024-10-01")

func at(date string) int64 {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	return day.Unix()
}

func serverURL() string {
	if url := os.Getenv("OKAPI_URL"); url != "" {
		return strings.TrimSuffix(url, "/")
	}
	return "http://127.0.0.1:12111"
}

func randomHex() string {
	bytes := make([]byte, 16)
	if _, err := rand.Read(bytes); err != nil {
		panic(err)
	}
	return hex.EncodeToString(bytes)
}

// Every key is an account of its own, so the stories never see each other.
func newKey() string { return "sk_test_" + randomHex() }

func backends() *stripe.Backends {
	return stripe.NewBackendsWithConfig(&stripe.BackendConfig{
		URL:           stripe.String(serverURL()),
		LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
	})
}

func clientOf(key string) *client.API { return client.New(key, backends()) }

// The value of a call that has to succeed, in one expression: must(t)(call()).
func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func equal[T any](t *testing.T, got, want T) {
	t.Helper()
	if left, right := fmt.Sprintf("%#v", got), fmt.Sprintf("%#v", want); left != right {
		t.Fatalf("got  %s\nwant %s", left, right)
	}
}

// The error of a call that has to be refused.
func refusal[T any](_ T, err error) func(*testing.T) *stripe.Error {
	return func(t *testing.T) *stripe.Error {
		t.Helper()
		var refused *stripe.Error
		if !errors.As(err, &refused) {
			t.Fatalf("the call should have been refused by Stripe's error, not: %v", err)
		}
		return refused
	}
}

// What every iterator of stripe-go's lists has in common.
type iterator interface {
	Next() bool
	Err() error
}

func collect[T any](t *testing.T, list iterator, current func() T) []T {
	t.Helper()
	var all []T
	for list.Next() {
		all = append(all, current())
	}
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// A customer on a test clock who can pay, a product and a meter that sums up.
type world struct {
	t        *testing.T
	api      *client.API
	clock    *stripe.TestHelpersTestClock
	customer *stripe.Customer
	product  *stripe.Product
	meter    *stripe.BillingMeter
}

func newWorld(t *testing.T, name string) *world {
	api := clientOf(newKey())
	clock := must(api.TestHelpersTestClocks.New(&stripe.TestHelpersTestClockParams{
		FrozenTime: stripe.Int64(start),
		Name:       stripe.String(name),
	}))(t)
	customer := must(api.Customers.New(&stripe.CustomerParams{
		Name:          stripe.String("Jenny Rosen"),
		Email:         stripe.String("jenny@example.com"),
		TestClock:     stripe.String(clock.ID),
		PaymentMethod: stripe.String("pm_card_visa"),
		InvoiceSettings: &stripe.CustomerInvoiceSettingsParams{
			DefaultPaymentMethod: stripe.String("pm_card_visa"),
		},
	}))(t)
	product := must(api.Products.New(&stripe.ProductParams{
		Name: stripe.String("Hypernian tokens"),
	}))(t)
	meter := must(api.BillingMeters.New(&stripe.BillingMeterParams{
		DisplayName: stripe.String("Hypernian tokens"),
		EventName:   stripe.String("hypernian_tokens"),
		DefaultAggregation: &stripe.BillingMeterDefaultAggregationParams{
			Formula: stripe.String("sum"),
		},
	}))(t)
	return &world{t, api, clock, customer, product, meter}
}

func (w *world) metered(price *stripe.PriceParams) *stripe.Price {
	w.t.Helper()
	price.Product = stripe.String(w.product.ID)
	price.Currency = stripe.String("usd")
	price.Recurring = &stripe.PriceRecurringParams{
		Interval:  stripe.String("month"),
		UsageType: stripe.String("metered"),
		Meter:     stripe.String(w.meter.ID),
	}
	return must(w.api.Prices.New(price))(w.t)
}

func (w *world) licensed(unitAmount int64) *stripe.Price {
	w.t.Helper()
	return must(w.api.Prices.New(&stripe.PriceParams{
		Product:    stripe.String(w.product.ID),
		Currency:   stripe.String("usd"),
		UnitAmount: stripe.Int64(unitAmount),
		Recurring: &stripe.PriceRecurringParams{
			Interval:  stripe.String("month"),
			UsageType: stripe.String("licensed"),
		},
	}))(w.t)
}

func tiered(mode string) *stripe.PriceParams {
	return &stripe.PriceParams{
		BillingScheme: stripe.String("tiered"),
		TiersMode:     stripe.String(mode),
		Tiers: []*stripe.PriceTierParams{
			{UpTo: stripe.Int64(100_000), UnitAmountDecimal: stripe.Float64(0)},
			{UpToInf: stripe.Bool(true), UnitAmountDecimal: stripe.Float64(0.1)},
		},
	}
}

func (w *world) subscribe(prices ...*stripe.Price) *stripe.Subscription {
	w.t.Helper()
	params := &stripe.SubscriptionParams{Customer: stripe.String(w.customer.ID)}
	for _, price := range prices {
		params.Items = append(params.Items,
			&stripe.SubscriptionItemsParams{Price: stripe.String(price.ID)})
	}
	params.AddExpand("latest_invoice")
	return must(w.api.Subscriptions.New(params))(w.t)
}

func (w *world) use(value int, timestamp int64) {
	w.t.Helper()
	must(w.api.BillingMeterEvents.New(&stripe.BillingMeterEventParams{
		EventName: stripe.String("hypernian_tokens"),
		Payload: map[string]string{
			"stripe_customer_id": w.customer.ID,
			"value":              strconv.Itoa(value),
		},
		Timestamp: stripe.Int64(timestamp),
	}))(w.t)
}

func (w *world) advance(to int64) {
	w.t.Helper()
	seen := must(w.api.TestHelpersTestClocks.Advance(w.clock.ID,
		&stripe.TestHelpersTestClockAdvanceParams{FrozenTime: stripe.Int64(to)}))(w.t)
	deadline := time.Now().Add(10 * time.Second)
	for seen.Status == stripe.TestHelpersTestClockStatusAdvancing && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
		seen = must(w.api.TestHelpersTestClocks.Get(w.clock.ID, nil))(w.t)
	}
	equal(w.t, seen.Status, stripe.TestHelpersTestClockStatusReady)
	equal(w.t, seen.FrozenTime, to)
}

func (w *world) newestInvoice() *stripe.Invoice {
	w.t.Helper()
	params := &stripe.InvoiceListParams{Customer: stripe.String(w.customer.ID)}
	params.Limit = stripe.Int64(1)
	params.Single = true
	list := w.api.Invoices.List(params)
	if !list.Next() {
		w.t.Fatalf("no invoice: %v", list.Err())
	}
	return list.Invoice()
}

func (w *world) lines(invoice *stripe.Invoice) []*stripe.InvoiceLineItem {
	w.t.Helper()
	params := &stripe.InvoiceListLinesParams{Invoice: stripe.String(invoice.ID)}
	params.Limit = stripe.Int64(2)
	list := w.api.Invoices.ListLines(params)
	return collect(w.t, list, list.InvoiceLineItem)
}

func amounts(lines []*stripe.InvoiceLineItem) []int64 {
	var sorted []int64
	for _, line := range lines {
		sorted = append(sorted, line.Amount)
	}
	slices.Sort(sorted)
	return sorted
}

func TestFixedFeeAndOverage(t *testing.T) {
	w := newWorld(t, "overage")
	fee := w.licensed(20_000)
	overage := w.metered(tiered("graduated"))
	params := &stripe.PriceParams{}
	params.AddExpand("tiers")
	tiers := must(w.api.Prices.Get(overage.ID, params))(t).Tiers
	equal(t, len(tiers), 2)
	equal(t, []int64{tiers[0].UpTo, tiers[1].UpTo}, []int64{100_000, 0})
	equal(t, []float64{tiers[0].UnitAmountDecimal, tiers[1].UnitAmountDecimal}, []float64{0, 0.1})

	subscription := w.subscribe(fee, overage)
	equal(t, subscription.Status, stripe.SubscriptionStatusActive)
	equal(t, subscription.LatestInvoice.Total, 20_000)
	equal(t, subscription.LatestInvoice.Status, stripe.InvoiceStatusPaid)

	w.use(100_000, start+60)
	w.use(50_000, start+120)
	w.advance(at("2024-11-01"))
	draft := w.newestInvoice()
	equal(t, draft.Status, stripe.InvoiceStatusDraft)
	equal(t, draft.BillingReason, stripe.InvoiceBillingReasonSubscriptionCycle)

	w.advance(at("2024-11-01") + 2*hour)
	invoice := must(w.api.Invoices.Get(draft.ID, nil))(t)
	equal(t, invoice.Status, stripe.InvoiceStatusPaid)
	equal(t, []int64{invoice.Total, invoice.AmountPaid}, []int64{25_000, 25_000})
	lines := w.lines(invoice)
	equal(t, amounts(lines), []int64{0, 5_000, 20_000})
	for _, line := range lines {
		if line.Amount == 5_000 {
			equal(t, line.Quantity, 50_000)
			equal(t, line.Description, "50000 × Hypernian tokens (Tier 2 at $0.001 / month)")
		}
	}

	counted := w.api.BillingMeterEventSummaries.List(&stripe.BillingMeterEventSummaryListParams{
		ID:        stripe.String(w.meter.ID),
		Customer:  stripe.String(w.customer.ID),
		StartTime: stripe.Int64(start),
		EndTime:   stripe.Int64(at("2024-11-01")),
	})
	summaries := collect(t, counted, counted.BillingMeterEventSummary)
	equal(t, len(summaries), 1)
	equal(t, summaries[0].AggregatedValue, 150_000)
}

func TestPayAsYouGoPerUnitPackageVolumeAndGraduated(t *testing.T) {
	w := newWorld(t, "pay as you go")
	w.subscribe(
		w.metered(&stripe.PriceParams{UnitAmountDecimal: stripe.Float64(0.1)}),
		w.metered(&stripe.PriceParams{
			UnitAmount: stripe.Int64(100),
			TransformQuantity: &stripe.PriceTransformQuantityParams{
				DivideBy: stripe.Int64(1_000),
				Round:    stripe.String("up"),
			},
		}),
		w.metered(tiered("volume")),
		w.metered(tiered("graduated")),
	)

	w.use(100_000, start+60)
	w.use(1, start+120)
	w.advance(at("2024-11-01") + 2*hour)
	october := w.newestInvoice()
	equal(t, october.Total, 30_100)
	equal(t, october.Status, stripe.InvoiceStatusPaid)
	// The first 100,000 of the graduated price cost nothing, and the one above 0.1 cent.
	equal(t, amounts(w.lines(october)), []int64{0, 0, 10_000, 10_000, 10_100})

	w.use(150_000, at("2024-11-01")+hour)
	w.advance(at("2024-12-01") + 2*hour)
	november := w.newestInvoice()
	equal(t, november.Total, 50_000)
	equal(t, november.Status, stripe.InvoiceStatusPaid)
	equal(t, amounts(w.lines(november)), []int64{0, 5_000, 15_000, 15_000, 15_000})
}

func TestCreditBurndownOverThreeInvoices(t *testing.T) {
	w := newWorld(t, "credits")
	prepayment := must(w.api.Invoices.New(&stripe.InvoiceParams{
		Customer:         stripe.String(w.customer.ID),
		Description:      stripe.String("Hypernian Credits"),
		CollectionMethod: stripe.String("charge_automatically"),
	}))(t)
	must(w.api.InvoiceItems.New(&stripe.InvoiceItemParams{
		Customer:          stripe.String(w.customer.ID),
		Currency:          stripe.String("usd"),
		UnitAmountDecimal: stripe.Float64(10_000_000),
		Invoice:           stripe.String(prepayment.ID),
	}))(t)
	must(w.api.Invoices.FinalizeInvoice(prepayment.ID, &stripe.InvoiceFinalizeInvoiceParams{
		AutoAdvance: stripe.Bool(false),
	}))(t)
	paid := must(w.api.Invoices.Pay(prepayment.ID, nil))(t)
	equal(t, paid.Status, stripe.InvoiceStatusPaid)
	equal(t, paid.Total, 10_000_000)

	grant := must(w.api.BillingCreditGrants.New(&stripe.BillingCreditGrantParams{
		Customer: stripe.String(w.customer.ID),
		Category: stripe.String("paid"),
		Amount: &stripe.BillingCreditGrantAmountParams{
			Type: stripe.String("monetary"),
			Monetary: &stripe.BillingCreditGrantAmountMonetaryParams{
				Value:    stripe.Int64(12_000_000),
				Currency: stripe.String("usd"),
			},
		},
		ApplicabilityConfig: &stripe.BillingCreditGrantApplicabilityConfigParams{
			Scope: &stripe.BillingCreditGrantApplicabilityConfigScopeParams{
				PriceType: stripe.String("metered"),
			},
		},
		ExpiresAt: stripe.Int64(1_759_341_179),
	}))(t)
	balance := func() int64 {
		summary := must(w.api.BillingCreditBalanceSummary.Get(
			&stripe.BillingCreditBalanceSummaryParams{
				Customer: stripe.String(w.customer.ID),
				Filter: &stripe.BillingCreditBalanceSummaryFilterParams{
					Type:        stripe.String("credit_grant"),
					CreditGrant: stripe.String(grant.ID),
				},
			}))(t)
		return summary.Balances[0].LedgerBalance.Monetary.Value
	}
	equal(t, balance(), 12_000_000)

	w.subscribe(w.licensed(20_000), w.metered(tiered("graduated")))
	months := []struct {
		begin, end                   string
		usage                        int
		subtotal, total, leftToSpend int64
	}{
		{"2024-10-01", "2024-11-01", 45_000_000, 4_510_000, 20_000, 7_510_000},
		{"2024-11-01", "2024-12-01", 60_000_000, 6_010_000, 20_000, 1_520_000},
		{"2024-12-01", "2025-01-01", 30_000_003, 3_010_000, 1_490_000, 0},
	}
	for _, month := range months {
		w.use(month.usage, at(month.begin)+60)
		w.advance(at(month.end) + 2*hour)
		invoice := w.newestInvoice()
		equal(t, invoice.Status, stripe.InvoiceStatusPaid)
		equal(t, []int64{invoice.Subtotal, invoice.Total, balance()},
			[]int64{month.subtotal, month.total, month.leftToSpend})
	}

	params := &stripe.BillingCreditBalanceTransactionListParams{
		Customer: stripe.String(w.customer.ID),
	}
	params.Limit = stripe.Int64(2)
	list := w.api.BillingCreditBalanceTransactions.List(params)
	var ledger []string
	for _, entry := range collect(t, list, list.BillingCreditBalanceTransaction) {
		if entry.Debit != nil {
			ledger = append(ledger, fmt.Sprint("debit ", entry.Debit.Amount.Monetary.Value))
		} else {
			ledger = append(ledger, fmt.Sprint("credit ", entry.Credit.Amount.Monetary.Value))
		}
	}
	equal(t, ledger, []string{"debit 1520000", "debit 5990000", "debit 4490000", "credit 12000000"})
}

func makeCustomers(t *testing.T, api *client.API, count int) []string {
	t.Helper()
	var made []string
	for i := 0; i < count; i++ {
		made = append(made, must(api.Customers.New(&stripe.CustomerParams{
			Name: stripe.String(fmt.Sprint("C", i)),
		}))(t).ID)
	}
	return made
}

func listCustomers(t *testing.T, api *client.API, page stripe.ListParams) []string {
	t.Helper()
	list := api.Customers.List(&stripe.CustomerListParams{ListParams: page})
	return collect(t, list, func() string { return list.Customer().ID })
}

func reversed(ids []string) []string {
	turned := slices.Clone(ids)
	slices.Reverse(turned)
	return turned
}

func TestAutomaticPagesGiveEveryObjectOnceNewestFirst(t *testing.T) {
	api := clientOf(newKey())
	made := makeCustomers(t, api, 25)
	equal(t, listCustomers(t, api, stripe.ListParams{Limit: stripe.Int64(10)}), reversed(made))
	equal(t, listCustomers(t, api, stripe.ListParams{
		Limit: stripe.Int64(10), StartingAfter: &made[10], Single: true,
	}), reversed(made[:10]))
	// Backwards, the iterator walks from the cursor to the newest.
	equal(t, listCustomers(t, api, stripe.ListParams{
		Limit: stripe.Int64(5), EndingBefore: &made[10],
	}), made[11:])
}

func TestExpansionAlsoInLists(t *testing.T) {
	api := clientOf(newKey())
	product := must(api.Products.New(&stripe.ProductParams{
		Name: stripe.String("Gold"),
		DefaultPriceData: &stripe.ProductDefaultPriceDataParams{
			Currency:   stripe.String("usd"),
			UnitAmount: stripe.Int64(100),
		},
	}))(t)
	equal(t, product.DefaultPrice.UnitAmount, 0) // not expanded: only its id is there
	params := &stripe.PriceParams{}
	params.AddExpand("product")
	price := must(api.Prices.Get(product.DefaultPrice.ID, params))(t)
	equal(t, price.Product.Name, "Gold")

	listed := &stripe.ProductListParams{}
	listed.AddExpand("data.default_price")
	list := api.Products.List(listed)
	products := collect(t, list, list.Product)
	equal(t, len(products), 1)
	equal(t, products[0].DefaultPrice.UnitAmount, 100)
}

func TestARetriedRequestIsNotDoneTwice(t *testing.T) {
	api := clientOf(newKey())
	key := randomHex()
	create := func(name string) (*stripe.Customer, error) {
		params := &stripe.CustomerParams{Name: stripe.String(name)}
		params.SetIdempotencyKey(key)
		return api.Customers.New(params)
	}
	first := must(create("Jenny"))(t)
	again := must(create("Jenny"))(t)
	equal(t, again.ID, first.ID)
	equal(t, first.LastResponse.Header.Get("Idempotent-Replayed"), "")
	equal(t, again.LastResponse.Header.Get("Idempotent-Replayed"), "true")
	equal(t, again.LastResponse.Header.Get("Original-Request"), first.LastResponse.RequestID)
	equal(t, len(listCustomers(t, api, stripe.ListParams{})), 1)

	other := refusal(create("Joe"))(t)
	equal(t, other.Type, stripe.ErrorTypeIdempotency)
	equal(t, other.HTTPStatusCode, 400)
}

func TestEachClassOfError(t *testing.T) {
	api := clientOf(newKey())

	missing := refusal(api.Customers.Get("cus_nope", nil))(t)
	equal(t, missing.Type, stripe.ErrorTypeInvalidRequest)
	equal(t, missing.HTTPStatusCode, 404)
	equal(t, missing.Code, stripe.ErrorCodeResourceMissing)
	equal(t, []string{missing.Param, missing.Msg}, []string{"id", "No such customer: 'cus_nope'"})
	equal(t, strings.HasPrefix(missing.RequestID, "req_"), true)

	unknown := &stripe.CustomerParams{}
	unknown.AddExtra("nope", "1")
	refused := refusal(api.Customers.New(unknown))(t)
	equal(t, refused.Type, stripe.ErrorTypeInvalidRequest)
	equal(t, refused.HTTPStatusCode, 400)
	equal(t, []string{string(refused.Code), refused.Param}, []string{"parameter_unknown", "nope"})

	// stripe-go has no class of its own for it: the status tells.
	stranger := refusal(clientOf("sk_live_0123456789").Customers.Get("cus_nope", nil))(t)
	equal(t, stranger.HTTPStatusCode, 401)

	customer := must(api.Customers.New(&stripe.CustomerParams{Name: stripe.String("Jenny")}))(t)
	declined := refusal(api.PaymentMethods.Attach("pm_card_chargeDeclined",
		&stripe.PaymentMethodAttachParams{Customer: stripe.String(customer.ID)}))(t)
	equal(t, declined.Type, stripe.ErrorTypeCard)
	equal(t, declined.HTTPStatusCode, 402)
	equal(t, declined.Code, stripe.ErrorCodeCardDeclined)
	equal(t, declined.DeclineCode, stripe.DeclineCodeGenericDecline)
	var card *stripe.CardError
	equal(t, errors.As(declined.Err, &card), true)

	// okapi says so where it would have to invent, and the SDK is told not to try again.
	invented := refusal(api.IdentityVerificationSessions.New(
		&stripe.IdentityVerificationSessionParams{Type: stripe.String("document")}))(t)
	equal(t, invented.HTTPStatusCode, 501)
}

// Receives what okapi sends, and keeps bodies as the bytes they came in.
type receiver struct {
	mutex      sync.Mutex
	bodies     [][]byte
	signatures []string
}

func (r *receiver) ServeHTTP(_ http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		panic(err)
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.bodies = append(r.bodies, body)
	r.signatures = append(r.signatures, request.Header.Get("Stripe-Signature"))
}

func allDelivered(t *testing.T, key string) {
	t.Helper()
	request := must(http.NewRequest("POST", serverURL()+"/_okapi/webhooks/wait", nil))(t)
	request.Header.Set("Authorization", "Bearer "+key)
	response := must(http.DefaultClient.Do(request))(t)
	defer response.Body.Close()
	equal(t, response.StatusCode, 200)
}

func TestASignedWebhookBecomesAnEventAndOnlyASignedOne(t *testing.T) {
	key := newKey()
	api := clientOf(key)
	received := &receiver{}
	listener := httptest.NewServer(received)
	defer listener.Close()

	// stripe-go refuses events of another release train than its own, so the endpoint names it.
	endpoint := must(api.WebhookEndpoints.New(&stripe.WebhookEndpointParams{
		URL:           stripe.String(listener.URL),
		EnabledEvents: stripe.StringSlice([]string{"customer.created"}),
		APIVersion:    stripe.String(stripe.APIVersion),
	}))(t)
	equal(t, strings.HasPrefix(endpoint.Secret, "whsec_"), true)
	customer := must(api.Customers.New(&stripe.CustomerParams{
		Name: stripe.String("Zoë Überstück"),
	}))(t)
	must(api.Customers.Update(customer.ID, &stripe.CustomerParams{Name: stripe.String("Joe")}))(t)
	allDelivered(t, key)

	received.mutex.Lock()
	defer received.mutex.Unlock()
	equal(t, len(received.bodies), 1)
	body, signature := received.bodies[0], received.signatures[0]
	event := must(webhook.ConstructEvent(body, signature, endpoint.Secret))(t)
	equal(t, event.Type, stripe.EventTypeCustomerCreated)
	equal(t, event.APIVersion, stripe.APIVersion)
	equal(t, event.GetObjectValue("id"), customer.ID)
	equal(t, event.GetObjectValue("name"), "Zoë Überstück")

	forged := bytes.ReplaceAll(body, []byte(customer.ID), []byte("cus_someoneElse"))
	_, err := webhook.ConstructEvent(forged, signature, endpoint.Secret)
	equal(t, errors.Is(err, webhook.ErrNoValidSignature), true)
	_, err = webhook.ConstructEvent(body, signature, "whsec_another")
	equal(t, errors.Is(err, webhook.ErrNoValidSignature), true)
}
