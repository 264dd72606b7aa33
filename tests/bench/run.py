#!/usr/bin/env python3
"""Measures every goal of okapi's speed in one go, beside a yardstick and beside other servers of its
kind, and prints the README's two tables. Nothing is refused for being slow: a goal that is missed
is named.

  sh tests/bench/run.sh [options]

  --quick            a look: short rounds, small worlds, no peers
  --readme           put what is printed into README.md as well
  --build DIR        where okapi, the yardstick and the rest are (build)
  --peers DIR        where peers.sh has put the others (build/peers); those not there are skipped
  --only WORDS       only the parts named: load clients start https wire memory parts advance

Needs wrk. Everything is on loopback. Trust the ratios: machines differ, and so do minutes.
"""
import argparse
import datetime
import os
import platform
import re
import socket
import subprocess
import sys
import time

from bench import (CUSTOMER, HERE, Line, Refused, Server, between, in_turns, load, middle, ratios,
                   say)
import wire
import worlds

Y = 'Y'
YEAR_LATER = 1798761600  # 2027-01-01, the twelfth time from worlds.MONTH_LATER on

# Name, the file that shows that peers.sh could have it, command and environment; all from its folder.
PEERS = [
    ('stripe-mock', 'bin/stripe-mock', ['bin/stripe-mock', '-http-addr', '127.0.0.1:{port}'], {}),
    ('mimic adapter', 'node/mimic.mjs', ['node', 'node/mimic.mjs', '{port}'], {}),
    ('stripe-stateful-mock', 'node/node_modules/stripe-stateful-mock/dist/autostart.js',
     ['node', 'node/node_modules/stripe-stateful-mock/dist/autostart.js'],
     {'PORT': '{port}', 'LOG_LEVEL': 'silent'}),
    ('localstripe', 'python/bin/localstripe',
     ['python/bin/localstripe', '--port', '{port}', '--from-scratch'], {}),
]


class Table:
    def __init__(self):
        self.rows = []

    def row(self, goal, must, met, figure, ratio='', spread=''):
        """`met`: whether the must is."""
        self.rows.append((goal, must, met, figure, ratio, spread))
        say(f'  {goal}: {figure} {ratio} ({must}{"" if met else ", missed"})')

    def text(self):
        lines = ['| goal | must | figure | ratio | spread |', '|---|---|---|---|---|']
        for goal, must, met, figure, ratio, spread in self.rows:
            must = must if met else f'**{must}, missed**'
            lines.append(f'| {goal} | {must} | {figure} | {ratio} | {spread} |')
        return '\n'.join(lines)

    def missed(self):
        return [goal for goal, _, met, *_ in self.rows if not met]


class Bench:
    def __init__(self, options):
        self.options = options
        self.okapi = [f'{options.build}/okapi', '--quiet', '--port', '{port}']
        self.yardstick = [f'{options.build}/tests/yardstick', '{port}']
        self.table = Table()
        self.peers = {}  # name to what was measured
        self.scratch = f'{options.build}/bench'
        os.makedirs(self.scratch, exist_ok=True)

    # --- requests a second

    def start_peers(self):
        """Each is started three times, and the last of them is kept."""
        servers = {}
        for name, file, command, environment in PEERS if not self.options.quick else []:
            if not os.path.exists(f'{self.options.peers}/{file}'):
                say(f'  {name} is not in {self.options.peers}: skipped')
                continue
            try:
                starts = []
                for _ in range(3):
                    if name in servers:
                        servers.pop(name).kill()
                    servers[name] = Server(name, command, environment, self.options.peers)
                    starts.append(servers[name].start_ms)
            except Refused as error:
                say(f'  {name} is left out: {error}')
                continue
            self.peers[name] = {'start': f'{middle(starts):,.0f} ms',
                                'memory': f'{servers[name].memory_kb() / 1024:.0f} MB'}
        return servers

    def compare(self, column, servers, connections, workload_of):
        """Rates by name, round by round; the peers' rounds are shorter."""
        def run(name, server):
            seconds = self.options.seconds if name in ('okapi', Y) else 1
            return lambda warm: load(server.url, connections, 1 if warm else seconds,
                                     workload_of(name))
        rates = in_turns(self.options.rounds, {name: run(name, server)
                                               for name, server in servers.items()})
        for name in rates:
            if name != Y:
                self.peers.setdefault(name, {})[column] = f'{middle(rates[name]):,.0f}'
        return rates

    def rate_row(self, goal, least, rates, other, unit):
        if other not in rates:
            return
        each = ratios(rates['okapi'], rates[other])
        self.table.row(goal, f'≥ {least} {unit}', middle(each) >= least,
                       f'{middle(rates["okapi"]):,.0f}/s', f'{middle(each):.2f} {unit}',
                       between(each))

    def measure_load(self):
        say('load')
        servers = {'okapi': Server('okapi', self.okapi), Y: Server(Y, self.yardstick)}
        self.peers['okapi'] = {}
        servers |= self.start_peers()
        try:
            customers, metered = {}, {'okapi': servers['okapi']}
            for name, server in servers.items():
                for number in range(0 if name == Y else 120):
                    made = server.send('POST', '/v1/customers', {'name': f'Bench {number}',
                                                                 'email': 'bench@example.com'})
                customers[name] = 'cus_y' if name == Y else made['id']
                try:
                    server.send('POST', '/v1/billing/meters', {
                        'display_name': 'Bench', 'event_name': 'bench',
                        'default_aggregation[formula]': 'sum'})
                    metered[name] = server
                except Refused:
                    if name == Y:
                        metered[name] = server
            self.measure_rates(servers, customers, metered)
        finally:
            for server in servers.values():
                server.kill()

    def measure_rates(self, servers, customers, metered):
        def get(name):
            return 'GET', f'/v1/customers/{customers[name]}', ''
        for connections in (8, 64):
            rates = self.compare(f'GET a customer, {connections} connections', servers,
                                 connections, get)
            self.rate_row(f'GET a customer, {connections} connections', 0.85, rates, Y, 'Y')
            self.rate_row(f'GET a customer against stripe-mock, {connections} connections', 5,
                          rates, 'stripe-mock', '×')
        listed = {name: server for name, server in servers.items() if name != Y}
        rates = self.compare('list of 100', listed, 8,
                             lambda _: ('GET', '/v1/customers?limit=100', ''))
        self.rate_row('list of 100 customers against the mimic adapter', 3, rates, 'mimic adapter',
                      '×')
        rates = self.compare('meter event', metered, 8, lambda name: (
            'POST', '/v1/billing/meter_events',
            'event_name=bench&payload[value]=3&identifier=e%d'
            f'&payload[stripe_customer_id]={customers[name]}'))
        self.rate_row('meter event (checked, deduplicated, counted)', 0.7, rates, Y, 'Y')
        rates = self.compare('create', servers, 8, lambda _: ('POST', '/v1/customers', CUSTOMER))
        self.rate_row('create a customer', 0.7, rates, Y, 'Y')

    # --- many clients

    def ask_clients(self, port, count, seconds, think_ms):
        out = subprocess.run(
            [f'{self.options.build}/tests/clients', str(port), str(count), str(seconds),
             str(think_ms), '/v1/customers?limit=1'], capture_output=True, text=True,
            check=True).stdout.split()
        return {name: int(value) for name, value in zip(out[::2], out[1::2])}

    def measure_clients(self):
        say('clients')
        okapi = Server('okapi', self.okapi)
        try:
            rounds = self.options.rounds
            thinking = [self.ask_clients(okapi.port, 64, self.options.seconds + 1, 500)
                        for _ in range(rounds)]
            unserved = sum(each['unserved'] + each['failed'] for each in thinking)
            slowest = [each['max_us'] / 1000 for each in thinking]
            self.table.row('64 clients that think 500 ms', 'none unserved, max ≤ 20 ms',
                           unserved == 0 and middle(slowest) <= 20,
                           f'{unserved} unserved, max {middle(slowest):.1f} ms', '',
                           between(slowest, '{:.1f}'))
            bursts = [self.ask_clients(okapi.port, 100, 1, 60_000) for _ in range(rounds)]
            last = [each['last_first_us'] / 1000 if not each['unserved'] else 1000
                    for each in bursts]
            self.table.row('burst of 100 connects, last answer', '≤ 50 ms', middle(last) <= 50,
                           f'{middle(last):.1f} ms', '', between(last, '{:.1f}'))
            self.measure_idle(okapi)
        finally:
            okapi.kill()

    def measure_idle(self, okapi):
        request = Line.request('GET', '/v1/customers?limit=1')
        shares, sizes = [], []
        for _ in range(self.options.rounds):
            before = okapi.memory_kb()
            lines = [Line(okapi) for _ in range(512)]
            for line in lines:
                line.ask(request)
            sizes.append(max(0, okapi.memory_kb() - before) / 512)
            began, used = time.monotonic(), okapi.cpu_seconds()
            time.sleep(self.options.seconds)
            shares.append((okapi.cpu_seconds() - used) / (time.monotonic() - began) * 100)
            for line in lines:
                line.close()
        # What the first 512 took is kept for the next.
        self.table.row('512 idle clients', '≤ 5 % of a core, ≤ 24 KB each',
                       middle(shares) <= 5 and max(sizes) <= 24,
                       f'{middle(shares):.2f} %, {max(sizes):.1f} KB', '',
                       f'{between(shares)} %')

    # --- start and stop

    def measure_start(self):
        say('start and stop')
        stops, sizes, used = [], [], []

        def start(command, idle_clients):
            def once(_):
                server = Server('server', command)
                if idle_clients:
                    sizes.append(server.memory_kb() / 1024)
                    used.append(server.start_cpu_ms)
                    idle = [socket.create_connection(('127.0.0.1', server.port))
                            for _ in range(512)]
                    stops.append(server.stop_ms())
                    for connection in idle:
                        connection.close()
                else:
                    server.kill()
                return server.start_ms
            return once
        starts = in_turns(self.options.rounds * 2, {'okapi': start(self.okapi, True),
                                                    Y: start(self.yardstick, False)})
        each = ratios(starts['okapi'], starts[Y])
        self.table.row('SIGTERM to exit with 512 idle clients', '≤ 300 ms', middle(stops) <= 300,
                       f'{middle(stops):.0f} ms', '', between(stops, '{:.0f}'))
        self.table.row('start to first 200', '≤ 1.5 Y', middle(each) <= 1.5,
                       f'{middle(starts["okapi"]):.1f} ms', f'{middle(each):.2f} Y', between(each))
        self.table.row('CPU until then', '≤ 30 ms', middle(used) <= 30, f'{middle(used):.1f} ms', '',
                       between(used, '{:.1f}'))
        self.table.row('memory then', '≤ 16 MB', middle(sizes) <= 16, f'{middle(sizes):.1f} MB', '',
                       between(sizes, '{:.1f}'))
        self.peers.setdefault('okapi', {}).update(
            {'start': f'{middle(starts["okapi"]):,.0f} ms', 'memory': f'{middle(sizes):.0f} MB'})

    # --- the wire

    def measure_https(self):
        say('https')
        okapi = Server('okapi', [*self.okapi, '--https-port', '{port2}'])
        try:
            customer = okapi.send('POST', '/v1/customers', {'name': 'Bench'})['id']
            get = 'GET', f'/v1/customers/{customer}', ''
            secure = f'https://127.0.0.1:{okapi.port2}'
            rates = in_turns(self.options.rounds, {
                'https': lambda warm: load(secure, 8, self.options.seconds, get),
                'plain': lambda warm: load(okapi.url, 8, self.options.seconds, get)})
            each = ratios(rates['https'], rates['plain'])
            self.table.row('HTTPS keep-alive against plain', '≥ 0.6', middle(each) >= 0.6,
                           f'{middle(rates["https"]):,.0f}/s', f'{middle(each):.2f}', between(each))
        finally:
            okapi.kill()

    def measure_wire(self):
        say('wire')
        okapi = Server('okapi', self.okapi)
        try:
            good = wire.passed(okapi.port)
            self.table.row('raw HTTP that trips servers (`wire.py`)',
                           f'11 of {len(wire.CASES)}', good >= 11, f'{good} of {len(wire.CASES)}')
        finally:
            okapi.kill()

    # --- memory, and what it costs to use it

    def measure_memory(self):
        say('memory')
        okapi = Server('okapi', self.okapi)
        try:
            line = Line(okapi)
            for _ in range(2000):  # what a server takes once
                line.ask(Line.request('POST', '/v1/customers', CUSTOMER.replace('%d', '1')))
            before, count = okapi.memory_kb(), self.options.customers
            for number in range(count):
                line.ask(Line.request('POST', '/v1/customers', CUSTOMER.replace('%d', str(number))))
            each = (okapi.memory_kb() - before) / count
            self.table.row('memory for a customer, its event included', '≤ 4 KB', each <= 4,
                           f'{each:.1f} KB')
            okapi.send('POST', '/_okapi/snapshots', {'name': 'bench'})
            times = []
            request = Line.request('POST', '/_okapi/snapshots/bench/restore')
            for _ in range(self.options.rounds):
                line.ask(Line.request('POST', '/v1/customers', 'name=Later'))
                began = time.monotonic()
                line.ask(request)
                times.append((time.monotonic() - began) * 1000)
            self.restored = (count + 2000, times)
        finally:
            okapi.kill()

    def part(self, *arguments):
        out = subprocess.run([f'{self.options.build}/tests/parts', *arguments],
                             capture_output=True, text=True, check=True).stdout
        return {words[0]: [float(word) for word in words[1:]]
                for words in map(str.split, out.splitlines())}

    def measure_parts(self):
        say('parts')
        count = self.options.usage
        without = self.part('meter', str(count))
        named = self.part('meter', str(count), 'identifiers')
        plain, both = without['bytes'][0], named['bytes'][0]
        self.table.row(f'memory for a meter event of {count:,}, without / with identifier',
                       '≤ 32 / 80 B', plain <= 32 and both <= 80, f'{plain:.0f} / {both:.0f} B')
        window, least, most = (value / 1000 for value in without['window_ns'])
        self.table.row(f'usage in a window of 10,000 among {count:,}', '≤ 10 µs', window <= 10,
                       f'{window:.2f} µs', '', between((least, most)))
        middle_ns, least, most = self.part('charge')['charge_ns']
        self.table.row('a charge over 5 tiers, exact', '≤ 100 ns', middle_ns <= 100,
                       f'{middle_ns:.0f} ns', '', between((least, most), '{:.0f}'))

    # --- a clock

    def measure_advance(self):
        """With ten times as many subscriptions as long as that may be over in time."""
        say('advance')
        count, patience = min(1_000, self.options.subscriptions), self.options.advance_seconds
        took, memory = self.advance(count)
        while count < self.options.subscriptions and took * 10 < patience:
            count *= 10
            took, memory = self.advance(count)
        rate, whole = count * 12 / took, count >= 100_000
        of = '' if whole else f' (of {count:,}, {took:.0f} s)'
        self.table.row('clock advance, 100,000 subscriptions × 12 months', '≥ 80,000 invoices/s',
                       rate >= 80_000 and whole, f'{rate:,.0f} invoices/s{of}')
        self.table.row('its memory', '≤ 2 GB', memory <= 2 and whole, f'{memory:.2f} GB{of}')

    def advance(self, count):
        """Seconds, and the most memory in GB."""
        path = f'{self.scratch}/subscribers.okapi'
        clock = worlds.subscribers(self.okapi, path, count)
        okapi = Server('okapi', [*self.okapi, '--snapshot', path])
        os.remove(path)
        try:
            began = time.monotonic()
            worlds.advance(okapi, clock, YEAR_LATER + 7200)
            while worlds.is_advancing(okapi, clock):
                time.sleep(0.02)
            took = time.monotonic() - began
            made = invoices(okapi)
            if made != count * 12:
                raise Refused(f'{made} invoices instead of {count * 12}')
            return took, okapi.memory_kb('VmHWM') / (1 << 20)
        finally:
            okapi.kill()

    def measure(self):
        parts = {'load': self.measure_load, 'clients': self.measure_clients,
                 'start': self.measure_start, 'https': self.measure_https,
                 'wire': self.measure_wire, 'memory': self.measure_memory,
                 'parts': self.measure_parts, 'advance': self.measure_advance}
        self.restored = None
        for name in self.options.only or parts:
            parts[name]()
        if self.restored:
            count, times = self.restored
            self.table.row(f'restore of a snapshot in memory, {count:,} customers', '≤ 5 ms',
                           middle(times) <= 5, f'{middle(times):.2f} ms', '', between(times))

    # --- what is printed

    def peer_text(self):
        columns = ['start', 'memory', 'GET a customer, 8 connections',
                   'GET a customer, 64 connections', 'list of 100', 'create', 'meter event']
        lines = [f'| | {" | ".join(columns)} |', '|---' * (len(columns) + 1) + '|']
        for name, figures in self.peers.items():
            cells = ' | '.join(figures.get(column, '–') for column in columns)
            lines.append(f'| {name} | {cells} |')
        return '\n'.join(lines)

    def text(self):
        options = self.options
        missed = self.table.missed()
        verdict = f'Missed: {"; ".join(missed)}.' if missed else 'Every must is met.'
        taken = (f'Taken on {datetime.date.today()} by `sh tests/bench/run.sh` on {os.cpu_count()} '
                 f'cores of {platform.machine()}, {options.rounds} rounds of {options.seconds} s '
                 'in turns; figures are medians, ratios are taken round by round, and the spread is '
                 'theirs from least to most.')
        text = f'{wrapped(taken)}\n\n{self.table.text()}\n\n{wrapped(verdict)}\n'
        if len(self.peers) > 1:
            text += ('\nBeside others, in the same rounds (requests a second; – where it has no such '
                     f'thing):\n\n{self.peer_text()}\n')
        return text


def invoices(server):
    line = Line(server)
    metrics = line.ask(Line.request('GET', '/_okapi/metrics')).decode()
    line.close()
    return int(re.search(r'okapi_objects\{[^}]*object="invoice"[^}]*\} (\d+)', metrics)[1])


def wrapped(text, width=110):
    lines = ['']
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append('')
        lines[-1] += f'{" " if lines[-1] else ""}{word}'
    return '\n'.join(lines)


def put_into_readme(name, text):
    """Between <!-- name --> and <!-- /name -->."""
    path = f'{HERE}/../../README.md'
    with open(path, encoding='utf-8') as file:
        readme = file.read()
    start, end = f'<!-- {name} -->\n', f'<!-- /{name} -->'
    before, rest = readme.split(start, 1)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(f'{before}{start}{text}{end}{rest.split(end, 1)[1]}')


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', default='build')
    parser.add_argument('--peers', default='build/peers')
    parser.add_argument('--quick', action='store_true')
    parser.add_argument('--readme', action='store_true')
    parser.add_argument('--only', nargs='+', default=[])
    options = parser.parse_args()
    options.seconds, options.rounds = (1, 2) if options.quick else (2, 5)
    options.customers = 5_000 if options.quick else 50_000
    options.usage = 1_000_000 if options.quick else 10_000_000
    options.subscriptions = 200 if options.quick else 100_000
    options.advance_seconds = 5 if options.quick else 90
    bench = Bench(options)
    bench.measure()
    text = bench.text()
    print(text)
    if options.readme:
        put_into_readme('speed', text)


if __name__ == '__main__':
    main()
