#!/usr/bin/env python3
"""What the machine does to a server: disks that are full, folders that may not be written to, files
that are none of ours, descriptors that run out. One clear sentence each time, nothing overwritten,
and nobody dies who can wait.

  python3 tests/faults/faults.py build/okapi
"""
import argparse
import http.client
import json
import os
import resource
import signal
import socket
import subprocess
import tempfile
import time

from okapi import KEY, Client, Refused, Server, content

NOBODY = 65534


def check(condition, *what):
    if not condition:
        raise AssertionError(' '.join(str(one) for one in what))


def small_files(size):
    """A file size limit is a disk with so many bytes left."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def one_sentence(said, *parts):
    check(said.count('\n') == 1 and said.startswith('okapi: '), 'not one sentence:', said)
    for part in parts:
        check(part in said, 'no word of', repr(part), 'in', said)


def world(program, folder, customers=200, journal=False):
    """A snapshot file, or a journal, with something in it."""
    path = os.path.join(folder, 'world.journal' if journal else 'world.json')
    flags = ('--journal', path) if journal else ('--snapshot', path, '--save-on-exit')
    server = Server(program, *flags)
    client = server.client()
    for number in range(customers):
        client.ask('POST', '/v1/customers', {'name': f'customer {number}'})
    client.close()
    code, said = server.stop()
    check(code == 0 and not said, code, said)
    return path


def names(folder):
    return sorted(os.listdir(folder))


# --- disks

def full_disk_at_exit(program, folder):
    path = world(program, folder)
    old, before = content(path), names(folder)
    server = Server(program, '--snapshot', path, '--save-on-exit', before=small_files(10_000))
    server.ask('POST', '/v1/customers', {'name': 'one more'})
    code, said = server.stop()
    check(code == 1, code)
    one_sentence(said, path, 'File too large', 'make room on the disk')
    check(content(path) == old and names(folder) == before, 'the old file suffered')


def full_disk_of_the_command(program, folder):
    server = Server(program)
    for number in range(50):
        server.ask('POST', '/v1/customers', {'name': f'customer {number}'})
    path = os.path.join(folder, 'saved.json')
    command = [program, 'snapshot', 'save', path, '--url', f'http://127.0.0.1:{server.port}',
               '--key', KEY]
    check(subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0)
    old, before = content(path), names(folder)
    server.ask('POST', '/v1/customers', {'name': 'one more'})
    limited = subprocess.run(command, capture_output=True, text=True, preexec_fn=small_files(5_000))
    check(limited.returncode == 1, limited)
    one_sentence(limited.stderr, path, 'make room on the disk')
    check(content(path) == old and names(folder) == before, 'the old file suffered')
    server.stop()


def full_disk_under_a_journal(program, folder):
    path = os.path.join(folder, 'journal')
    server = Server(program, '--journal', path)
    client = server.client()
    made = [client.ask('POST', '/v1/customers', {'name': f'customer {n}'})['id'] for n in range(20)]
    room = os.path.getsize(path) + 3_000
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    refused = 0
    for number in range(20):
        try:
            made.append(client.ask('POST', '/v1/customers', {'name': f'more {number}'})['id'])
        except Refused as error:
            check(error.status == 503 and b'journal' in error.body, error)
            refused += 1
    check(refused >= 10, refused, 'were refused')
    try:
        client.ask('GET', '/v1/customers')
        check(False, 'something was read that may yet be lost')
    except Refused as error:
        message = json.loads(error.body)['error']['message']
        check('make room on the disk' in message and path in message, message)
    # There is room again: everything goes on, and what was answered is on disk.
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE,
                     (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    made.append(client.ask('POST', '/v1/customers', {'name': 'the last'})['id'])
    client.close()
    server.kill()
    again = Server(program, '--journal', path)
    for one in made:
        again.ask('GET', f'/v1/customers/{one}')
    check(again.stop()[0] == 0)


def full_disk_to_the_end(program, folder):
    """Stopped while something could not be written: the exit code says so."""
    path = os.path.join(folder, 'journal')
    server = Server(program, '--journal', path)
    made = server.ask('POST', '/v1/customers', {'name': 'first'})['id']
    room = os.path.getsize(path) + 100
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (room, room))
    try:
        server.ask('POST', '/v1/customers', {'name': 'second'})
        check(False, 'answered what is not on disk')
    except Refused as error:
        check(error.status == 503, error)
    code, said = server.stop()
    check(code == 1, code)
    one_sentence(said, path, 'File too large')
    again = Server(program, '--journal', path)
    again.ask('GET', f'/v1/customers/{made}')
    again.stop()


def full_device(program, folder):
    """/dev/full takes everything and writes nothing."""
    server = Server(program)
    said = subprocess.run([program, 'snapshot', 'save', '/dev/full', '--url',
                           f'http://127.0.0.1:{server.port}'], capture_output=True, text=True)
    check(said.returncode == 1, said)
    one_sentence(said.stderr, '/dev/full')
    server.stop()


def read_only_folder(program, folder):
    """As somebody who may not write: root may everywhere."""
    path = world(program, folder)
    kept = world(program, folder, journal=True)
    old, old_journal = content(path), content(kept)
    os.chmod(folder, 0o755)
    os.chmod(path, 0o644)
    os.chmod(kept, 0o644)

    def nobody():
        if os.getuid() == 0:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
    if os.getuid() != 0:
        os.chmod(folder, 0o555)
        os.chmod(kept, 0o444)
    server = Server(program, '--snapshot', path, '--save-on-exit', before=nobody)
    code, said = server.stop()
    check(code == 1, code)
    one_sentence(said, path, 'Permission denied', 'may okapi write to it?')
    for journal in (kept, os.path.join(folder, 'another')):
        server = Server(program, '--journal', journal, before=nobody)
        check(not server.came_up, 'started without its journal')
        code, said = server.ended()
        check(code == 1, code)
        one_sentence(said, journal, 'Permission denied')
    os.chmod(folder, 0o755)
    check(content(path) == old and content(kept) == old_journal)


# --- files

def refused_files(program, folder):
    """Files that okapi did not write, or not as they are now."""
    snapshot = content(world(program, folder, 3))
    journal = content(world(program, folder, 3, journal=True))
    cases = [
        ('--snapshot', b'', 'it is empty'),
        ('--snapshot', b'PK\x03\x04', 'is not a snapshot of okapi'),
        ('--snapshot', journal, 'is not a snapshot of okapi'),
        ('--snapshot', snapshot.replace(b'"okapi_snapshot":1', b'"okapi_snapshot":9'), 'newer okapi'),
        ('--snapshot', snapshot[:-20], 'take another copy'),
        ('--snapshot', snapshot.replace(b'"document":{', b'"document":[', 1), 'take another copy'),
        ('--journal', b'', 'it is empty'),
        ('--journal', b'PK\x03\x04', 'is not a journal of okapi'),
        ('--journal', snapshot, 'is not a journal of okapi'),
        ('--journal', journal.replace(b'"okapi_journal":1', b'"okapi_journal":9'), 'newer okapi'),
        ('--journal', journal.replace(b'customer 1', b'customer 7'), 'is damaged at byte'),
    ]
    path = os.path.join(folder, 'given')
    for flag, text, sentence in cases:
        with open(path, 'wb') as file:
            file.write(text)
        flags = (flag, path) if flag == '--journal' else (flag, path, '--save-on-exit')
        server = Server(program, *flags)
        check(not server.came_up, flag, sentence, 'was taken')
        code, said = server.ended()
        check(code == 1, code)
        one_sentence(said, path, sentence)
        check(content(path) == text, 'the file was overwritten')


def torn_journal(program, folder):
    """The last write did not arrive as a whole."""
    path = world(program, folder, 3, journal=True)
    with open(path, 'rb+') as file:
        file.truncate(os.path.getsize(path) - 5)
    server = Server(program, '--journal', path)
    check(server.came_up)
    check(len(server.ask('GET', '/v1/customers')['data']) == 2)
    code, said = server.stop()
    check(code == 0, code)
    one_sentence(said, path, 'ends in the midst of a change that nobody was answered for', 'cut off')
    server = Server(program, '--journal', path)
    code, said = server.stop()
    check((code, said) == (0, ''), said)


def journal_in_use(program, folder):
    path = os.path.join(folder, 'journal')
    first = Server(program, '--journal', path)
    second = Server(program, '--journal', path)
    check(not second.came_up)
    one_sentence(second.ended()[1], path, 'is in use; stop the okapi that has it')
    first.ask('POST', '/v1/customers', {'name': 'a'})
    check(first.stop()[0] == 0)


def world_begins_once(program, folder):
    """Fixtures and snapshots fill a journal that is new, and no other."""
    path = os.path.join(folder, 'journal')
    fixture = os.path.join(folder, 'world.yaml')
    with open(fixture, 'w', encoding='ascii') as file:
        file.write('steps:\n  - post: /v1/customers\n    params: {name: once}\n')
    for life in range(3):
        server = Server(program, '--journal', path, '--fixture', fixture, '--any-key')
        if not server.came_up:
            check(False, server.ended()[1])
        check(len(server.ask('GET', '/v1/customers')['data']) == 1, 'life', life)
        server.kill()


# --- what happens beside requests

def beside_requests(program, folder):
    """A test clock that advances on its own, and webhooks that were still to be sent."""
    path = os.path.join(folder, 'journal')
    sink = socket.socket()
    sink.bind(('127.0.0.1', 0))   # nobody listens: every delivery is tried again
    url = f'http://127.0.0.1:{sink.getsockname()[1]}/'
    flags = ('--journal', path, '--webhook-retries', '20s,20s')
    server = Server(program, *flags, '--clock-latency', '10s')
    client = server.client()
    clock = client.ask('POST', '/v1/test_helpers/test_clocks', {'frozen_time': 1_790_000_000})
    customer = client.ask('POST', '/v1/customers', {'test_clock': clock['id']})
    client.ask('POST', '/v1/webhook_endpoints', {'url': url, 'enabled_events[]': 'customer.created'})
    made = client.ask('POST', '/v1/customers', {'name': 'to be told of'})
    client.ask('POST', f'/v1/test_helpers/test_clocks/{clock["id"]}/advance',
               {'frozen_time': 1_790_100_000})
    check(client.ask('GET', f'/v1/test_helpers/test_clocks/{clock["id"]}')['status'] == 'advancing')
    client.close()
    server.kill()
    sink.listen()
    sink.settimeout(20)
    server = Server(program, *flags)
    connection = sink.accept()[0]
    connection.settimeout(20)
    told = b''
    while made['id'].encode() not in told:
        told += connection.recv(65536)
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    check(server.ask('POST', '/_okapi/webhooks/wait')['pending'] == 0)
    client = server.client()
    # The worker goes on where it was; each look waits for nothing but the socket.
    until = time.monotonic() + 20
    while client.ask('GET', f'/v1/test_helpers/test_clocks/{clock["id"]}')['status'] != 'ready':
        check(time.monotonic() < until, 'the clock stands still')
    check(client.ask('GET', f'/v1/customers/{customer["id"]}')['id'] == customer['id'])
    client.close()
    server.kill()
    # What was delivered is not sent again.
    server = Server(program, *flags)
    check(server.ask('POST', '/_okapi/webhooks/wait')['pending'] == 0)
    check(not server.ask('GET', '/_okapi/webhooks')['attempts'], 'sent once more')
    server.kill()
    sink.close()


# --- descriptors

def out_of_descriptors(program, folder):
    """200 clients at a server that may open 32: they wait for each other, and it lives."""
    if 'OKAPI_SANITIZED' in os.environ:
        return  # the sanitizers look at memory through a pipe, and find fault where none opens
    limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    server = Server(program, '--journal', os.path.join(folder, 'journal'), before=limit)
    check(server.came_up)
    clients = [http.client.HTTPConnection('127.0.0.1', server.port, timeout=30) for _ in range(200)]
    for client in clients:
        client.connect()
    request = (b'POST /v1/customers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ' + KEY.encode() +
               b'\r\nConnection: close\r\nContent-Length: 6\r\n\r\nname=a')
    for client in clients:
        client.sock.sendall(request)
    for client in clients:
        answer = http.client.HTTPResponse(client.sock, method='POST')
        answer.begin()
        check(answer.status == 200, answer.status)
        answer.read()
        client.close()
    check(server.process.poll() is None)
    code, said = server.stop()
    check((code, said) == (0, ''), code, said)


CASES = (full_disk_at_exit, full_disk_of_the_command, full_disk_under_a_journal,
         full_disk_to_the_end, full_device, read_only_folder, refused_files, torn_journal,
         journal_in_use, world_begins_once, beside_requests, out_of_descriptors)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('okapi')
    parser.add_argument('--only', choices=[case.__name__ for case in CASES])
    args = parser.parse_args()
    program = os.path.abspath(args.okapi)
    for case in CASES:
        if args.only in (None, case.__name__):
            with tempfile.TemporaryDirectory() as folder:
                began = time.monotonic()
                case(program, folder)
                print(f'{case.__name__}: {time.monotonic() - began:.1f} s', flush=True)


if __name__ == '__main__':
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    main()
