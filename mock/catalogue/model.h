// The catalogue in memory while the build compiles it: what the YAML files say, completed by the
// overlay, before it becomes rows of numbers.
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "api/catalogue.h"

namespace okapi::catalogue {

// A fault of a YAML file; what() is "file:line: what is wrong".
struct Fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// One parameter, field, element or alternative.
struct Item {
  std::string name;
  api::Kind kind = api::Kind::any;
  bool required = false;
  bool empty = false;
  bool optional = false;
  bool open = false;
  bool includable = false;
  bool file = false;                 // the body of an uploaded file
  std::vector<Item> children;        // members, alternatives, or the one element
  std::vector<std::string> words;    // of an enumeration or literal
  std::vector<std::string> targets;  // of a reference, embedded or list
  bool deleted_too = false;
  std::uint16_t max_length = 5000;
};

struct Operation {
  std::string resource;
  std::string action;
  std::string method;
  std::string path;
  std::vector<Item> params;
  std::vector<Item> response;
  api::Shape shape = api::Shape::other;
  std::string response_object;
  std::string origin;  // "file:line", for faults found later
};

struct Object {
  std::string name;
  std::vector<Item> fields;
  std::vector<Item> deleted_fields;
  bool has_deleted = false;
  std::string id_prefix;
  std::uint16_t id_length = 0;
  std::string noun;
  std::string path_param = "id";
  std::string origin;
};

struct Catalogue {
  std::map<std::string, Operation> operations;  // by whole name
  std::map<std::string, Object> objects;
  std::map<std::string, std::vector<std::string>> enums;
  std::string api_version;
  std::vector<std::string> api_versions;
  std::vector<std::string> event_types;
  std::vector<std::string> v2_event_types;
};

}  // namespace okapi::catalogue
