// What only the newest SDK and its API version have.
package compat

import (
	"context"
	"fmt"
	"testing"
	"time"

	stripe "github.com/stripe/stripe-go/v86"
)

func newestClient(key string) *stripe.Client {
	return stripe.NewClient(key, stripe.WithBackends(backends()))
}

func TestThePeriodOfAnItemAndNoBillBeforeUsage(t *testing.T) {
	w := newWorld(t, "periods")
	subscription := w.subscribe(w.metered(tiered("graduated")))
	equal(t, subscription.Items.Data[0].CurrentPeriodEnd, at("2024-11-01"))
	equal(t, subscription.LatestInvoice == nil, true)
}

func TestTheNewClientPagesWithRange(t *testing.T) {
	key := newKey()
	made := makeCustomers(t, clientOf(key), 12)
	params := &stripe.CustomerListParams{}
	params.Limit = stripe.Int64(5)
	var seen []string
	list := newestClient(key).V1Customers.List(context.Background(), params)
	for customer, err := range list.All(context.Background()) {
		seen = append(seen, must(customer, err)(t).ID)
	}
	equal(t, seen, reversed(made))
}

func TestV2MeterEventsAndAStreamWithItsSession(t *testing.T) {
	ctx := context.Background()
	sc := newestClient(newKey())
	customer := must(sc.V1Customers.Create(ctx, &stripe.CustomerCreateParams{
		Name: stripe.String("Jenny"),
	}))(t)
	meter := must(sc.V1BillingMeters.Create(ctx, &stripe.BillingMeterCreateParams{
		DisplayName: stripe.String("Tokens"),
		EventName:   stripe.String("tokens"),
		DefaultAggregation: &stripe.BillingMeterCreateDefaultAggregationParams{
			Formula: stripe.String("sum"),
		},
	}))(t)
	payload := func(value int) map[string]string {
		return map[string]string{"stripe_customer_id": customer.ID, "value": fmt.Sprint(value)}
	}
	created := must(sc.V2BillingMeterEvents.Create(ctx, &stripe.V2BillingMeterEventCreateParams{
		EventName: stripe.String("tokens"),
		Payload:   payload(25),
	}))(t)
	equal(t, created.Object, "v2.billing.meter_event")
	equal(t, created.Payload["value"], "25")

	session := must(sc.V2BillingMeterEventSessions.Create(ctx,
		&stripe.V2BillingMeterEventSessionCreateParams{}))(t)
	err := newestClient(session.AuthenticationToken).V2BillingMeterEventStreams.Create(ctx,
		&stripe.V2BillingMeterEventStreamCreateParams{
			Events: []*stripe.V2BillingMeterEventStreamCreateEventParams{
				{EventName: stripe.String("tokens"), Payload: payload(10)},
				{EventName: stripe.String("tokens"), Payload: payload(5)},
			},
		})
	if err != nil {
		t.Fatal(err)
	}

	midnight := time.Now().Unix() / 86_400 * 86_400
	counted := sc.V1BillingMeterEventSummaries.List(ctx, &stripe.BillingMeterEventSummaryListParams{
		ID:        stripe.String(meter.ID),
		Customer:  stripe.String(customer.ID),
		StartTime: stripe.Int64(midnight - 86_400),
		EndTime:   stripe.Int64(midnight + 2*86_400),
	})
	for summary, err := range counted.All(ctx) {
		equal(t, must(summary, err)(t).AggregatedValue, 40)
		return
	}
	t.Fatal("no summary")
}
