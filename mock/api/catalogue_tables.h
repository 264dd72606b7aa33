// The constant tables behind catalogue.h, written by the build out of mock/catalogue/**/*.yaml.
// Flat rows of numbers that point into each other by index and into one pool of characters: nothing
// is relocated, constructed or parsed when the server starts. Only catalogue.cc and the compiler of
// the catalogue look in here.
#pragma once

#include <cstdint>

namespace okapi::api::tables {

using Text = std::uint16_t;  // a string: pool[text_starts[t]] to pool[text_starts[t + 1]]

struct NodeRow {
  std::uint32_t first;  // of the children, in nodes; of the words, in words
  std::uint16_t count;
  Text name;
  std::uint16_t detail;  // max_length of a string; target of a reference, embedded or list
  std::uint8_t kind;     // api::Kind
  std::uint8_t flags;
};

enum NodeFlag : std::uint8_t {
  flag_required = 1,
  flag_empty = 2,  // a field: nullable; a parameter: emptyable
  flag_optional = 4,
  flag_open = 8,
  flag_deleted_too = 16,
  flag_includable = 32,
};

struct Range {
  std::uint32_t first;
  std::uint32_t count;
};

struct OperationRow {
  Range params;
  Range response;
  Text name, resource, action, method, path, response_object;
  std::uint8_t shape;  // api::Shape
  bool v2, multipart;
};

struct ObjectRow {
  Range fields;
  Range deleted_fields;
  Text name, id_prefix, noun, path_param;
  std::uint16_t id_length;
  bool v2, has_deleted;
};

// A segment of a path in the tree of one method: its literal children, sorted, and the child that
// takes any id (0: none, as row 0 is a root).
struct RouteRow {
  std::uint16_t first, count, any, operation;
  Text segment;
};

inline constexpr std::uint16_t no_operation = 0xFFFF;

extern const char pool[];
extern const std::uint32_t text_starts[];
extern const NodeRow nodes[];
extern const Text words[];
extern const OperationRow operations[];  // sorted by name
extern const std::uint32_t operations_size;
extern const ObjectRow objects[];  // sorted by name
extern const std::uint32_t objects_size;
extern const RouteRow routes[];     // rows 0, 1, 2: the roots of GET, POST, DELETE
extern const Range event_types;     // in words
extern const Range v2_event_types;  // in words
extern const Range api_versions;    // in words
extern const Text api_version;

}  // namespace okapi::api::tables
