"""Usage-based billing told by stripe-python as it is: only the base addresses are okapi's.

OKAPI_URL names a running server: `okapi exec -- python3 -m unittest story` sets it.
"""

import http.server
import os
import threading
import time
import unittest
import urllib.request
import uuid
from datetime import datetime, timezone
from decimal import Decimal

import stripe

URL = os.environ.get("OKAPI_URL", "http://127.0.0.1:12111").rstrip("/")
# An older SDK asks for an older API version, and finds what its own types say.
NEWEST = os.environ.get("OKAPI_SDK", "newest") == "newest"


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp())


HOUR = 3600
START = at("2024-10-01")

OVERAGE = {
    "billing_scheme": "tiered",
    "tiers_mode": "graduated",
    "tiers": [
        {"up_to": 100_000, "unit_amount_decimal": "0"},
        {"up_to": "inf", "unit_amount_decimal": "0.1"},
    ],
}


def new_key():
    """Every key is an account of its own, so the stories never see each other."""
    return f"sk_test_{uuid.uuid4().hex}"


def client_of(key):
    hosts = {"api": URL, "files": URL, "connect": URL, "meter_events": URL}
    return stripe.StripeClient(key, base_addresses=hosts)


def services(client):
    """The older SDK has the services of v1 on the client itself."""
    return client.v1 if NEWEST else client


class World:
    """A customer on a test clock who can pay, a product and a meter that sums up."""

    def __init__(self, name):
        self.v1 = services(client_of(new_key()))
        self.clock = self.v1.test_helpers.test_clocks.create({"frozen_time": START, "name": name})
        self.customer = self.v1.customers.create(
            {
                "name": "Jenny Rosen",
                "email": "jenny@example.com",
                "test_clock": self.clock.id,
                "payment_method": "pm_card_visa",
                "invoice_settings": {"default_payment_method": "pm_card_visa"},
            }
        )
        self.product = self.v1.products.create({"name": "Hypernian tokens"})
        self.meter = self.v1.billing.meters.create(
            {
                "display_name": "Hypernian tokens",
                "event_name": "hypernian_tokens",
                "default_aggregation": {"formula": "sum"},
            }
        )

    def price(self, recurring, terms):
        return self.v1.prices.create(
            {
                "product": self.product.id,
                "currency": "usd",
                "recurring": {"interval": "month", **recurring},
                **terms,
            }
        )

    def metered(self, **terms):
        return self.price({"usage_type": "metered", "meter": self.meter.id}, terms)

    def licensed(self, unit_amount):
        return self.price({"usage_type": "licensed"}, {"unit_amount": unit_amount})

    def subscribe(self, *items, **more):
        return self.v1.subscriptions.create(
            {"customer": self.customer.id, "items": list(items), **more}
        )

    def use(self, value, timestamp):
        self.v1.billing.meter_events.create(
            {
                "event_name": "hypernian_tokens",
                "payload": {"stripe_customer_id": self.customer.id, "value": str(value)},
                "timestamp": timestamp,
            }
        )

    def advance(self, to):
        clocks = self.v1.test_helpers.test_clocks
        seen = clocks.advance(self.clock.id, {"frozen_time": to})
        deadline = time.monotonic() + 10
        while seen.status == "advancing" and time.monotonic() < deadline:
            time.sleep(0.01)
            seen = clocks.retrieve(self.clock.id)
        assert (seen.status, seen.frozen_time) == ("ready", to), seen

    def newest_invoice(self):
        return self.v1.invoices.list({"customer": self.customer.id, "limit": 1}).data[0]

    def lines(self, invoice):
        return list(self.v1.invoices.line_items.list(invoice.id, {"limit": 2}).auto_paging_iter())


class PricingModels(unittest.TestCase):
    def test_fixed_fee_and_overage(self):
        world = World("overage")
        v1 = world.v1
        fee = world.licensed(20_000)
        overage = world.metered(**OVERAGE)
        self.assertIsNone(overage.unit_amount)
        with_tiers = v1.prices.retrieve(overage.id, {"expand": ["tiers"]})
        self.assertEqual(
            [(tier.up_to, Decimal(tier.unit_amount_decimal)) for tier in with_tiers.tiers],
            [(100_000, Decimal("0")), (None, Decimal("0.1"))],
        )

        subscription = world.subscribe(
            {"price": fee.id, "quantity": 1}, {"price": overage.id}, expand=["latest_invoice"]
        )
        self.assertEqual(subscription.status, "active")
        self.assertEqual(subscription.latest_invoice.total, 20_000)
        self.assertEqual(subscription.latest_invoice.status, "paid")
        if NEWEST:
            item = subscription["items"].data[0]
            self.assertEqual(item.current_period_end, at("2024-11-01"))
        else:
            self.assertEqual(subscription.current_period_end, at("2024-11-01"))
            self.assertTrue(subscription.latest_invoice.paid)
            self.assertEqual(subscription.latest_invoice.subscription, subscription.id)

        world.use(100_000, START + 60)
        world.use(50_000, START + 120)
        world.advance(at("2024-11-01"))
        draft = world.newest_invoice()
        self.assertEqual((draft.status, draft.billing_reason), ("draft", "subscription_cycle"))

        world.advance(at("2024-11-01") + 2 * HOUR)
        invoice = v1.invoices.retrieve(draft.id)
        self.assertEqual(
            (invoice.status, invoice.total, invoice.amount_paid), ("paid", 25_000, 25_000)
        )
        lines = world.lines(invoice)
        self.assertEqual(sorted(line.amount for line in lines), [0, 5_000, 20_000])
        tier = next(line for line in lines if line.amount == 5_000)
        self.assertEqual(tier.quantity, 50_000)
        if not NEWEST:
            self.assertEqual((tier.type, tier.price.id), ("subscription", overage.id))
            intent = v1.payment_intents.retrieve(invoice.payment_intent)
            self.assertEqual((intent.invoice, intent.amount), (invoice.id, 25_000))
        self.assertEqual(
            tier.description, "50000 × Hypernian tokens (Tier 2 at $0.001 / month)"
        )

        counted = v1.billing.meters.event_summaries.list(
            world.meter.id,
            {
                "customer": world.customer.id,
                "start_time": START,
                "end_time": at("2024-11-01"),
            },
        )
        self.assertEqual([summary.aggregated_value for summary in counted.data], [150_000])

    def test_pay_as_you_go_per_unit_package_volume_and_graduated(self):
        world = World("pay as you go")
        prices = [
            world.metered(unit_amount_decimal="0.1"),
            world.metered(
                unit_amount=100, transform_quantity={"divide_by": 1_000, "round": "up"}
            ),
            world.metered(**{**OVERAGE, "tiers_mode": "volume"}),
            world.metered(**OVERAGE),
        ]
        subscription = world.subscribe(*({"price": price.id} for price in prices))
        if NEWEST:
            self.assertIsNone(subscription.latest_invoice)

        world.use(100_000, START + 60)
        world.use(1, START + 120)
        world.advance(at("2024-11-01") + 2 * HOUR)
        october = world.newest_invoice()
        self.assertEqual((october.total, october.status), (30_100, "paid"))
        # The first 100,000 of the graduated price cost nothing, and the one above 0.1 cent.
        self.assertEqual(
            sorted(line.amount for line in world.lines(october)), [0, 0, 10_000, 10_000, 10_100]
        )

        world.use(150_000, at("2024-11-01") + HOUR)
        world.advance(at("2024-12-01") + 2 * HOUR)
        november = world.newest_invoice()
        self.assertEqual((november.total, november.status), (50_000, "paid"))
        self.assertEqual(
            sorted(line.amount for line in world.lines(november)),
            [0, 5_000, 15_000, 15_000, 15_000],
        )

    def test_credit_burndown_over_three_invoices(self):
        world = World("credits")
        v1 = world.v1
        prepayment = v1.invoices.create(
            {
                "customer": world.customer.id,
                "description": "Hypernian Credits",
                "collection_method": "charge_automatically",
            }
        )
        v1.invoice_items.create(
            {
                "customer": world.customer.id,
                "currency": "usd",
                "unit_amount_decimal": "10000000",
                "invoice": prepayment.id,
            }
        )
        v1.invoices.finalize_invoice(prepayment.id, {"auto_advance": False})
        paid = v1.invoices.pay(prepayment.id)
        self.assertEqual((paid.status, paid.total), ("paid", 10_000_000))

        grant = v1.billing.credit_grants.create(
            {
                "customer": world.customer.id,
                "category": "paid",
                "amount": {
                    "type": "monetary",
                    "monetary": {"value": 12_000_000, "currency": "usd"},
                },
                "applicability_config": {"scope": {"price_type": "metered"}},
                "expires_at": 1_759_341_179,
            }
        )

        def balance():
            summary = v1.billing.credit_balance_summary.retrieve(
                {
                    "customer": world.customer.id,
                    "filter": {"type": "credit_grant", "credit_grant": grant.id},
                }
            )
            return summary.balances[0].ledger_balance.monetary.value

        self.assertEqual(balance(), 12_000_000)
        fee = world.licensed(20_000)
        overage = world.metered(**OVERAGE)
        world.subscribe({"price": fee.id, "quantity": 1}, {"price": overage.id})
        months = [
            ("2024-10-01", "2024-11-01", 45_000_000, 4_510_000, 20_000, 7_510_000),
            ("2024-11-01", "2024-12-01", 60_000_000, 6_010_000, 20_000, 1_520_000),
            ("2024-12-01", "2025-01-01", 30_000_003, 3_010_000, 1_490_000, 0),
        ]
        for begin, end, usage, subtotal, total, left in months:
            world.use(usage, at(begin) + 60)
            world.advance(at(end) + 2 * HOUR)
            invoice = world.newest_invoice()
            self.assertEqual(
                (end, invoice.subtotal, invoice.total, invoice.status),
                (end, subtotal, total, "paid"),
            )
            self.assertEqual((end, balance()), (end, left))

        def moved(entry):
            side = entry.debit if entry.type == "debit" else entry.credit
            return (entry.type, side.amount.monetary.value)

        ledger = v1.billing.credit_balance_transactions.list(
            {"customer": world.customer.id, "limit": 2}
        )
        self.assertEqual(
            [moved(entry) for entry in ledger.auto_paging_iter()],
            [
                ("debit", 1_520_000),
                ("debit", 5_990_000),
                ("debit", 4_490_000),
                ("credit", 12_000_000),
            ],
        )


class Conventions(unittest.TestCase):
    def setUp(self):
        self.key = new_key()
        self.client = client_of(self.key)
        self.v1 = services(self.client)

    def test_automatic_pages_give_every_object_once_newest_first(self):
        made = [self.v1.customers.create({"name": f"C{i}"}).id for i in range(25)]
        pages = self.v1.customers.list({"limit": 10})
        self.assertTrue(pages.has_more)
        self.assertEqual([c.id for c in pages.auto_paging_iter()], made[::-1])

        older = self.v1.customers.list({"limit": 10, "starting_after": made[10]})
        self.assertEqual([c.id for c in older.data], made[:10][::-1])
        self.assertFalse(older.has_more)
        newer = self.v1.customers.list({"limit": 5, "ending_before": made[10]})
        self.assertEqual([c.id for c in newer.data], made[11:16][::-1])
        # Backwards, the iterator walks from the cursor to the newest.
        self.assertEqual([c.id for c in newer.auto_paging_iter()], made[11:])

    def test_the_module_itself_as_a_client_pages_too(self):
        stripe.api_key, stripe.api_base = self.key, URL
        made = [stripe.Customer.create(name=f"C{i}").id for i in range(12)]
        seen = [c.id for c in stripe.Customer.list(limit=5).auto_paging_iter()]
        self.assertEqual(seen, made[::-1])
        renamed = stripe.Customer.modify(made[0], name="Joe", metadata={"plan": "gold"})
        self.assertEqual((renamed.name, renamed.metadata["plan"]), ("Joe", "gold"))
        self.assertTrue(stripe.Customer.retrieve(made[1]).delete().deleted)
        self.assertEqual(len(stripe.Customer.list(limit=100).data), 11)

    def test_expansion_also_in_lists(self):
        product = self.v1.products.create(
            {"name": "Gold", "default_price_data": {"currency": "usd", "unit_amount": 100}}
        )
        price = self.v1.prices.retrieve(product.default_price, {"expand": ["product"]})
        self.assertEqual((price.unit_amount, price.product.name), (100, "Gold"))
        listed = self.v1.products.list({"expand": ["data.default_price"]})
        self.assertEqual(listed.data[0].default_price.id, price.id)

    def test_a_retried_request_is_not_done_twice(self):
        options = {"idempotency_key": str(uuid.uuid4())}
        first = self.v1.customers.create({"name": "Jenny"}, options)
        again = self.v1.customers.create({"name": "Jenny"}, options)
        self.assertEqual(again.id, first.id)
        self.assertNotIn("idempotent-replayed", first.last_response.headers)
        self.assertEqual(again.last_response.headers["idempotent-replayed"], "true")
        self.assertEqual(
            again.last_response.headers["original-request"], first.last_response.request_id
        )
        self.assertEqual(len(self.v1.customers.list().data), 1)

        with self.assertRaises(stripe.IdempotencyError) as caught:
            self.v1.customers.create({"name": "Joe"}, options)
        self.assertEqual(caught.exception.http_status, 400)

    def test_each_class_of_error(self):
        with self.assertRaises(stripe.InvalidRequestError) as caught:
            self.v1.customers.retrieve("cus_nope")
        missing = caught.exception
        self.assertEqual(
            (missing.http_status, missing.code, missing.param, missing.user_message),
            (404, "resource_missing", "id", "No such customer: 'cus_nope'"),
        )
        self.assertRegex(missing.request_id, "^req_")

        with self.assertRaises(stripe.InvalidRequestError) as caught:
            self.v1.customers.create({"nope": 1})
        unknown = caught.exception
        self.assertEqual(
            (unknown.http_status, unknown.code, unknown.param),
            (400, "parameter_unknown", "nope"),
        )

        with self.assertRaises(stripe.AuthenticationError) as caught:
            services(client_of("sk_live_0123456789")).customers.list()
        self.assertEqual(caught.exception.http_status, 401)

        customer = self.v1.customers.create({"name": "Jenny"})
        with self.assertRaises(stripe.CardError) as caught:
            self.v1.payment_methods.attach("pm_card_chargeDeclined", {"customer": customer.id})
        declined = caught.exception
        self.assertEqual(
            (declined.http_status, declined.code, declined.error.decline_code),
            (402, "card_declined", "generic_decline"),
        )

        # okapi says so where it would have to invent, and the SDK is told not to try again.
        with self.assertRaises(stripe.APIError) as caught:
            self.v1.identity.verification_sessions.create({"type": "document"})
        self.assertEqual(caught.exception.http_status, 501)

    def test_v2_meter_events_and_a_stream_with_its_session(self):
        customer = self.v1.customers.create({"name": "Jenny"})
        meter = self.v1.billing.meters.create(
            {
                "display_name": "Tokens",
                "event_name": "tokens",
                "default_aggregation": {"formula": "sum"},
            }
        )

        def event(value):
            payload = {"stripe_customer_id": customer.id, "value": value}
            return {"event_name": "tokens", "payload": payload}

        created = self.client.v2.billing.meter_events.create(event("25"))
        self.assertEqual(created.object, "v2.billing.meter_event")
        self.assertEqual(created.payload["value"], "25")
        session = self.client.v2.billing.meter_event_session.create()
        client_of(session.authentication_token).v2.billing.meter_event_stream.create(
            {"events": [event("10"), event("5")]}
        )
        midnight = int(time.time()) // 86_400 * 86_400
        counted = self.v1.billing.meters.event_summaries.list(
            meter.id,
            {
                "customer": customer.id,
                "start_time": midnight - 86_400,
                "end_time": midnight + 2 * 86_400,
            },
        )
        self.assertEqual(counted.data[0].aggregated_value, 40)


class Receiver:
    """Receives what okapi sends, and keeps bodies as the bytes they came in."""

    def __enter__(self):
        received = self.received = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.append((body, self.headers["Stripe-Signature"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def all_delivered(key):
    request = urllib.request.Request(
        f"{URL}/_okapi/webhooks/wait", method="POST", headers={"Authorization": f"Bearer {key}"}
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        assert response.status == 200


class Webhooks(unittest.TestCase):
    def test_a_signed_webhook_becomes_an_event_and_only_a_signed_one(self):
        key = new_key()
        client = client_of(key)
        v1 = services(client)
        with Receiver() as receiver:
            endpoint = v1.webhook_endpoints.create(
                {
                    "url": receiver.url,
                    "enabled_events": ["customer.created"],
                    "api_version": stripe.api_version,
                }
            )
            self.assertRegex(endpoint.secret, "^whsec_")
            customer = v1.customers.create({"name": "Zoë Überstück"})
            v1.customers.update(customer.id, {"name": "Joe"})
            all_delivered(key)
        self.assertEqual(len(receiver.received), 1)
        body, signature = receiver.received[0]

        event = client.construct_event(body, signature, endpoint.secret)
        self.assertEqual(
            (event.type, event.api_version), ("customer.created", stripe.api_version)
        )
        seen = event.data.object
        self.assertEqual((seen.id, seen.name), (customer.id, "Zoë Überstück"))

        forged = body.replace(customer.id.encode(), b"cus_someoneElse")
        for sent, secret in [(forged, endpoint.secret), (body, "whsec_another")]:
            with self.assertRaises(stripe.SignatureVerificationError):
                client.construct_event(sent, signature, secret)
