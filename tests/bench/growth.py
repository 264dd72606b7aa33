#!/usr/bin/env python3
"""What a request costs when much is stored: each path at 1,000 to 1,000,000 stored objects. Prints
the README's table and draws growth.svg. The figure is the server's CPU time, which neighbours on the
machine disturb least. It is all of a request, the socket's part included.

  python3 tests/bench/growth.py [options]

  --build DIR     where okapi is (build)
  --most N        the largest world (1000000)
  --only WORDS    only these worlds: customers usage invoices events subscriptions
  --readme        put the table into README.md, and draw tests/bench/growth.svg

What one request costs may grow as the logarithm of what is stored, so that n of them cost n log n;
what touches all that is stored (save, load, a search that must look everywhere) may grow as n log n.
A read by id may not grow at all, but for NOISE: what lies in far memory takes longer to come.
"""
import argparse
import json
import math
import os
import random
import time
import urllib.parse

from bench import HERE, Line, Server, middle, say
import plot
from run import put_into_readme
import worlds

SIZES = [1_000, 10_000, 100_000, 1_000_000]
NOISE = 1.5  # what two measurements of one thing may differ by

FLAT, REQUEST, WHOLE = 'not at all', 'log n', 'n log n'


def allowed(law, size, first):
    """How many times the cost at `first` the cost at `size` may be."""
    logs = math.log(size) / math.log(first)
    return {FLAT: 1, REQUEST: logs, WHOLE: size / first * logs}[law]


class Cost:
    """CPU seconds of the server for one call: in the middle of five batches, or of the one call
    that takes longer than they may."""

    def __init__(self, server):
        self.server = server

    def spent(self, call, times):
        before = self.server.cpu_seconds()
        for _ in range(times):
            call()
        return (self.server.cpu_seconds() - before) / times

    def of(self, call, seconds=1.0, most=1000):
        began = time.monotonic()
        only = self.spent(call, 1)
        once = time.monotonic() - began
        if once > seconds:
            return only
        batch = max(1, min(most // 5, int(seconds / 5 / once)))
        self.spent(call, min(batch, 20))
        return middle([self.spent(call, batch) for _ in range(5)])


class Growth:
    def __init__(self, options):
        self.options = options
        self.okapi = [f'{options.build}/okapi', '--quiet', '--port', '{port}', '--keep-events',
                      str(2 * SIZES[-1])]
        self.scratch = f'{options.build}/bench'
        os.makedirs(self.scratch, exist_ok=True)
        self.paths = {}  # name to (law, {size: seconds})

    def found(self, name, law, size, seconds):
        self.paths.setdefault(name, (law, {}))[1][size] = seconds
        say(f'  {name} at {size:,}: {seconds * 1e6:,.1f} µs')

    def example(self, act):
        """A server on which `act` makes a model."""
        server = Server('okapi', self.okapi)
        try:
            return act(server)
        finally:
            server.stop_ms()

    def start_ms(self, *flags):
        """CPU of a start, in the middle of seven where it is short: a start takes ten milliseconds,
        and one more or less than another by as much as a small world takes to load."""
        starts = []
        while not starts or (starts[0] < 500 and len(starts) < 7):
            server = Server('okapi', [*self.okapi, *flags], patience=600)
            starts.append(server.start_cpu_ms)
            server.kill()
        return middle(starts)

    def world(self, base, models, usage=()):
        """A server that has loaded them."""
        path = f'{self.scratch}/growth.okapi'
        worlds.write_world(path, base, models, usage)
        return Server('okapi', [*self.okapi, '--snapshot', path], patience=600)

    # --- customers: reads, lists, searches, files

    def customers(self, size):
        def act(server):
            server.send('POST', '/v1/customers', {'name': 'Needle'})
            before = worlds.Snapshot(server)
            server.send('POST', '/v1/customers', {
                'name': 'Jenny Rosen', 'email': 'jenny-0000000@example.com',
                'metadata[order]': '1', 'description': 'bench'})
            return before, worlds.Model(before, worlds.Snapshot(server), also=['0000000'])
        base, model = self.example(act)
        server = self.world(base, [(model, size)])
        loading = self.start_ms('--snapshot', f'{self.scratch}/growth.okapi') - self.start_ms()
        self.found('load of a snapshot file', WHOLE, size, max(loading, 0.1) / 1000)
        line, cost = Line(server), Cost(server)
        picks = random.Random(1)

        def get(target):
            return lambda: line.ask(Line.request('GET', target()))

        def some():
            return model.id_of('customer', picks.randrange(size))
        self.found('GET by id', FLAT, size, cost.of(get(lambda: f'/v1/customers/{some()}')))
        self.found('list page of 100', REQUEST, size, cost.of(
            get(lambda: f'/v1/customers?limit=100&starting_after={some()}')))
        self.found('list by an indexed field', REQUEST, size, cost.of(
            get(lambda: f'/v1/customers?email=jenny-{picks.randrange(size):07x}@example.com')))
        needle = urllib.parse.quote('name:"Needle"')
        self.found('search, only the oldest fits', WHOLE, size, cost.of(
            get(lambda: f'/v1/customers/search?query={needle}')))
        create = Line.request('POST', '/v1/customers', 'name=Jenny&email=j@example.com')
        self.found('create', REQUEST, size, cost.of(lambda: line.ask(create)))
        save = Line.request('POST', '/_okapi/snapshots', 'name=growth')
        restore = Line.request('POST', '/_okapi/snapshots/growth/restore')
        self.found('snapshot in memory: save', REQUEST, size, cost.of(lambda: line.ask(save)))

        def change_and_restore():  # so that there is something to undo
            line.ask(create)
            line.ask(restore)
        self.found('snapshot in memory: restore', REQUEST, size,
                   cost.of(change_and_restore, most=50))
        line.close()
        self.save(server, size)

    def save(self, server, size):
        """The file, as the download of it costs."""
        line = Line(server)
        save = Line.request('GET', '/_okapi/snapshot')
        self.found('save of a snapshot file', WHOLE, size,
                   Cost(server).of(lambda: line.ask(save)))
        line.close()
        server.kill()

    # --- usage of one customer on one meter

    def usage(self, size):
        span = 28 * 86400

        def act(server):
            meter = server.send('POST', '/v1/billing/meters', {
                'display_name': 'Bench', 'event_name': 'bench',
                'default_aggregation[formula]': 'sum'})['id']
            customer = server.send('POST', '/v1/customers', {'name': 'Bench'})['id']
            return worlds.Snapshot(server), meter, customer
        base, meter, customer = self.example(act)
        now = int(time.time()) // 86400 * 86400
        start = now - span
        server = self.world(base, [], worlds.usage_lines(meter, customer, size, start, span))
        line, cost = Line(server), Cost(server)
        number = iter(range(10**9))
        self.found('meter event', REQUEST, size, cost.of(lambda: line.ask(Line.request(
            'POST', '/v1/billing/meter_events',
            f'event_name=bench&payload[value]=3&payload[stripe_customer_id]={customer}'
            f'&identifier=growth_{next(number)}'))))
        summary = (f'/v1/billing/meters/{meter}/event_summaries?customer={customer}'
                   f'&start_time={start}&end_time={now}')
        whole = Line.request('GET', summary)
        assert json.loads(line.ask(whole))['data'], 'no usage found'
        self.found('usage window over all', REQUEST, size, cost.of(lambda: line.ask(whole)))
        line.close()
        server.kill()

    # --- an invoice beside many, all of one customer

    def invoices(self, size):
        def bill(send, customer):
            send('POST', '/v1/invoiceitems', {'customer': customer, 'amount': 1000,
                                              'currency': 'usd'})
            invoice = send('POST', '/v1/invoices', {
                'customer': customer, 'collection_method': 'send_invoice', 'days_until_due': 30,
                'pending_invoice_items_behavior': 'include'})['id']
            send('POST', f'/v1/invoices/{invoice}/finalize', None)

        def new_customer(send):
            return send('POST', '/v1/customers', {'name': 'New'})['id']

        def act(server):
            customer = new_customer(server.send)
            bill(server.send, customer)  # makes also what all invoice items share
            before = worlds.Snapshot(server)
            bill(server.send, customer)
            return before, worlds.Model(before, worlds.Snapshot(server)), customer
        base, model, customer = self.example(act)
        server = self.world(base, [(model, size // len(model.texts))])
        line, cost = Line(server), Cost(server)

        def send(method, path, params):
            body = urllib.parse.urlencode(params or {})
            return json.loads(line.ask(Line.request(method, path, body)))
        self.found('invoice, draft to final', REQUEST, size,
                   cost.of(lambda: bill(send, new_customer(send)), most=200))
        self.found('invoice of who has them all', REQUEST, size,
                   cost.of(lambda: bill(send, customer), most=200))
        line.close()
        server.kill()

    # --- events

    def events(self, size):
        def act(server):
            server.send('POST', '/v1/products', {'name': 'Bench'})
            before = worlds.Snapshot(server)
            server.send('POST', '/v1/customers', {'name': 'Bench'})
            return before, worlds.Model(before, worlds.Snapshot(server), kinds=['event'])
        base, model = self.example(act)
        server = self.world(base, [(model, size)])
        line, cost = Line(server), Cost(server)
        picks = random.Random(1)
        self.found('event list page of 100', REQUEST, size, cost.of(lambda: line.ask(Line.request(
            'GET', '/v1/events?limit=100&starting_after='
            f'{model.id_of("event", picks.randrange(size))}'))))
        rare = Line.request('GET', '/v1/events?type=product.created')
        assert json.loads(line.ask(rare))['data'], 'the event is not found'
        self.found('event list, only the oldest fits', WHOLE, size,
                   cost.of(lambda: line.ask(rare)))
        line.close()
        server.kill()

    # --- a clock with many subscriptions, 100 of which are due

    def subscriptions(self, size):
        due = 100

        def act(server):
            clock = server.send('POST', '/v1/test_helpers/test_clocks',
                                {'frozen_time': worlds.CLOCK_START})['id']
            price = worlds.monthly_price(server)
            before = worlds.Snapshot(server)
            worlds.subscriber(server, clock, price, worlds.CLOCK_START + 10 * 86400)
            early = worlds.Snapshot(server)
            worlds.subscriber(server, clock, price, worlds.CLOCK_START + 20 * 86400)
            late = worlds.Snapshot(server)
            return before, worlds.Model(before, early), worlds.Model(early, late), clock
        base, early, late, clock = self.example(act)
        server = self.world(base, [(early, due), (late, size // len(late.texts))])
        used = server.cpu_seconds()
        worlds.advance(server, clock, worlds.CLOCK_START + 10 * 86400 + 7200)
        while worlds.is_advancing(server, clock):
            time.sleep(0.05)
        self.found('clock advance, a renewal', REQUEST, size, (server.cpu_seconds() - used) / due)
        server.kill()

    # --- what is printed

    def verdict(self, law, costs):
        sizes = sorted(costs)
        times = costs[sizes[-1]] / costs[sizes[0]]
        return times, times <= NOISE * allowed(law, sizes[-1], sizes[0])

    def text(self):
        sizes = sorted({size for _, costs in self.paths.values() for size in costs})
        lines = [f'| path | {" | ".join(f"{size:,}" for size in sizes)} | grows | may grow |',
                 '|---' * (len(sizes) + 3) + '|']
        for name, (law, costs) in self.paths.items():
            times, fine = self.verdict(law, costs)
            may = f'{law}: {allowed(law, max(costs), min(costs)):,.0f} ×'
            cells = ' | '.join(told(costs[size]) if size in costs else '–' for size in sizes)
            lines.append(f'| {name} | {cells} | {times:,.1f} × | {may if fine else f"**{may}**"} |')
        return '\n'.join(lines) + '\n'

    def measure(self):
        for name in self.options.only or ['customers', 'usage', 'invoices', 'events',
                                          'subscriptions']:
            for size in SIZES:
                if size <= self.options.most:
                    say(f'{name}, {size:,}')
                    getattr(self, name)(size)
        path = f'{self.scratch}/growth.okapi'
        if os.path.exists(path):
            os.remove(path)


def told(seconds):
    for unit, scale in (('s', 1), ('ms', 1e-3), ('µs', 1e-6)):
        if seconds >= scale:
            return f'{seconds / scale:.3g} {unit}'
    return f'{seconds / 1e-6:.2g} µs'


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', default='build')
    parser.add_argument('--most', type=int, default=SIZES[-1])
    parser.add_argument('--only', nargs='+', default=[])
    parser.add_argument('--readme', action='store_true')
    growth = Growth(parser.parse_args())
    growth.measure()
    text = growth.text()
    print(text)
    charts = [(name, law, costs, lambda size, law=law, costs=costs:
               costs[min(costs)] * allowed(law, size, min(costs)))
              for name, (law, costs) in growth.paths.items()]
    target = f'{HERE}/growth.svg' if growth.options.readme else f'{growth.scratch}/growth.svg'
    with open(target, 'w', encoding='utf-8') as file:
        file.write(plot.page(charts, told))
    say(f'drawn: {os.path.relpath(target)}')
    if growth.options.readme:
        put_into_readme('growth', text)


if __name__ == '__main__':
    main()
