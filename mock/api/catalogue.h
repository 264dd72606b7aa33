// What Stripe's API is: operations, parameters, objects, fields, enums. Read-only views over
// constant tables that the build makes from mock/catalogue/**/*.yaml; nothing is parsed when the
// server starts. A Node describes one parameter, field or alternative. Every view is trivially
// copyable and valid forever.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace okapi::api {

enum class Kind : std::uint8_t {
  string,
  integer,
  floating,
  boolean,
  time,     // unix seconds in v1, RFC 3339 in v2
  decimal,  // a string holding a plain decimal
  metadata,
  enumeration,
  literal,    // one fixed word, as an alternative of `any_of`: "inf", "now"
  object,     // children() are its members
  array,      // element() is its element
  map,        // free keys; element() is the value
  reference,  // an id of target() (expandable); in parameters plain ids are strings
  embedded,   // a whole object of target()
  list,       // an ApiList of target(): {object:"list", data, has_more, url}
              // of these three, children() name every target where there are several
  any_of,     // children() are the alternatives: int or "inf", exact time or range hash
  any,        // free JSON
};

class NodeRange;

class Node {
 public:
  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool required() const;   // parameters
  [[nodiscard]] bool emptyable() const;  // parameters: unset by the empty string
  [[nodiscard]] bool nullable() const;   // fields
  [[nodiscard]] bool optional()
      const;  // fields: may be absent (includable, or only sometimes there)
  [[nodiscard]] bool includable() const;  // fields: there only when expand[] names it: price.tiers
  [[nodiscard]] NodeRange children() const;
  [[nodiscard]] Node element() const;
  [[nodiscard]] std::string_view target() const;  // reference, embedded, list: object name
  [[nodiscard]] std::vector<std::string_view> targets() const;  // all: account, bank_account, card
  [[nodiscard]] std::vector<std::string> values() const;      // enumeration; literal: its one word
  [[nodiscard]] bool has_value(std::string_view word) const;  // enumeration, literal
  [[nodiscard]] bool open_enum() const;                       // other words are accepted too
  [[nodiscard]] std::uint32_t max_length() const;  // strings; 5000 unless the catalogue says
  [[nodiscard]] bool deleted_too() const;          // reference: expansion may give the deleted stub

  constexpr explicit Node(std::uint32_t index) : index_(index) {}

 private:
  std::uint32_t index_;
};

class NodeRange {
 public:
  class Iterator {
   public:
    constexpr explicit Iterator(std::uint32_t index) : index_(index) {}
    Node operator*() const { return Node(index_); }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    std::uint32_t index_;
  };
  constexpr NodeRange() = default;
  constexpr NodeRange(std::uint32_t first, std::uint32_t count) : first_(first), count_(count) {}
  [[nodiscard]] Iterator begin() const { return Iterator(first_); }
  [[nodiscard]] Iterator end() const { return Iterator(first_ + count_); }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] Node operator[](std::size_t i) const {
    return Node(first_ + static_cast<std::uint32_t>(i));
  }
  // By name; nullptr-like: check found with the bool.
  [[nodiscard]] bool find(std::string_view name, Node& found) const;

 private:
  std::uint32_t first_ = 0;
  std::uint32_t count_ = 0;
};

enum class Shape : std::uint8_t {  // of an operation's answer
  object,                          // one object of response_object()
  list,                            // v1 list (or v2 page) of response_object()
  search,                          // search_result of response_object()
  deleted,                         // {id, object, deleted: true}
  other,                           // binary, empty, or described by response()
};

class Operation {
 public:
  [[nodiscard]] std::string_view name() const;  // "billing.credit_grants.void_grant"
  [[nodiscard]] std::string_view resource()
      const;                                      // "billing.credit_grants" (the YAML file, dotted)
  [[nodiscard]] std::string_view action() const;  // "void_grant"; plain ones: create retrieve
                                                  // update list del search
  [[nodiscard]] std::string_view method() const;  // GET POST DELETE
  [[nodiscard]] std::string_view path() const;    // "/v1/billing/credit_grants/{id}/void"
  [[nodiscard]] bool v2() const;                  // JSON in, RFC 3339 times, own list shape
  [[nodiscard]] bool multipart() const;
  [[nodiscard]] NodeRange params() const;  // without expand and paging
  [[nodiscard]] Shape shape() const;
  [[nodiscard]] std::string_view response_object()
      const;  // "billing.credit_grant"; empty for other
  // All of them, where an operation answers with one of several: card, bank_account, source.
  [[nodiscard]] std::vector<std::string_view> response_objects() const;
  [[nodiscard]] NodeRange response() const;  // of other: its members, none when empty
  [[nodiscard]] std::uint32_t index() const { return index_; }  // dense: 0 … operation_count()-1

  constexpr explicit Operation(std::uint32_t index) : index_(index) {}
  friend bool operator==(const Operation&, const Operation&) = default;

 private:
  std::uint32_t index_;
};

class ObjectType {
 public:
  [[nodiscard]] std::string_view name() const;  // "billing.credit_grant"
  [[nodiscard]] NodeRange fields() const;       // without `object`; `id` included
  [[nodiscard]] std::string_view id_prefix()
      const;                                    // "credgr_test_"; empty when okapi does not know
  [[nodiscard]] int id_length() const;          // of the whole id
  [[nodiscard]] std::string_view noun() const;  // in "No such …": "customer", "test_clock"
  [[nodiscard]] std::string_view path_param() const;  // `param` of that 404: "id", "payment_method"
  [[nodiscard]] bool v2() const;
  [[nodiscard]] bool has_deleted() const;          // a Deleted… variant exists
  [[nodiscard]] NodeRange deleted_fields() const;  // of it, beyond id, object and deleted

  constexpr explicit ObjectType(std::uint32_t index) : index_(index) {}

 private:
  std::uint32_t index_;
};

struct Route {
  Operation operation{0};
  std::vector<std::string> path_ids;  // decoded, in order
};

// Routes on the raw path (ids are percent-encoded and may hold %2F). False when no operation has
// this method and path. An id that does not decode to UTF-8 stays as it was sent.
[[nodiscard]] bool find_route(std::string_view method, std::string_view raw_path, Route& found);
[[nodiscard]] bool find_operation(std::string_view name, Operation& found);
[[nodiscard]] bool find_object(std::string_view name, ObjectType& found);
[[nodiscard]] std::uint32_t operation_count();
[[nodiscard]] std::uint32_t object_count();
[[nodiscard]] std::vector<std::string_view> event_types();  // of v1: "customer.created"
[[nodiscard]] std::vector<std::string_view>
v2_event_types();                              // thin: "v1.billing.meter.no_meter_found"
[[nodiscard]] std::string_view api_version();  // "2026-10-28.endive"
// All versions that a request may name, newest first.
[[nodiscard]] std::vector<std::string_view> api_versions();

}  // namespace okapi::api
