"""A server that is started, asked, stopped and killed, for the scripts of this folder."""
import atexit
import base64
import http.client
import json
import os
import signal
import subprocess
import urllib.parse

KEY = 'sk_test_faults'
FORM = 'application/x-www-form-urlencoded'


class Refused(Exception):
    def __init__(self, status, body):
        super().__init__(f'{status} {body[:300]!r}')
        self.status = status
        self.body = body


def authorization(key):
    return 'Basic ' + base64.b64encode(f'{key}:'.encode()).decode()


class Client:
    """A connection that is kept, unless told otherwise."""

    def __init__(self, port, key=KEY, timeout=30):
        self.connection = http.client.HTTPConnection('127.0.0.1', port, timeout=timeout)
        self.headers = {'Authorization': authorization(key), 'Content-Type': FORM}

    def send(self, method, path, params=None, headers=None, body=None):
        if params is not None:
            body = urllib.parse.urlencode(params)
        try:
            self.connection.request(method, path, body, {**self.headers, **(headers or {})})
            answer = self.connection.getresponse()
            text = answer.read()
        except Exception:
            self.connection.close()
            raise
        if answer.status != 200:
            raise Refused(answer.status, text)
        return text

    def ask(self, method, path, params=None, headers=None):
        return json.loads(self.send(method, path, params, headers))

    def close(self):
        self.connection.close()


class Server:
    def __init__(self, program, *flags, before=None, stderr=subprocess.PIPE):
        self.process = subprocess.Popen(
            [program, '--port', '0', '--quiet', *flags], stdout=subprocess.PIPE, stderr=stderr,
            preexec_fn=before, text=True)
        atexit.register(self.process.kill)  # also when a check fails
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.port = None
            return
        self.port = int(line.rsplit(':', 1)[1])

    @property
    def came_up(self):
        return self.port is not None

    def client(self, key=KEY):
        return Client(self.port, key)

    def ask(self, method, path, params=None, headers=None, key=KEY):
        client = Client(self.port, key)
        try:
            return client.ask(method, path, params, headers)
        finally:
            client.close()

    def send(self, method, path, **more):
        client = Client(self.port)
        try:
            return client.send(method, path, **more)
        finally:
            client.close()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.close_pipes()

    def stop(self):
        """Exit code and what was said on stderr."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self):
        said = self.process.communicate(timeout=60)[1]
        return self.process.returncode, said

    def close_pipes(self):
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe:
                pipe.close()

    def rss_kb(self):
        with open(f'/proc/{self.process.pid}/status', encoding='ascii') as status:
            return int(next(line for line in status if line.startswith('VmRSS')).split()[1])

    def descriptors(self):
        return len(os.listdir(f'/proc/{self.process.pid}/fd'))


def all_of(client, path):
    """Every object of a list, newest first."""
    found, after = [], ''
    while True:
        page = client.ask('GET', f'{path}{"&" if "?" in path else "?"}limit=100{after}')
        found += page['data']
        if not page['has_more']:
            return found
        after = '&starting_after=' + found[-1]['id']


def content(path):
    with open(path, 'rb') as file:
        return file.read()
