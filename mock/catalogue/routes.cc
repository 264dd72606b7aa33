#include "catalogue/routes.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <string_view>

namespace okapi::catalogue {
namespace {

struct Branch {
  std::map<std::string, Branch, std::less<>> literals;
  std::vector<Branch> any;  // none or one
  std::uint16_t operation = 0xFFFF;
};

constexpr std::array<std::string_view, 3> methods = {"GET", "POST", "DELETE"};

void insert(Branch& root, const Operation& operation, std::uint16_t index) {
  Branch* branch = &root;
  std::string_view rest = operation.path;
  while (!rest.empty()) {
    rest.remove_prefix(1);  // the slash
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view segment = rest.substr(0, slash);
    rest.remove_prefix(slash);
    if (!segment.starts_with('{')) {
      branch = &branch->literals[std::string(segment)];
      continue;
    }
    if (branch->any.empty()) branch->any.emplace_back();
    branch = &branch->any.front();
  }
  if (branch->operation != 0xFFFF) {
    throw Fault(operation.origin + ": " + operation.method + " " + operation.path +
                " belongs to another operation already");
  }
  branch->operation = index;
}

// Fills row `at` and everything below it; children of one branch stand side by side.
void flatten(const Branch& branch, std::size_t at, std::vector<RouteEntry>& rows) {
  const std::size_t first = rows.size();
  rows[at].operation = branch.operation;
  rows[at].first = static_cast<std::uint16_t>(first);
  rows[at].count = static_cast<std::uint16_t>(branch.literals.size());
  for (const auto& [segment, child] : branch.literals) {
    rows.emplace_back().segment = segment;
  }
  std::size_t next = first;
  for (const auto& [segment, child] : branch.literals) flatten(child, next++, rows);
  if (branch.any.empty()) return;
  rows[at].any = static_cast<std::uint16_t>(rows.size());
  rows.emplace_back();
  flatten(branch.any.front(), rows[at].any, rows);
}

}  // namespace

std::vector<RouteEntry> make_routes(const Catalogue& catalogue) {
  std::array<Branch, methods.size()> roots;
  std::uint16_t index = 0;
  for (const auto& [name, operation] : catalogue.operations) {
    for (std::size_t i = 0; i < methods.size(); ++i) {
      if (operation.method == methods[i]) insert(roots[i], operation, index);
    }
    ++index;
  }
  std::vector<RouteEntry> rows(methods.size());
  for (std::size_t i = 0; i < methods.size(); ++i) flatten(roots[i], i, rows);
  return rows;
}

}  // namespace okapi::catalogue
