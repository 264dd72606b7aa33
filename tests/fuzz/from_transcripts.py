"""Writes the requests of all transcripts as inputs of the target `operations`, one file for each:
from_transcripts.py SCENARIOS FOLDER. Names that a transcript captured stay as they are; the target
takes them for an object of the kind that they name."""

import hashlib
import pathlib
import shlex
import sys


def commands(text):
    lines = iter(text.splitlines())
    for line in lines:
        if not line.startswith("$ curl"):
            continue
        command = line[2:]
        while command.endswith("\\"):
            command = command[:-1] + next(lines, "")
        yield command


def as_input(command):
    method, target, pairs, in_query = None, None, [], False
    words = iter(shlex.split(command)[1:])
    for word in words:
        if word in ("-X", "--request"):
            method = next(words)
        elif word in ("-G", "--get"):
            in_query = True
        elif word in ("-d", "--data", "--data-urlencode", "--json"):
            pairs.append(next(words))
        elif word in ("-u", "-H", "--user", "--header", "-F", "--form"):
            next(words)
        elif not word.startswith("-"):
            target = word.removeprefix("https://api.stripe.com")
    if target is None or not target.startswith("/v"):
        return None
    path, _, query = target.partition("?")
    method = method or ("POST" if pairs and not in_query else "GET")
    params = "&".join(([query] if query else []) + pairs).replace(" ", "+")
    return f"{method} {path}\n{params}"


def main():
    scenarios, folder = map(pathlib.Path, sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    for file in scenarios.rglob("*.transcript"):
        for command in commands(file.read_text()):
            try:
                text = as_input(command)
            except ValueError:  # a quoted text of several lines
                continue
            if text is not None:
                name = hashlib.sha1(text.encode()).hexdigest()[:16]
                (folder / name).write_text(text)


main()
