// Worlds to start from: a fixture is a YAML file of requests, sent before the server is ready.
//
//   description: Hypernian                  (prose, not sent)
//   key: sk_test_123                        the account of all steps; sk_test_okapi unless said
//   steps:
//     - post: /v1/customers                 get and delete likewise
//       params:                             nested as in the documentation
//         name: Jenny Rosen
//         metadata: {plan: pro}
//       save: CUSTOMER_ID                   binds the answer's id; {{CUSTOMER_ID}} stands for it
//     - get: /v1/customers/{{CUSTOMER_ID}}
//       save: {EMAIL: email}                or any fields of the answer, dotted
//     - post: /v1/invoices/in_none/pay
//       expect: 404                         the status it must have; 200 unless said
//       key: sk_test_other                  the account of this step
//     - advance: 1mo                        the account's clock; now: 2026-11-01 sets it
//
// Every scalar is text as it is written: 0123, no and 1e3 reach the server as such; nothing at all
// is the empty text, which unsets. Params become form parameters, in /v2 a JSON body of strings.
// {{now}}, {{now+1mo}}, {{now-3d}} and {{2026-11-01}} are times in unix seconds.
#pragma once

#include <istream>
#include <map>
#include <stdexcept>
#include <string>

namespace okapi::server {

class Dispatch;

// One sentence that names file and line and says what to do.
struct FixtureError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Sends the steps of the file in order and gives what they saved, by name. Throws FixtureError.
std::map<std::string, std::string> send_fixture(Dispatch& dispatch, const std::string& file);
// The same from any stream; `name` stands for the file in errors.
std::map<std::string, std::string> send_fixture(Dispatch& dispatch, std::istream& yaml,
                                                const std::string& name);

}  // namespace okapi::server
