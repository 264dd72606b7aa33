<?php

// Usage-based billing told by stripe-php as it is: only the base addresses are okapi's.
// OKAPI_URL names a running server: `okapi exec -- php story.php` sets it. OKAPI_AUTOLOAD is the
// file that loads the SDK.

declare(strict_types=1);

require getenv('OKAPI_AUTOLOAD');

use Stripe\Exception\AuthenticationException;
use Stripe\Exception\CardException;
use Stripe\Exception\IdempotencyException;
use Stripe\Exception\InvalidRequestException;
use Stripe\Exception\SignatureVerificationException;
use Stripe\StripeClient;
use Stripe\Util\ApiVersion;

define('URL', rtrim(getenv('OKAPI_URL') ?: 'http://127.0.0.1:12111', '/'));
// An older SDK asks for an older API version: what changed its shape since is left to the newest.
define('NEWEST', (getenv('OKAPI_SDK') ?: 'newest') === 'newest');

// The client's own pages follow this address, whatever the client was given.
\Stripe\Stripe::$apiBase = URL;

const HOUR = 3600;
const OVERAGE = [
    'billing_scheme' => 'tiered',
    'tiers_mode' => 'graduated',
    'tiers' => [
        ['up_to' => 100_000, 'unit_amount_decimal' => '0'],
        ['up_to' => 'inf', 'unit_amount_decimal' => '0.1'],
    ],
];

function at(string $date): int
{
    return strtotime("$date 00:00:00 UTC");
}

function same($wanted, $got): void
{
    if ($wanted !== $got) {
        throw new RuntimeException(
            'got ' . json_encode($got) . ', wanted ' . json_encode($wanted)
        );
    }
}

/** The exception of a call that has to be refused. */
function refused(string $class, callable $call): Throwable
{
    try {
        $call();
    } catch (Throwable $refusal) {
        if ($refusal instanceof $class) {
            return $refusal;
        }
        throw $refusal;
    }
    throw new RuntimeException("should have been refused by $class");
}

// Every key is an account of its own, so the stories never see each other.
function new_key(): string
{
    return 'sk_test_' . bin2hex(random_bytes(16));
}

function client_of(string $key): StripeClient
{
    return new StripeClient([
        'api_key' => $key,
        'api_base' => URL,
        'files_base' => URL,
        'connect_base' => URL,
        'meter_events_base' => URL,
    ]);
}

function ids(iterable $items): array
{
    $found = [];
    foreach ($items as $item) {
        $found[] = $item->id;
    }
    return $found;
}

/** A customer on a test clock who can pay, a product and a meter that sums up. */
final class World
{
    public StripeClient $client;
    public $clock;
    public $customer;
    public $product;
    public $meter;

    public function __construct(string $name)
    {
        $this->client = client_of(new_key());
        $this->clock = $this->client->testHelpers->testClocks->create([
            'frozen_time' => at('2024-10-01'),
            'name' => $name,
        ]);
        $this->customer = $this->client->customers->create([
            'name' => 'Jenny Rosen',
            'email' => 'jenny@example.com',
            'test_clock' => $this->clock->id,
            'payment_method' => 'pm_card_visa',
            'invoice_settings' => ['default_payment_method' => 'pm_card_visa'],
        ]);
        $this->product = $this->client->products->create(['name' => 'Hypernian tokens']);
        $this->meter = $this->client->billing->meters->create([
            'display_name' => 'Hypernian tokens',
            'event_name' => 'hypernian_tokens',
            'default_aggregation' => ['formula' => 'sum'],
        ]);
    }

    public function price(array $recurring, array $terms)
    {
        return $this->client->prices->create([
            'product' => $this->product->id,
            'currency' => 'usd',
            'recurring' => ['interval' => 'month'] + $recurring,
        ] + $terms);
    }

    public function metered(array $terms)
    {
        return $this->price(['usage_type' => 'metered', 'meter' => $this->meter->id], $terms);
    }

    public function licensed(int $unit_amount)
    {
        return $this->price(['usage_type' => 'licensed'], ['unit_amount' => $unit_amount]);
    }

    public function subscribe(...$prices)
    {
        return $this->client->subscriptions->create([
            'customer' => $this->customer->id,
            'items' => array_map(fn ($price) => ['price' => $price->id], $prices),
            'expand' => ['latest_invoice'],
        ]);
    }

    public function use(int $value, int $timestamp): void
    {
        $this->client->billing->meterEvents->create([
            'event_name' => 'hypernian_tokens',
            'payload' => ['stripe_customer_id' => $this->customer->id, 'value' => (string) $value],
            'timestamp' => $timestamp,
        ]);
    }

    public function advance(int $to): void
    {
        $clocks = $this->client->testHelpers->testClocks;
        $seen = $clocks->advance($this->clock->id, ['frozen_time' => $to]);
        for ($tries = 0; $seen->status === 'advancing' && $tries < 1000; ++$tries) {
            usleep(10_000);
            $seen = $clocks->retrieve($this->clock->id);
        }
        same(['ready', $to], [$seen->status, $seen->frozen_time]);
    }

    public function newestInvoice()
    {
        $customer = $this->customer->id;
        return $this->client->invoices->all(['customer' => $customer, 'limit' => 1])->data[0];
    }

    public function lines($invoice): array
    {
        $lines = $this->client->invoices->allLines($invoice->id, ['limit' => 2]);
        return iterator_to_array($lines->autoPagingIterator(), false);
    }
}

function amounts(array $lines): array
{
    $amounts = array_map(fn ($line) => $line->amount, $lines);
    sort($amounts);
    return $amounts;
}

$story = [];

$story['fixed fee and overage'] = function () {
    $start = at('2024-10-01');
    $world = new World('overage');
    $fee = $world->licensed(20_000);
    $overage = $world->metered(OVERAGE);
    same(null, $overage->unit_amount);
    $tiers = $world->client->prices->retrieve($overage->id, ['expand' => ['tiers']])->tiers;
    same([100_000, null], [$tiers[0]->up_to, $tiers[1]->up_to]);
    same(0.1, (float) (string) $tiers[1]->unit_amount_decimal);

    $subscription = $world->subscribe($fee, $overage);
    same('active', $subscription->status);
    same(20_000, $subscription->latest_invoice->total);
    same('paid', $subscription->latest_invoice->status);
    if (NEWEST) {
        same(at('2024-11-01'), $subscription->items->data[0]->current_period_end);
    }

    $world->use(100_000, $start + 60);
    $world->use(50_000, $start + 120);
    $world->advance(at('2024-11-01'));
    $draft = $world->newestInvoice();
    same(['draft', 'subscription_cycle'], [$draft->status, $draft->billing_reason]);

    $world->advance(at('2024-11-01') + 2 * HOUR);
    $invoice = $world->client->invoices->retrieve($draft->id);
    same(['paid', 25_000, 25_000], [$invoice->status, $invoice->total, $invoice->amount_paid]);
    $lines = $world->lines($invoice);
    same([0, 5_000, 20_000], amounts($lines));
    foreach ($lines as $line) {
        if ($line->amount === 5_000) {
            same(50_000, $line->quantity);
            same('50000 × Hypernian tokens (Tier 2 at $0.001 / month)', $line->description);
        }
    }

    $counted = $world->client->billing->meters->allEventSummaries($world->meter->id, [
        'customer' => $world->customer->id,
        'start_time' => $start,
        'end_time' => at('2024-11-01'),
    ]);
    same(1, count($counted->data));
    same(150_000, (int) $counted->data[0]->aggregated_value);
};

$story['pay as you go: per unit, package, volume, graduated'] = function () {
    $start = at('2024-10-01');
    $world = new World('pay as you go');
    $subscription = $world->subscribe(
        $world->metered(['unit_amount_decimal' => '0.1']),
        $world->metered([
            'unit_amount' => 100,
            'transform_quantity' => ['divide_by' => 1_000, 'round' => 'up'],
        ]),
        $world->metered(['tiers_mode' => 'volume'] + OVERAGE),
        $world->metered(OVERAGE)
    );
    if (NEWEST) {
        same(null, $subscription->latest_invoice);
    }

    $world->use(100_000, $start + 60);
    $world->use(1, $start + 120);
    $world->advance(at('2024-11-01') + 2 * HOUR);
    $october = $world->newestInvoice();
    same([30_100, 'paid'], [$october->total, $october->status]);
    // The first 100,000 of the graduated price cost nothing, and the one above 0.1 cent.
    same([0, 0, 10_000, 10_000, 10_100], amounts($world->lines($october)));

    $world->use(150_000, at('2024-11-01') + HOUR);
    $world->advance(at('2024-12-01') + 2 * HOUR);
    $november = $world->newestInvoice();
    same([50_000, 'paid'], [$november->total, $november->status]);
    same([0, 5_000, 15_000, 15_000, 15_000], amounts($world->lines($november)));
};

$story['credit burndown over three invoices'] = function () {
    $world = new World('credits');
    $client = $world->client;
    $prepayment = $client->invoices->create([
        'customer' => $world->customer->id,
        'description' => 'Hypernian Credits',
        'collection_method' => 'charge_automatically',
    ]);
    $client->invoiceItems->create([
        'customer' => $world->customer->id,
        'currency' => 'usd',
        'unit_amount_decimal' => '10000000',
        'invoice' => $prepayment->id,
    ]);
    $client->invoices->finalizeInvoice($prepayment->id, ['auto_advance' => false]);
    $paid = $client->invoices->pay($prepayment->id);
    same(['paid', 10_000_000], [$paid->status, $paid->total]);

    $grant = $client->billing->creditGrants->create([
        'customer' => $world->customer->id,
        'category' => 'paid',
        'amount' => [
            'type' => 'monetary',
            'monetary' => ['value' => 12_000_000, 'currency' => 'usd'],
        ],
        'applicability_config' => ['scope' => ['price_type' => 'metered']],
        'expires_at' => 1_759_341_179,
    ]);
    $balance = function () use ($client, $world, $grant) {
        $summary = $client->billing->creditBalanceSummary->retrieve([
            'customer' => $world->customer->id,
            'filter' => ['type' => 'credit_grant', 'credit_grant' => $grant->id],
        ]);
        return $summary->balances[0]->ledger_balance->monetary->value;
    };
    same(12_000_000, $balance());

    $world->subscribe($world->licensed(20_000), $world->metered(OVERAGE));
    $months = [
        ['2024-10-01', '2024-11-01', 45_000_000, 4_510_000, 20_000, 7_510_000],
        ['2024-11-01', '2024-12-01', 60_000_000, 6_010_000, 20_000, 1_520_000],
        ['2024-12-01', '2025-01-01', 30_000_003, 3_010_000, 1_490_000, 0],
    ];
    foreach ($months as [$begin, $end, $usage, $subtotal, $total, $left]) {
        $world->use($usage, at($begin) + 60);
        $world->advance(at($end) + 2 * HOUR);
        $invoice = $world->newestInvoice();
        same(
            [$end, $subtotal, $total, 'paid', $left],
            [$end, $invoice->subtotal, $invoice->total, $invoice->status, $balance()]
        );
    }

    $moved = [];
    $ledger = $client->billing->creditBalanceTransactions->all([
        'customer' => $world->customer->id,
        'limit' => 2,
    ]);
    foreach ($ledger->autoPagingIterator() as $entry) {
        $side = $entry->type === 'debit' ? $entry->debit : $entry->credit;
        $moved[] = [$entry->type, $side->amount->monetary->value];
    }
    same(
        [['debit', 1_520_000], ['debit', 5_990_000], ['debit', 4_490_000], ['credit', 12_000_000]],
        $moved
    );
};

$story['automatic pages give every object once, newest first'] = function () {
    $client = client_of(new_key());
    $made = [];
    for ($i = 0; $i < 25; ++$i) {
        $made[] = $client->customers->create(['name' => "C$i"])->id;
    }
    $pages = $client->customers->all(['limit' => 10]);
    same(true, $pages->has_more);
    same(array_reverse($made), ids($pages->autoPagingIterator()));

    $older = $client->customers->all(['limit' => 10, 'starting_after' => $made[10]]);
    same(array_reverse(array_slice($made, 0, 10)), ids($older->data));
    same(false, $older->has_more);
    $newer = $client->customers->all(['limit' => 5, 'ending_before' => $made[10]]);
    same(array_reverse(array_slice($made, 11, 5)), ids($newer->data));
    same(true, $newer->has_more);
};

$story['expansion, also in lists'] = function () {
    $client = client_of(new_key());
    $product = $client->products->create([
        'name' => 'Gold',
        'default_price_data' => ['currency' => 'usd', 'unit_amount' => 100],
    ]);
    $price = $client->prices->retrieve($product->default_price, ['expand' => ['product']]);
    same([100, 'Gold'], [$price->unit_amount, $price->product->name]);
    $listed = $client->products->all(['expand' => ['data.default_price']]);
    same($price->id, $listed->data[0]->default_price->id);
};

$story['a retried request is not done twice'] = function () {
    $client = client_of(new_key());
    $options = ['idempotency_key' => bin2hex(random_bytes(16))];
    $first = $client->customers->create(['name' => 'Jenny'], $options);
    $again = $client->customers->create(['name' => 'Jenny'], $options);
    same($first->id, $again->id);
    $headers = $again->getLastResponse()->headers;
    same(false, isset($first->getLastResponse()->headers['Idempotent-Replayed']));
    same('true', $headers['Idempotent-Replayed']);
    same($first->getLastResponse()->headers['Request-Id'], $headers['Original-Request']);
    same(1, count($client->customers->all()->data));

    $other = refused(
        IdempotencyException::class,
        fn () => $client->customers->create(['name' => 'Joe'], $options)
    );
    same(400, $other->getHttpStatus());
};

$story['each class of error'] = function () {
    $client = client_of(new_key());
    $missing = refused(
        InvalidRequestException::class,
        fn () => $client->customers->retrieve('cus_nope')
    );
    same([404, 'resource_missing'], [$missing->getHttpStatus(), $missing->getStripeCode()]);
    same(
        ['id', "No such customer: 'cus_nope'"],
        [$missing->getStripeParam(), $missing->getMessage()]
    );
    same('req_', substr($missing->getRequestId(), 0, 4));

    $unknown = refused(
        InvalidRequestException::class,
        fn () => $client->customers->create(['nope' => 1])
    );
    same(
        [400, 'parameter_unknown', 'nope'],
        [$unknown->getHttpStatus(), $unknown->getStripeCode(), $unknown->getStripeParam()]
    );

    $stranger = refused(
        AuthenticationException::class,
        fn () => client_of('sk_live_0123456789')->customers->all()
    );
    same(401, $stranger->getHttpStatus());

    $customer = $client->customers->create(['name' => 'Jenny'])->id;
    $declined = refused(
        CardException::class,
        fn () => $client->paymentMethods->attach(
            'pm_card_chargeDeclined',
            ['customer' => $customer]
        )
    );
    same(
        [402, 'card_declined', 'generic_decline'],
        [$declined->getHttpStatus(), $declined->getStripeCode(), $declined->getDeclineCode()]
    );
};

/** Takes one delivery: its body as the bytes they came in, and its signature. */
function receive($listener): array
{
    $connection = stream_socket_accept($listener, 30);
    fgets($connection);
    $headers = [];
    while (($line = trim(fgets($connection))) !== '') {
        [$name, $value] = explode(': ', $line, 2);
        $headers[strtolower($name)] = $value;
    }
    $body = stream_get_contents($connection, (int) $headers['content-length']);
    fwrite($connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    fclose($connection);
    return [$body, $headers['stripe-signature']];
}

$story['a signed webhook becomes an event, and only a signed one'] = function () {
    $client = client_of(new_key());
    // The delivery waits in the socket's queue until it is received below.
    $listener = stream_socket_server('tcp://127.0.0.1:0');
    $endpoint = $client->webhookEndpoints->create([
        'url' => 'http://' . stream_socket_get_name($listener, false) . '/hook',
        'enabled_events' => ['customer.created'],
        'api_version' => ApiVersion::CURRENT,
    ]);
    same('whsec_', substr($endpoint->secret, 0, 6));
    $customer = $client->customers->create(['name' => 'Zoë Überstück']);
    [$body, $signature] = receive($listener);

    $event = \Stripe\Webhook::constructEvent($body, $signature, $endpoint->secret);
    same(['customer.created', ApiVersion::CURRENT], [$event->type, $event->api_version]);
    $seen = $event->data->object;
    same([$customer->id, 'Zoë Überstück'], [$seen->id, $seen->name]);

    $forged = str_replace($customer->id, 'cus_someoneElse', $body);
    foreach ([[$forged, $endpoint->secret], [$body, 'whsec_another']] as [$sent, $secret]) {
        refused(
            SignatureVerificationException::class,
            fn () => \Stripe\Webhook::constructEvent($sent, $signature, $secret)
        );
    }
};

$failed = false;
foreach ($story as $sentence => $check) {
    try {
        $check();
        echo "ok - $sentence\n";
    } catch (Throwable $problem) {
        $failed = true;
        echo "FAILED - $sentence\n$problem\n";
    }
}
exit($failed ? 1 : 0);
