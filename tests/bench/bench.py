"""What run.py and growth.py share: servers to start and to ask, load, tables. Everything is on
loopback, bounded in time, and noisy machines are met by taking turns and medians."""
import base64
import glob
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
HEADERS = {'Authorization': AUTHORIZATION, 'Content-Type': FORM}
CUSTOMER = 'email=user%d@example.com&name=User+%d&description=bench&metadata[order]=%d'


def say(text):
    """For who waits; the table alone goes to the output."""
    print(text, file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Refused(RuntimeError):
    pass


class Server:
    """A program that listens on a port of its own until it is stopped. `{port}` and `{port2}` in
    its command and environment are ports that were free."""

    def __init__(self, name, command, environment=None, folder=None, patience=120):
        self.name = name
        self.port, self.port2 = free_port(), free_port()
        ports = {'port': self.port, 'port2': self.port2}
        env = dict(os.environ)
        env.update({key: value.format(**ports) for key, value in (environment or {}).items()})
        began = time.monotonic()
        self.process = subprocess.Popen([part.format(**ports) for part in command], env=env,
                                        cwd=folder, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        while True:
            try:
                self.send('GET', '/v1/customers')
                break
            except (OSError, http.client.HTTPException):
                if self.process.poll() is not None:
                    raise Refused(f'{name} ended at once') from None
                if time.monotonic() - began > patience:
                    self.kill()
                    raise Refused(f'{name} does not answer') from None
                time.sleep(0.0002)
        self.start_ms = (time.monotonic() - began) * 1000
        self.start_cpu_ms = self.cpu_seconds() * 1000

    @property
    def url(self):
        return f'http://127.0.0.1:{self.port}'

    def send(self, method, path, params=None, timeout=600):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=timeout)
        body = urllib.parse.urlencode(params) if params else None
        connection.request(method, path, body, HEADERS)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status not in (200, 201):
            raise Refused(f'{method} {path}: {answer.status} {text[:200]}')
        return json.loads(text)

    def cpu_seconds(self):
        """Of all its threads that live, to the nanosecond, which /proc/PID/stat has not."""
        total = 0
        for task in glob.glob(f'/proc/{self.process.pid}/task/*/schedstat'):
            try:
                with open(task, encoding='ascii') as stat:
                    total += int(stat.read().split()[0])
            except OSError:
                pass  # the thread has ended meanwhile
        return total / 1e9

    def memory_kb(self, field='VmRSS'):
        with open(f'/proc/{self.process.pid}/status', encoding='ascii') as status:
            return int(next(line for line in status if line.startswith(field)).split()[1])

    def stop_ms(self):
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        return (time.monotonic() - began) * 1000

    def kill(self):
        self.process.kill()
        self.process.wait()


class Line:
    """One keep-alive connection, with as little of its own between request and answer as Python
    can do."""

    def __init__(self, server):
        self.socket = socket.create_connection(('127.0.0.1', server.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @staticmethod
    def request(method, path, body=''):
        length = f'Content-Length: {len(body)}\r\n' if method == 'POST' else ''
        return (f'{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {AUTHORIZATION}\r\n'
                f'Content-Type: {FORM}\r\n{length}\r\n{body}').encode()

    def ask(self, request):
        """The body of the answer; anything but 200 is an error."""
        self.socket.sendall(request)
        got = self.socket.recv(65536)
        while b'\r\n\r\n' not in got:
            got += self.socket.recv(65536)
        head, body = got.split(b'\r\n\r\n', 1)
        length = int(head.lower().split(b'content-length:', 1)[1].split(b'\r\n', 1)[0])
        pieces, have = [body], len(body)
        while have < length:
            piece = self.socket.recv(min(1 << 20, length - have))
            if not piece:
                raise Refused('the connection ended')
            pieces.append(piece)
            have += len(piece)
        body = b''.join(pieces)
        if not head.startswith(b'HTTP/1.1 200'):
            raise Refused(f'{request[:100]}: {head[:20]} {body[:300]}')
        return body

    def close(self):
        self.socket.close()


def load(url, connections, seconds, workload):
    """Requests a second of one round of wrk."""
    method, path, body = workload
    out = subprocess.run(
        ['wrk', '-t1', f'-c{connections}', f'-d{seconds}s', '-s', f'{HERE}/load.lua', url, '--',
         method, path, body], capture_output=True, text=True, check=True).stdout
    rate, _, failed = next(line for line in out.splitlines() if line.startswith('R ')).split()[1:]
    if int(failed):
        raise Refused(f'{url} {path}: {failed} answers were errors')
    return float(rate)


def in_turns(rounds, runs):
    """Each of `runs` (name to function) once a round, in turns; the first round warms up and is
    thrown away. What fails is left out, by name."""
    results = {name: [] for name in runs}
    for turn in range(rounds + 1):
        for name in list(results):
            try:
                result = runs[name](turn == 0)
            except (Refused, OSError, http.client.HTTPException,
                    subprocess.CalledProcessError) as error:
                say(f'  {name} is left out: {error}')
                del results[name]
                continue
            if turn:
                results[name].append(result)
    return results


def ratios(mine, others):
    """Round by round: what disturbs one disturbs its neighbour in time."""
    return [a / b for a, b in zip(mine, others)]


def middle(values):
    return statistics.median(values)


def between(values, form='{:.2f}'):
    return f'{form.format(min(values))} to {form.format(max(values))}'
