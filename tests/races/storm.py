#!/usr/bin/env python3
"""Everything at once, against the program: many clients on few accounts, while time is moved, state
is saved, restored and emptied, and webhooks go to a receiver here. Threads that meet where they
must not are what the thread sanitizer tells of; without it, what must hold is that no answer is a
500, no request is left without an answer, and the program ends in order when it is asked to.

  python3 tests/races/storm.py PROGRAM [--seconds N] [--clients N] [--accounts N] [--seed N]
"""
import argparse
import base64
import collections
import http.client
import http.server
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

FORM = 'application/x-www-form-urlencoded'


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes what the webhooks bring; a tenth is refused, so that it comes again."""
    protocol_version = 'HTTP/1.1'
    taken = 0

    def do_POST(self):
        self.rfile.read(int(self.headers.get('Content-Length', 0)))
        Receiver.taken += 1  # a number to print, not to rely on
        self.send_response(200 if Receiver.taken % 10 else 500)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *_):
        pass


class Client(threading.Thread):
    def __init__(self, number, options, port, hook):
        super().__init__()
        self.options = options
        self.port = port
        self.hook = hook
        self.dice = random.Random(options.seed * 1000 + number)
        self.number = number
        self.key = f'sk_test_storm{number % options.accounts}'
        self.connection = None
        self.statuses = collections.Counter()
        self.faults = []
        self.ids = collections.defaultdict(list)

    def send(self, method, path, params=None, body=None):
        if self.connection is None:
            self.connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=120)
        token = base64.b64encode(f'{self.key}:'.encode()).decode()
        headers = {'Authorization': f'Basic {token}'}
        if params is not None:
            body = urllib.parse.urlencode(params)
            headers['Content-Type'] = FORM
        if method == 'POST' and self.dice.random() < 0.1:
            headers['Idempotency-Key'] = f'{self.dice.randrange(50)}'  # others have it, too
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.faults.append(f'{method} {path}: {error!r}')
            self.connection = None
            return None
        self.statuses[answer.status] += 1
        if answer.status >= 500:
            self.faults.append(f'{method} {path}: {answer.status} {text[:300]!r}')
        if answer.will_close:
            self.connection.close()
            self.connection = None
        return text if answer.status == 200 else None

    def make(self, name, path, params):
        text = self.send('POST', path, params)
        if text:
            self.ids[name] = [*self.ids[name][-20:], json.loads(text)]

    def any(self, name):
        """One that this client made; it may have been lost in a reset since."""
        return self.dice.choice(self.ids[name]) if self.ids[name] else {'id': f'{name}_none'}

    # --- what a client does

    def customer(self):
        self.make('customer', '/v1/customers', {
            'name': 'Storm', 'email': f'{self.dice.randrange(99)}@example.com',
            'payment_method': 'pm_card_visa',
            'invoice_settings[default_payment_method]': 'pm_card_visa'})

    def customer_on_clock(self):
        self.make('clock', '/v1/test_helpers/test_clocks', {'frozen_time': 1700000000})
        self.make('customer', '/v1/customers', {
            'test_clock': self.any('clock')['id'], 'payment_method': 'pm_card_visa',
            'invoice_settings[default_payment_method]': 'pm_card_visa'})

    def price(self):
        self.make('meter', '/v1/billing/meters', {
            'display_name': 'Storm', 'event_name': f'storm{self.dice.randrange(1000)}',
            'default_aggregation[formula]': 'sum'})
        self.make('price', '/v1/prices', {
            'currency': 'usd', 'unit_amount': 500, 'recurring[interval]': 'month',
            'product_data[name]': 'Storm'})
        self.make('price', '/v1/prices', {
            'currency': 'usd', 'unit_amount_decimal': '0.7', 'recurring[interval]': 'month',
            'recurring[usage_type]': 'metered', 'recurring[meter]': self.any('meter')['id'],
            'product_data[name]': 'Storm'})

    def subscribe(self):
        self.make('subscription', '/v1/subscriptions', {
            'customer': self.any('customer')['id'], 'items[0][price]': self.any('price')['id']})

    def usage(self):
        for _ in range(5):
            self.send('POST', '/v1/billing/meter_events', {
                'event_name': self.any('meter').get('event_name', 'none'), 'payload[value]': 3,
                'payload[stripe_customer_id]': self.any('customer')['id']})

    def change(self):
        customer = self.any('customer')['id']
        self.send('POST', f'/v1/customers/{customer}', {'metadata[round]': self.dice.randrange(9)})
        subscription = self.any('subscription')['id']
        if self.dice.random() < 0.2:
            self.send('DELETE', f'/v1/subscriptions/{subscription}')
        else:
            self.send('POST', f'/v1/subscriptions/{subscription}', {'metadata[x]': 1})

    def read(self):
        for name, path in (('customer', '/v1/customers/'), ('subscription', '/v1/subscriptions/'),
                           ('price', '/v1/prices/')):
            self.send('GET', path + self.any(name)['id'])

    def lists(self):
        for path in ('/v1/customers?limit=100', '/v1/invoices?limit=20&expand[]=data.customer',
                     '/v1/events?limit=50', '/v1/subscriptions?status=all', '/v1/charges'):
            self.send('GET', path)

    def search(self):
        query = urllib.parse.quote(f"email:'{self.dice.randrange(99)}@example.com'")
        self.send('GET', f'/v1/customers/search?query={query}')
        self.send('GET', '/v1/invoices/search?query=' + urllib.parse.quote('total>400'))

    def pages(self):
        text = self.send('GET', '/v1/invoices?limit=3')
        for invoice in json.loads(text)['data'] if text else []:
            for link in ('hosted_invoice_url', 'invoice_pdf'):
                if invoice.get(link):
                    url = urllib.parse.urlsplit(invoice[link])
                    self.send('GET', url.path + ('?' + url.query if url.query else ''))
            self.send('GET', f"/_okapi/explain/{invoice['id']}")
        self.make('session', '/v1/checkout/sessions', {
            'mode': 'subscription', 'success_url': 'http://localhost/ok',
            'line_items[0][price]': self.any('price')['id'], 'line_items[0][quantity]': 1})
        if 'url' in self.any('session'):
            self.send('GET', urllib.parse.urlsplit(self.any('session')['url']).path)
        self.send('GET', '/dashboard')

    def pay(self):
        self.send('POST', '/v1/payment_intents', {
            'amount': 1000, 'currency': 'usd', 'customer': self.any('customer')['id'],
            'payment_method': 'pm_card_visa', 'confirm': 'true',
            'automatic_payment_methods[enabled]': 'true',
            'automatic_payment_methods[allow_redirects]': 'never'})

    def time_passes(self):
        self.send('POST', '/_okapi/clock', {'advance': self.dice.choice(['1d', '1mo', '90s'])})
        clock = self.any('clock')
        self.send('POST', f"/v1/test_helpers/test_clocks/{clock['id']}/advance",
                  {'frozen_time': 1700000000 + self.dice.randrange(5000000)})
        self.send('GET', '/_okapi/clock')

    def listen(self):
        self.send('POST', '/v1/webhook_endpoints', {
            'url': self.hook, 'enabled_events[]': '*'})
        self.send('POST', '/_okapi/webhooks', {'duplicate': 20, 'shuffle': 5})

    def watch(self):
        for path in ('webhooks', 'requests', 'events', 'metrics', 'accounts', 'health', 'dials',
                     'snapshots'):
            self.send('GET', f'/_okapi/{path}')

    def dials(self):
        self.send('POST', '/_okapi/dials', {
            'lock_timeouts': self.dice.choice(['true', 'false']),
            'search_lag': self.dice.choice(['0s', '1s'])})

    def named_snapshot(self):
        self.send('POST', '/_okapi/snapshots', {'name': 'storm'})
        self.send('POST', '/_okapi/snapshots/storm/restore')

    def snapshot(self):
        every = self.dice.choice(['', '?all=true'])
        state = self.send('GET', f'/_okapi/snapshot{every}')
        if state and self.dice.random() < 0.5:
            self.send('PUT', f'/_okapi/snapshot{every}', body=state)

    def reset(self):
        self.send('POST', '/_okapi/reset',
                  {'all': 'true'} if self.dice.random() < 0.2 else {})

    def run(self):
        often = [self.customer, self.customer_on_clock, self.price, self.subscribe, self.subscribe,
                 self.usage, self.change, self.read, self.lists, self.search, self.pages, self.pay]
        seldom = [self.time_passes, self.listen, self.watch, self.dials, self.named_snapshot,
                  self.snapshot]
        until = time.monotonic() + self.options.seconds
        try:
            self.listen()
            while time.monotonic() < until:
                draw = self.dice.random()
                self.dice.choice(often if draw < 0.9 else seldom)()
                if draw > 0.998:
                    self.reset()
        except Exception as error:  # of the storm itself; the others go on
            self.faults.append(f'client {self.number}: {error!r}')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('program')
    parser.add_argument('--seconds', type=float, default=60)
    parser.add_argument('--clients', type=int, default=16)
    parser.add_argument('--accounts', type=int, default=4)
    parser.add_argument('--seed', type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    print(f'storm: {options.clients} clients, {options.accounts} accounts, '
          f'{options.seconds:g} s, --seed {options.seed}', flush=True)

    receiver = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    hook = f'http://127.0.0.1:{receiver.server_address[1]}/hook'

    with tempfile.TemporaryDirectory() as folder:
        said = open(os.path.join(folder, 'stderr'), 'w+', encoding='utf-8')
        server = subprocess.Popen(
            [options.program, '--port', '0', '--quiet', '--webhook-retries', '1s', '--keep-events',
             '500', '--snapshot', os.path.join(folder, 'state.json'), '--save-on-exit'],
            stdout=subprocess.PIPE, stderr=said, text=True)
        ready = server.stdout.readline()
        port = int(ready.rsplit(':', 1)[1])
        clients = [Client(n, options, port, hook) for n in range(options.clients)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        server.send_signal(signal.SIGTERM)
        try:
            code = server.wait(timeout=120)
        except subprocess.TimeoutExpired:
            server.kill()
            code = 'none: it did not end'
        said.seek(0)
        words = said.read()

    statuses = sum((client.statuses for client in clients), collections.Counter())
    faults = [fault for client in clients for fault in client.faults]
    print(f'storm: {sum(statuses.values())} answers {dict(sorted(statuses.items()))}, '
          f'{Receiver.taken} webhooks, exit code {code}')
    for fault in faults[:20]:
        print('storm:', fault)
    if faults or code != 0 or not statuses[200] or not Receiver.taken:
        print(words[-20000:])
        sys.exit(f'storm: failed, {len(faults)} faults (--seed {options.seed})')


main()
