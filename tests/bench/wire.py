"""Raw HTTP that trips careless servers: thirteen cases, each with the statuses it must get, soon.

  python3 tests/bench/wire.py PORT      prints them and how many went well
"""
import re
import socket
import sys
import time

HEAD = b'Host: localhost\r\nAuthorization: Bearer sk_test_wire\r\n'
FORM = b'Content-Type: application/x-www-form-urlencoded\r\n'
CUSTOMERS = b'/v1/customers'
PAGE = b'/v1/customers?limit=1'
SOON = 1  # second


def get(target, more=b''):
    return b'GET ' + target + b' HTTP/1.1\r\n' + HEAD + more + b'\r\n'


def post(body, more=b''):
    return (b'POST ' + CUSTOMERS + b' HTTP/1.1\r\n' + HEAD + FORM + more +
            b'Content-Length: %d\r\n\r\n' % len(body) + body)


def chunked(tail):
    return (b'POST ' + CUSTOMERS + b' HTTP/1.1\r\n' + HEAD + FORM +
            b'Transfer-Encoding: chunked\r\n\r\n4\r\nname\r\n6\r\n=Jenny\r\n0\r\n' + tail)


LONG_BODY = b'&'.join(b'metadata[key%d]=%s' % (i, b'v' * 440) for i in range(20))
LONG_QUERY = PAGE + b'&' + b'&'.join([b'expand[]=data'] * 640)
KEYED = post(b'name=x', b'Idempotency-Key: a%2Fb\r\n')

# A name, the statuses in order, and what is sent, with a pause between the parts.
CASES = [
    ('two requests in one segment', [200, 200], [get(PAGE) + get(PAGE)]),
    ('POST with neither body nor length', [200],
     [b'POST ' + CUSTOMERS + b' HTTP/1.1\r\n' + HEAD + b'\r\n']),
    ('a form of 9000 bytes', [200], [post(LONG_BODY)]),
    ('a query of 9000 bytes', [200], [get(LONG_QUERY)]),
    ('a second "?" in the target', [200], [get(PAGE + b'&email=a?b')]),
    ('Expect: 100-continue', [100, 200],
     [post(b'name=Jenny', b'Expect: 100-continue\r\n')[:-10], b'name=Jenny']),
    ('a chunked body', [200], [chunked(b'\r\n')]),
    ('a chunked body with a trailer', [200], [chunked(b'X-Checksum: 1\r\n\r\n')]),
    ('Range does not cut JSON', [200], [get(PAGE, b'Range: bytes=0-3\r\n')]),
    ('GET with a body that comes later, then another GET', [200, 200],
     [get(CUSTOMERS, b'Content-Length: 7\r\n'), b'limit=1', get(PAGE)]),
    ('a head in three segments', [200], [get(PAGE)[:9], get(PAGE)[9:30], get(PAGE)[30:]]),
    ('a method in lower case', [400], [b'get ' + PAGE + b' HTTP/1.1\r\n' + HEAD + b'\r\n']),
    ('an escape in a header stays as it is', [200, 200], [KEYED, KEYED]),
]


def answers(port, parts):
    """The statuses, and whether the first byte came soon."""
    with socket.create_connection(('127.0.0.1', port)) as connection:
        connection.settimeout(7)
        got, first = b'', None
        try:
            for number, part in enumerate(parts):
                if number:
                    time.sleep(0.1)
                connection.sendall(part)
            sent = time.monotonic()
            while piece := connection.recv(65536):
                first = first or time.monotonic() - sent
                got += piece
                connection.settimeout(0.3)
        except OSError:
            pass  # silence, or the server has closed
    statuses = [int(status) for status in re.findall(rb'HTTP/1\.1 (\d{3})', got)]
    return statuses, first is not None and first < SOON


def passed(port, tell=lambda text: None):
    good = 0
    for name, wanted, parts in CASES:
        statuses, soon = answers(port, parts)
        fine = statuses == wanted and soon
        good += fine
        tell(f'{"ok  " if fine else "DIFF"} {name}: {statuses}{"" if soon else ", late"}')
    return good


if __name__ == '__main__':
    print(f'{passed(int(sys.argv[1]), print)} of {len(CASES)}')
