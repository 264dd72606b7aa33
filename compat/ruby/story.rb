# frozen_string_literal: true

# Usage-based billing told by stripe-ruby as it is: only the base addresses are okapi's.
# OKAPI_URL names a running server: `okapi exec -- ruby story.rb` sets it.

require 'minitest/autorun'
require 'net/http'
require 'securerandom'
require 'socket'
require 'stripe'
require 'time'

URL = (ENV['OKAPI_URL'] || 'http://127.0.0.1:12111').chomp('/')
# An older SDK asks for an older API version: what changed its shape since is left to the newest.
NEWEST = ENV.fetch('OKAPI_SDK', 'newest') == 'newest'

# The client's own pages follow this address, whatever the client was given.
Stripe.api_base = URL

def at(date)
  Time.parse("#{date} 00:00:00 UTC").to_i
end

HOUR = 3600
START = at('2024-10-01')

OVERAGE = {
  billing_scheme: 'tiered',
  tiers_mode: 'graduated',
  tiers: [
    { up_to: 100_000, unit_amount_decimal: '0' },
    { up_to: 'inf', unit_amount_decimal: '0.1' }
  ]
}.freeze

# Every key is an account of its own, so the stories never see each other.
def new_key
  "sk_test_#{SecureRandom.hex}"
end

def client_of(key)
  Stripe::StripeClient.new(
    key, api_base: URL, uploads_base: URL, connect_base: URL, meter_events_base: URL
  )
end

# A customer on a test clock who can pay, a product and a meter that sums up.
class World
  attr_reader :v1, :customer, :meter

  def initialize(name)
    @v1 = client_of(new_key).v1
    @clock = v1.test_helpers.test_clocks.create({ frozen_time: START, name: name })
    @customer = v1.customers.create(
      {
        name: 'Jenny Rosen',
        email: 'jenny@example.com',
        test_clock: @clock.id,
        payment_method: 'pm_card_visa',
        invoice_settings: { default_payment_method: 'pm_card_visa' }
      }
    )
    @product = v1.products.create({ name: 'Hypernian tokens' })
    @meter = v1.billing.meters.create(
      {
        display_name: 'Hypernian tokens',
        event_name: 'hypernian_tokens',
        default_aggregation: { formula: 'sum' }
      }
    )
  end

  def price(recurring, terms)
    v1.prices.create(
      {
        product: @product.id,
        currency: 'usd',
        recurring: { interval: 'month', **recurring },
        **terms
      }
    )
  end

  def metered(terms)
    price({ usage_type: 'metered', meter: @meter.id }, terms)
  end

  def licensed(unit_amount)
    price({ usage_type: 'licensed' }, { unit_amount: unit_amount })
  end

  def subscribe(*prices)
    v1.subscriptions.create(
      {
        customer: @customer.id,
        items: prices.map { |price| { price: price.id } },
        expand: ['latest_invoice']
      }
    )
  end

  def use(value, timestamp)
    v1.billing.meter_events.create(
      {
        event_name: 'hypernian_tokens',
        payload: { stripe_customer_id: @customer.id, value: value.to_s },
        timestamp: timestamp
      }
    )
  end

  def advance(to)
    seen = v1.test_helpers.test_clocks.advance(@clock.id, { frozen_time: to })
    1000.times do
      break unless seen.status == 'advancing'

      sleep 0.01
      seen = v1.test_helpers.test_clocks.retrieve(@clock.id)
    end
    raise "the clock says #{seen.status}" unless [seen.status, seen.frozen_time] == ['ready', to]
  end

  def newest_invoice
    v1.invoices.list({ customer: @customer.id, limit: 1 }).data[0]
  end

  def lines(invoice)
    v1.invoices.line_items.list(invoice.id, { limit: 2 }).auto_paging_each.to_a
  end
end

class PricingModels < Minitest::Test
  def test_fixed_fee_and_overage
    world = World.new('overage')
    fee = world.licensed(20_000)
    overage = world.metered(OVERAGE)
    assert_nil overage.unit_amount
    tiers = world.v1.prices.retrieve(overage.id, { expand: ['tiers'] }).tiers
    assert_equal([[100_000, 0.0], [nil, 0.1]],
                 tiers.map { |tier| [tier.up_to, tier.unit_amount_decimal.to_f] })

    subscription = world.subscribe(fee, overage)
    assert_equal 'active', subscription.status
    assert_equal 20_000, subscription.latest_invoice.total
    assert_equal 'paid', subscription.latest_invoice.status
    if NEWEST
      assert_equal at('2024-11-01'), subscription.items.data[0].current_period_end
    end

    world.use(100_000, START + 60)
    world.use(50_000, START + 120)
    world.advance(at('2024-11-01'))
    draft = world.newest_invoice
    assert_equal %w[draft subscription_cycle], [draft.status, draft.billing_reason]

    world.advance(at('2024-11-01') + (2 * HOUR))
    invoice = world.v1.invoices.retrieve(draft.id)
    assert_equal ['paid', 25_000, 25_000], [invoice.status, invoice.total, invoice.amount_paid]
    lines = world.lines(invoice)
    assert_equal [0, 5_000, 20_000], lines.map(&:amount).sort
    tier = lines.find { |line| line.amount == 5_000 }
    assert_equal 50_000, tier.quantity
    assert_equal '50000 × Hypernian tokens (Tier 2 at $0.001 / month)', tier.description

    counted = world.v1.billing.meters.event_summaries.list(
      world.meter.id,
      { customer: world.customer.id, start_time: START, end_time: at('2024-11-01') }
    )
    assert_equal [150_000], counted.data.map(&:aggregated_value)
  end

  def test_pay_as_you_go_per_unit_package_volume_and_graduated
    world = World.new('pay as you go')
    subscription = world.subscribe(
      world.metered({ unit_amount_decimal: '0.1' }),
      world.metered(
        { unit_amount: 100, transform_quantity: { divide_by: 1_000, round: 'up' } }
      ),
      world.metered(OVERAGE.merge(tiers_mode: 'volume')),
      world.metered(OVERAGE)
    )
    assert_nil subscription.latest_invoice if NEWEST

    world.use(100_000, START + 60)
    world.use(1, START + 120)
    world.advance(at('2024-11-01') + (2 * HOUR))
    october = world.newest_invoice
    assert_equal [30_100, 'paid'], [october.total, october.status]
    # The first 100,000 of the graduated price cost nothing, and the one above 0.1 cent.
    assert_equal [0, 0, 10_000, 10_000, 10_100], world.lines(october).map(&:amount).sort

    world.use(150_000, at('2024-11-01') + HOUR)
    world.advance(at('2024-12-01') + (2 * HOUR))
    november = world.newest_invoice
    assert_equal [50_000, 'paid'], [november.total, november.status]
    assert_equal [0, 5_000, 15_000, 15_000, 15_000], world.lines(november).map(&:amount).sort
  end

  def test_credit_burndown_over_three_invoices
    world = World.new('credits')
    v1 = world.v1
    prepayment = v1.invoices.create(
      {
        customer: world.customer.id,
        description: 'Hypernian Credits',
        collection_method: 'charge_automatically'
      }
    )
    v1.invoice_items.create(
      {
        customer: world.customer.id,
        currency: 'usd',
        unit_amount_decimal: '10000000',
        invoice: prepayment.id
      }
    )
    v1.invoices.finalize_invoice(prepayment.id, { auto_advance: false })
    paid = v1.invoices.pay(prepayment.id)
    assert_equal ['paid', 10_000_000], [paid.status, paid.total]

    grant = v1.billing.credit_grants.create(
      {
        customer: world.customer.id,
        category: 'paid',
        amount: { type: 'monetary', monetary: { value: 12_000_000, currency: 'usd' } },
        applicability_config: { scope: { price_type: 'metered' } },
        expires_at: 1_759_341_179
      }
    )
    balance = lambda do
      summary = v1.billing.credit_balance_summary.retrieve(
        {
          customer: world.customer.id,
          filter: { type: 'credit_grant', credit_grant: grant.id }
        }
      )
      summary.balances[0].ledger_balance.monetary.value
    end
    assert_equal 12_000_000, balance.call

    world.subscribe(world.licensed(20_000), world.metered(OVERAGE))
    [
      ['2024-10-01', '2024-11-01', 45_000_000, 4_510_000, 20_000, 7_510_000],
      ['2024-11-01', '2024-12-01', 60_000_000, 6_010_000, 20_000, 1_520_000],
      ['2024-12-01', '2025-01-01', 30_000_003, 3_010_000, 1_490_000, 0]
    ].each do |first, last, usage, subtotal, total, left|
      world.use(usage, at(first) + 60)
      world.advance(at(last) + (2 * HOUR))
      invoice = world.newest_invoice
      assert_equal [last, subtotal, total, 'paid', left],
                   [last, invoice.subtotal, invoice.total, invoice.status, balance.call]
    end

    ledger = v1.billing.credit_balance_transactions.list(
      { customer: world.customer.id, limit: 2 }
    )
    moved = ledger.auto_paging_each.map do |entry|
      side = entry.type == 'debit' ? entry.debit : entry.credit
      [entry.type, side.amount.monetary.value]
    end
    assert_equal [
      ['debit', 1_520_000], ['debit', 5_990_000], ['debit', 4_490_000], ['credit', 12_000_000]
    ], moved
  end
end

class Conventions < Minitest::Test
  def setup
    @v1 = client_of(new_key).v1
  end

  def test_automatic_pages_give_every_object_once_newest_first
    made = Array.new(25) { |i| @v1.customers.create({ name: "C#{i}" }).id }
    pages = @v1.customers.list({ limit: 10 })
    assert pages.has_more
    assert_equal made.reverse, pages.auto_paging_each.map(&:id)

    older = @v1.customers.list({ limit: 10, starting_after: made[10] })
    assert_equal made[0...10].reverse, older.data.map(&:id)
    refute older.has_more
    newer = @v1.customers.list({ limit: 5, ending_before: made[10] })
    assert_equal made[11...16].reverse, newer.data.map(&:id)
    assert newer.has_more
  end

  def test_expansion_also_in_lists
    product = @v1.products.create(
      { name: 'Gold', default_price_data: { currency: 'usd', unit_amount: 100 } }
    )
    price = @v1.prices.retrieve(product.default_price, { expand: ['product'] })
    assert_equal [100, 'Gold'], [price.unit_amount, price.product.name]
    listed = @v1.products.list({ expand: ['data.default_price'] })
    assert_equal price.id, listed.data[0].default_price.id
  end

  def test_a_retried_request_is_not_done_twice
    options = { idempotency_key: SecureRandom.uuid }
    first = @v1.customers.create({ name: 'Jenny' }, options)
    again = @v1.customers.create({ name: 'Jenny' }, options)
    assert_equal first.id, again.id
    assert_nil first.last_response.http_headers['idempotent-replayed']
    assert_equal 'true', again.last_response.http_headers['idempotent-replayed']
    assert_equal first.last_response.request_id,
                 again.last_response.http_headers['original-request']
    assert_equal 1, @v1.customers.list.data.length

    other = assert_raises(Stripe::IdempotencyError) do
      @v1.customers.create({ name: 'Joe' }, options)
    end
    assert_equal 400, other.http_status
  end

  def test_each_class_of_error
    missing = assert_raises(Stripe::InvalidRequestError) { @v1.customers.retrieve('cus_nope') }
    assert_equal [404, 'resource_missing', 'id', "No such customer: 'cus_nope'"],
                 [missing.http_status, missing.code, missing.param, missing.error.message]
    assert_match(/^req_/, missing.request_id)

    unknown = assert_raises(Stripe::InvalidRequestError) { @v1.customers.create({ nope: 1 }) }
    assert_equal [400, 'parameter_unknown', 'nope'],
                 [unknown.http_status, unknown.code, unknown.param]

    stranger = assert_raises(Stripe::AuthenticationError) do
      client_of('sk_live_0123456789').v1.customers.list
    end
    assert_equal 401, stranger.http_status

    customer = @v1.customers.create({ name: 'Jenny' })
    declined = assert_raises(Stripe::CardError) do
      @v1.payment_methods.attach('pm_card_chargeDeclined', { customer: customer.id })
    end
    assert_equal [402, 'card_declined', 'generic_decline'],
                 [declined.http_status, declined.code, declined.error.decline_code]
  end
end

class Webhooks < Minitest::Test
  # Takes one delivery: its body as the bytes they came in, and its signature.
  def receive(listener)
    connection = listener.accept
    connection.gets
    headers = {}
    while (line = connection.gets.chomp) != ''
      name, value = line.split(': ', 2)
      headers[name.downcase] = value
    end
    body = connection.read(headers['content-length'].to_i)
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    connection.close
    [body, headers['stripe-signature']]
  end

  def test_a_signed_webhook_becomes_an_event_and_only_a_signed_one
    v1 = client_of(new_key).v1
    listener = TCPServer.new('127.0.0.1', 0)
    receiver = Thread.new { receive(listener) }
    endpoint = v1.webhook_endpoints.create(
      {
        url: "http://127.0.0.1:#{listener.addr[1]}/hook",
        enabled_events: ['customer.created'],
        api_version: Stripe::ApiVersion::CURRENT
      }
    )
    assert_match(/^whsec_/, endpoint.secret)
    customer = v1.customers.create({ name: 'Zoë Überstück' })
    assert receiver.join(30), 'no webhook came'
    body, signature = receiver.value

    event = Stripe::Webhook.construct_event(body, signature, endpoint.secret)
    assert_equal ['customer.created', Stripe::ApiVersion::CURRENT], [event.type, event.api_version]
    assert_equal [customer.id, 'Zoë Überstück'], [event.data.object.id, event.data.object.name]

    forged = body.gsub(customer.id, 'cus_someoneElse')
    [[forged, endpoint.secret], [body, 'whsec_another']].each do |sent, secret|
      assert_raises(Stripe::SignatureVerificationError) do
        Stripe::Webhook.construct_event(sent, signature, secret)
      end
    end
  end
end
