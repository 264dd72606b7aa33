"""Large worlds, quickly: a few objects are made by requests, and the snapshot file that okapi then
writes is multiplied, with ids of their own for every copy. A million objects take seconds."""
import json
import re

from bench import Line, Server

DOCUMENT = re.compile(rb'\{"sequence":(\d+),"document":(.*)\}')
ID = re.compile(rb'"id":"([A-Za-z0-9_]+)"')
TAIL = 7  # characters of an id that number the copy
CLOCK_START = 1767225600  # 2026-01-01
MONTH_LATER = 1769904000


class Snapshot:
    """The one account of a server, as the lines of its snapshot file."""

    def __init__(self, server):
        line = Line(server)
        lines = line.ask(Line.request('GET', '/_okapi/snapshot')).splitlines()
        line.close()
        self.header = lines[0]
        self.account = json.loads(lines[1])['account']
        found = [DOCUMENT.fullmatch(text) for text in lines[2:-1]]
        self.documents = {int(match[1]): match[2] for match in found if match}


def kind_of(document):
    return json.loads(document)['object']


class Model:
    """What is to be multiplied: the documents that are in `after` and not in `before`, of `kinds`
    (all but events unless said). Each text of `also` is numbered as ids are."""

    def __init__(self, before, after, kinds=None, also=()):
        own = {sequence: text for sequence, text in sorted(after.documents.items())
               if sequence not in before.documents}
        shared = {found for text in before.documents.values() for found in ID.findall(text)}
        ids = {found for text in own.values() for found in ID.findall(text)} - shared
        tails = [found[-TAIL:] for found in ids] + [text.encode() for text in also]
        self.ids = {}  # by kind, without the tail
        self.texts = []
        for text in own.values():
            kind = kind_of(text)
            if kind == 'event' if kinds is None else kind not in kinds:
                continue
            self.ids[kind] = json.loads(text)['id'][:-TAIL]
            for tail in tails:
                text = text.replace(tail, b'\0')
            self.texts.append(text)

    def id_of(self, kind, number):
        return f'{self.ids[kind]}{number:0{TAIL}x}'


def write_world(path, base, models, usage=()):
    """`base` once, each of `models` (model, times) as often as said, and lines of usage."""
    sequence = base.account['next_sequence']
    lines = 2 + len(base.documents)
    account = dict(base.account)
    account['next_sequence'] = sequence + sum(len(model.texts) * times for model, times in models)
    with open(path, 'wb') as out:
        out.write(base.header + b'\n')
        out.write(json.dumps({'account': account}, separators=(',', ':')).encode() + b'\n')
        for number, text in sorted(base.documents.items()):
            out.write(b'{"sequence":%d,"document":%s}\n' % (number, text))
        for model, times in models:
            for number in range(times):
                tail = b'%07x' % number
                for text in model.texts:
                    out.write(b'{"sequence":%d,"document":%s}\n' %
                              (sequence, text.replace(b'\0', tail)))
                    sequence += 1
                lines += len(model.texts)
        for line in usage:
            out.write(line)
            lines += 1
        out.write(b'{"end":%d}\n' % lines)


def usage_lines(meter, customer, count, start, span):
    """`count` reports of one customer, spread over `span` seconds, with identifiers."""
    for number in range(count):
        at = start + span * number // count
        yield (b'{"meter_event":{"at":%d,"customer":"%s","identifier":"%032x","meter":"%s",'
               b'"received":%d,"received_at":%d,"value":"%d"}}\n' %
               (at, customer.encode(), (number + 1) * 0x9e3779b97f4a7c15f39cc0605cedc834 % (1 << 128),
                meter.encode(), number + 1, at, 1 + number % 7))


def monthly_price(server):
    product = server.send('POST', '/v1/products', {'name': 'Bench'})['id']
    return server.send('POST', '/v1/prices', {
        'product': product, 'currency': 'usd', 'unit_amount': 1000,
        'recurring[interval]': 'month'})['id']


def subscriber(server, clock, price, anchor):
    """A customer with a card and a subscription whose first invoice is due at `anchor`."""
    customer = server.send('POST', '/v1/customers', {
        'test_clock': clock, 'payment_method': 'pm_card_visa',
        'invoice_settings[default_payment_method]': 'pm_card_visa'})['id']
    server.send('POST', '/v1/subscriptions', {
        'customer': customer, 'items[0][price]': price, 'billing_cycle_anchor': anchor,
        'proration_behavior': 'none'})


def advance(server, clock, to):
    server.send('POST', f'/v1/test_helpers/test_clocks/{clock}/advance', {'frozen_time': to})


def is_advancing(server, clock):
    return server.send('GET', f'/v1/test_helpers/test_clocks/{clock}')['status'] == 'advancing'


def subscribers(command, path, count):
    """A file of `count` subscribers on one clock, all due at MONTH_LATER; gives the clock."""
    server = Server('okapi', command)
    clock = server.send('POST', '/v1/test_helpers/test_clocks', {'frozen_time': CLOCK_START})['id']
    price = monthly_price(server)
    before = Snapshot(server)
    subscriber(server, clock, price, MONTH_LATER)
    model = Model(before, Snapshot(server))
    server.stop_ms()
    write_world(path, before, [(model, count)])
    return clock
