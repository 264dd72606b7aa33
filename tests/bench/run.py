#!/usr/bin/env python3
"""Measures what the README's table says, in one go and beside a yardstick, and prints the table.

  sh tests/bench/run.sh [options]

  --build DIR        where okapi and the yardstick are (build)
  --seconds N        a round of load (2)
  --rounds N         rounds of each, in turns with the yardstick (5)
  --customers N      for the memory of one (20000)
  --subscriptions N  for the advance of a clock by 12 months (200)
  --peer NAME=URL    another server that runs already, measured in the same turns

Needs wrk. Everything is on loopback. Trust the ratios: machines differ, and so do minutes.
"""
import argparse
import base64
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
KEY = 'sk_test_bench'
AUTHORIZATION = 'Basic ' + base64.b64encode(f'{KEY}:'.encode()).decode()
FORM = 'application/x-www-form-urlencoded'
CUSTOMER = 'email=user%d@example.com&name=User+%d&description=bench&metadata[order]=%d'


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Server:
    """A program that listens on a port of its own until it is stopped."""

    def __init__(self, name, command):
        self.name = name
        self.port = free_port()
        began = time.monotonic()
        self.process = subprocess.Popen([part.format(port=self.port) for part in command],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                self.send('GET', '/v1/customers')
                break
            except OSError:
                if self.process.poll() is not None:
                    sys.exit(f'{name} ended at once')
        self.start_ms = (time.monotonic() - began) * 1000

    @property
    def url(self):
        return f'http://127.0.0.1:{self.port}'

    def send(self, method, path, params=None, timeout=600):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=timeout)
        body = urllib.parse.urlencode(params) if params else None
        connection.request(method, path, body,
                           {'Authorization': AUTHORIZATION, 'Content-Type': FORM})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f'{method} {path}: {answer.status} {text[:200]}')
        return json.loads(text)

    def rss_kb(self):
        with open(f'/proc/{self.process.pid}/status', encoding='ascii') as status:
            return int(next(line for line in status if line.startswith('VmRSS')).split()[1])

    def stop_ms(self):
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        return (time.monotonic() - began) * 1000


def load(url, connections, seconds, workload):
    method, path, body = workload
    out = subprocess.run(
        ['wrk', '-t1', f'-c{connections}', f'-d{seconds}s', '-s', f'{HERE}/load.lua', url, '--',
         method, path, body], capture_output=True, text=True, check=True).stdout
    rate, p99, failed = next(line for line in out.splitlines() if line.startswith('R ')).split()[1:]
    if int(failed):
        raise RuntimeError(f'{url} {path}: {failed} answers were errors')
    return float(rate), int(p99)


def row(goal, want, figure, ratio='', spread=''):
    print(f'| {goal} | {want} | {figure} | {ratio} | {spread} |', flush=True)


def compare(options, servers, goal, want, connections, workload_of):
    """In turns; the second server is the yardstick."""
    rates = {server: [] for server in servers}
    for turn in range(options.rounds + 1):
        for server in servers:
            seconds = options.seconds if turn else 1  # the first warms up and is thrown away
            rate = load(server.url, connections, seconds, workload_of(server))[0]
            if turn:
                rates[server].append(rate)
    base = statistics.median(rates[servers[1]])
    for server in [servers[0], *servers[2:]]:
        mine = rates[server]
        median = statistics.median(mine)
        low, high = min(mine) / base, max(mine) / base
        name = goal if server is servers[0] else f'{goal}: {server.name}'
        row(name, want, f'{median:,.0f}/s', f'{median / base:.2f} Y', f'{low:.2f} to {high:.2f}')


class Peer:
    def __init__(self, text):
        self.name, self.url = text.split('=', 1)


def measure_load(options, okapi, yardstick):
    servers = [okapi, yardstick, *map(Peer, options.peer)]
    customer = okapi.send('POST', '/v1/customers', {'name': 'Bench'})['id']
    okapi.send('POST', '/v1/billing/meters', {
        'display_name': 'Bench', 'event_name': 'bench', 'default_aggregation[formula]': 'sum'})
    get = ('GET', f'/v1/customers/{customer}', '')
    for connections in (8, 64):
        compare(options, servers, f'GET a customer, {connections} connections', '0.85 Y',
                connections, lambda _: get)
    compare(options, servers, 'create a customer', '0.7 Y', 8,
            lambda _: ('POST', '/v1/customers', CUSTOMER))
    event = ('event_name=bench&payload[value]=3&identifier=e%d'
             f'&payload[stripe_customer_id]={customer}')
    compare(options, servers[:2], 'report a meter event', '0.7 Y', 8,
            lambda _: ('POST', '/v1/billing/meter_events', event))
    rates = [load(okapi.url, 8, options.seconds, ('GET', '/v1/customers?limit=100', ''))[0]
             for _ in range(options.rounds)]
    row('list of 100 customers', '2,400/s', f'{statistics.median(rates):,.0f}/s', '',
        f'{min(rates):,.0f} to {max(rates):,.0f}')


def measure_start_and_stop(options, command, yardstick_command):
    starts, bases, stops = [], [], []
    for _ in range(options.rounds):
        okapi = Server('okapi', command)
        starts.append(okapi.start_ms)
        rss = okapi.rss_kb()
        idle = [socket.create_connection(('127.0.0.1', okapi.port)) for _ in range(512)]
        stops.append(okapi.stop_ms())
        for connection in idle:
            connection.close()
        base = Server('Y', yardstick_command)
        bases.append(base.start_ms)
        base.process.kill()
        base.process.wait()
    base = statistics.median(bases)
    row('start to first 200', '1.5 Y', f'{statistics.median(starts):.1f} ms',
        f'{statistics.median(starts) / base:.2f} Y', f'{min(starts):.1f} to {max(starts):.1f} ms')
    row('memory at the first 200', '16 MB', f'{rss / 1024:.1f} MB')
    row('SIGTERM to exit, 512 idle clients', '300 ms', f'{statistics.median(stops):.0f} ms', '',
        f'{min(stops):.0f} to {max(stops):.0f} ms')


def measure_memory(options, command):
    okapi = Server('okapi', command)
    okapi.send('POST', '/v1/customers', {'name': 'Bench'})
    before = okapi.rss_kb()
    connection = http.client.HTTPConnection('127.0.0.1', okapi.port)
    for number in range(options.customers):
        connection.request('POST', '/v1/customers', CUSTOMER.replace('%d', str(number)),
                           {'Authorization': AUTHORIZATION, 'Content-Type': FORM})
        connection.getresponse().read()
    each = (okapi.rss_kb() - before) / options.customers
    row('memory for each customer, its event included', '4 KB', f'{each:.1f} KB')
    okapi.send('POST', '/_okapi/snapshots', {'name': 'bench'})
    began = time.monotonic()
    okapi.send('POST', '/_okapi/snapshots/bench/restore')
    row(f'restore of a snapshot in memory, {options.customers:,} customers', '5 ms',
        f'{(time.monotonic() - began) * 1000:.1f} ms')
    okapi.stop_ms()


def measure_advance(options, command):
    okapi = Server('okapi', command)
    clock = okapi.send('POST', '/v1/test_helpers/test_clocks', {'frozen_time': 1767225600})['id']
    product = okapi.send('POST', '/v1/products', {'name': 'Bench'})['id']
    price = okapi.send('POST', '/v1/prices', {
        'product': product, 'currency': 'usd', 'unit_amount': 1000,
        'recurring[interval]': 'month'})['id']
    for _ in range(options.subscriptions):
        customer = okapi.send('POST', '/v1/customers', {
            'test_clock': clock, 'payment_method': 'pm_card_visa',
            'invoice_settings[default_payment_method]': 'pm_card_visa'})['id']
        okapi.send('POST', '/v1/subscriptions', {'customer': customer, 'items[0][price]': price})
    began = time.monotonic()
    okapi.send('POST', f'/v1/test_helpers/test_clocks/{clock}/advance',
               {'frozen_time': 1798761600 + 7200})
    while okapi.send('GET', f'/v1/test_helpers/test_clocks/{clock}')['status'] == 'advancing':
        time.sleep(0.02)
    invoices = options.subscriptions * 12
    row(f'clock advance, {options.subscriptions:,} subscriptions x 12 months', '80,000 invoices/s',
        f'{invoices / (time.monotonic() - began):,.0f} invoices/s')
    okapi.stop_ms()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', default='build')
    parser.add_argument('--seconds', type=int, default=2)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--customers', type=int, default=20000)
    parser.add_argument('--subscriptions', type=int, default=200)
    parser.add_argument('--peer', action='append', default=[])
    options = parser.parse_args()
    command = [f'{options.build}/okapi', '--quiet', '--port', '{port}']
    yardstick_command = [f'{options.build}/tests/yardstick', '{port}']
    print('| what | goal | figure | against Y | spread |\n|---|---|---|---|---|')
    okapi, yardstick = Server('okapi', command), Server('Y', yardstick_command)
    try:
        measure_load(options, okapi, yardstick)
    finally:
        okapi.stop_ms()
        yardstick.process.kill()
    measure_start_and_stop(options, command, yardstick_command)
    measure_memory(options, command)
    measure_advance(options, command)


if __name__ == '__main__':
    main()
