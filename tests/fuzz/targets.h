// The places where bytes from outside come in, each as a function that eats any input. A fuzzer of
// its own is built of each (libfuzzer.cc, with clang), and every test run replays the seeds and
// some thousands of mutations of them (seeds_test.cc).
//
// A function throws when something does not hold: a law below, or a refusal that nobody announced.
// Whatever it keeps between two inputs is as it was before, so that one input alone repeats what
// happened.
#pragma once

#include <string_view>

namespace okapi::fuzz {

// The form decoder: a query, and after the first line feed a body.
void form(std::string_view input);
// A Content-Type line and a body of multipart/form-data.
void multipart(std::string_view input);
// A method, a blank, and a raw target: the router, and the query decoded.
void url(std::string_view input);
// JSON texts: what reads, prints and judges them agrees.
void json(std::string_view input);
// A version 2 operation's name, its query, and its JSON body, a line each.
void v2_body(std::string_view input);
// Bytes of a connection, cut into segments: heads, counted and chunked bodies.
void http(std::string_view input);
// An operation's name and ids, or a method and a path, then its parameters on a line of their own:
// sent into a whole okapi with some objects.
void operations(std::string_view input);
// A raw request, head and body: keys, versions, control paths, pages.
void requests(std::string_view input);
// An operation's name and API version, then a path to expand on each line.
void expand(std::string_view input);
// A resource that can be searched, then the query.
void search(std::string_view input);
// A fixture.
void fixture(std::string_view input);
// A snapshot file.
void snapshot(std::string_view input);
// A page with curl commands.
void replay(std::string_view input);
// What a client of `stripe listen` sends: "raw" and bytes, or "texts" and a message on each line.
void websocket(std::string_view input);
// The url of a webhook endpoint.
void webhook_url(std::string_view input);

struct Target {
  std::string_view name;  // its seeds are in seeds/<name>/
  void (*run)(std::string_view input);
  int mutations;  // of the seeds, in every test run: about half a second's worth with sanitizers
};
inline constexpr Target targets[] = {
    {"form", form, 2000},
    {"multipart", multipart, 2000},
    {"url", url, 2000},
    {"json", json, 2000},
    {"v2_body", v2_body, 2000},
    {"http", http, 500},
    {"operations", operations, 500},
    {"requests", requests, 500},
    {"expand", expand, 500},
    {"search", search, 500},
    {"fixture", fixture, 500},
    {"snapshot", snapshot, 500},
    {"replay", replay, 1000},
    {"websocket", websocket, 100},
    {"webhook_url", webhook_url, 500},
};

}  // namespace okapi::fuzz
