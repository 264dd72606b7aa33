#include "store/snapshot.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "store/state.h"
#include "store/state_lines.h"

namespace okapi::store {
namespace {

constexpr std::int64_t format = 1;

// A name from a file, fit to stand in a sentence.
std::string shown(std::string name) {
  constexpr std::size_t longest = 40;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  std::ranges::replace_if(name, is_control, '?');
  if (name.size() > longest) name = concat(std::string_view(name).substr(0, longest), "…");
  return name;
}

// Writes lines and counts them.
class Writer {
 public:
  explicit Writer(std::ostream& out) : out_(out) {}

  void write(const Json& line) {
    line_.clear();
    append_compact(line_, line);
    write_line();
  }
  void write(const Document& document) {
    line_ = document_line(document);
    write_line();
  }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }

 private:
  void write_line() {
    line_ += '\n';
    out_.write(line_.data(), static_cast<std::streamsize>(line_.size()));
    ++lines_;
  }
  std::ostream& out_;
  std::string line_;
  std::uint64_t lines_ = 0;
};

void write_account(Writer& writer, const NamedState& account) {
  const State& state = *account.state;
  Json settings = to_json(state);
  settings["name"] = account.name;
  writer.write(Json{{"account", std::move(settings)}});
  std::set<std::string_view> kinds;
  for (const auto& table : state.tables) kinds.insert(*table->kind);
  for (const Stretch::Count& told : state.told.counts()) kinds.insert(told.kind);
  for (const std::string_view kind : kinds) {
    state.view(kind).ascend(0, [&](const Document& document) {
      writer.write(document);
      return true;
    });
  }
  state.meter_log.visit([&](const MeterEntry& entry) {
    writer.write(Json{{"meter_event", to_json(entry)}});
  });
}

// Reads the lines of one file.
class Reader {
 public:
  Reader(std::istream& in, const std::string& name, const Schema& schema)
      : in_(in), name_(name), lines_(schema) {}

  std::vector<NamedState> read(std::string_view api_version) {
    try {
      return read_lines(api_version);
    } catch (const LineError& error) {
      fail(error.what());
    }
  }

 private:
  struct Reading {
    std::string name;
    std::shared_ptr<State> state;
  };

  [[noreturn]] void fail(std::string_view what) const {
    throw SnapshotError(concat(name_, ", line ", std::to_string(number_), ": ", what,
                               "; take another copy of the file, or start without it"));
  }
  [[noreturn]] void refuse(std::string_view what) const {
    throw SnapshotError(concat(name_, what));
  }

  bool next_line() {
    ++number_;
    return static_cast<bool>(std::getline(in_, line_));
  }

  std::vector<NamedState> read_lines(std::string_view api_version) {
    const std::uint64_t expected = read_header(api_version);
    while (next_line()) {
      if (line_.starts_with(document_line_start)) {
        lines_.read_document(current(), line_, StateReader::Place::is_free);
        continue;
      }
      const Json line = parse_line(line_);
      if (line.contains("account")) {
        read_account(line.at("account"));
      } else if (line.contains("meter_event")) {
        read_meter_event(line.at("meter_event"));
      } else if (line.contains("end")) {
        if (line_number(line, "end") != number_ - 1 || accounts_.size() != expected) {
          fail("the file lacks some of its lines");
        }
        if (next_line()) fail("the file goes on behind its end");
        return finished();
      } else {
        fail("the line is none of a snapshot");
      }
    }
    ++number_;
    fail("the file ends too early");
  }

  std::uint64_t read_header(std::string_view api_version) {
    const bool there = next_line();
    const Json header = there ? Json::parse(line_, nullptr, false) : Json();
    if (!header.is_object() || !header.contains("okapi_snapshot")) {
      refuse(" is not a snapshot of okapi; name a file that okapi wrote, or none to start empty");
    }
    const std::uint64_t written = line_number(header, "okapi_snapshot");
    if (written > format) {
      refuse(concat(" was written by a newer okapi (format ", std::to_string(written),
                    ", this one reads ", std::to_string(format), "); use that one or start empty"));
    }
    const std::string version = line_text(header, "api_version");
    if (version != api_version) {
      refuse(concat(" holds objects of API version ", shown(version),
                    " and this okapi keeps those of ", api_version,
                    "; use the okapi that wrote it or start empty"));
    }
    return line_number(header, "accounts");
  }

  void read_account(const Json& account) {
    if (!account.is_object()) fail("the account is not an object");
    Reading reading{.name = line_text(account, "name"), .state = std::make_shared<State>()};
    for (const Reading& earlier : accounts_) {
      if (earlier.name == reading.name) fail("the account is there twice");
    }
    StateReader::read_settings(*reading.state, account);
    accounts_.push_back(std::move(reading));
  }

  [[nodiscard]] State& current() const {
    if (accounts_.empty()) fail("the line stands before any account");
    return *accounts_.back().state;
  }

  void read_meter_event(const Json& event) {
    State& state = current();
    const MeterEntry entry = line_meter_entry(event);
    try {
      state.meter_log.append(entry);
    } catch (const std::exception&) {
      // Sums that no usage reaches, or arrival numbers that are not unique.
      fail("the meter event does not go with the others");
    }
  }

  std::vector<NamedState> finished() {
    std::vector<NamedState> states;
    for (Reading& reading : accounts_) {
      states.push_back({.name = std::move(reading.name), .state = std::move(reading.state)});
    }
    return states;
  }

  std::istream& in_;
  const std::string& name_;
  const StateReader lines_;
  std::string line_;
  std::uint64_t number_ = 0;
  std::vector<Reading> accounts_;
};

}  // namespace

void write_snapshot(std::ostream& out, std::span<const NamedState> accounts,
                    std::string_view api_version) {
  Writer writer(out);
  writer.write(Json{
      {"okapi_snapshot", format}, {"api_version", api_version}, {"accounts", accounts.size()}});
  for (const NamedState& account : accounts) write_account(writer, account);
  writer.write(Json{{"end", writer.lines()}});
}

std::vector<NamedState> read_snapshot(std::istream& in, const std::string& name,
                                      const Schema& schema, std::string_view api_version) {
  return Reader(in, name, schema).read(api_version);
}

}  // namespace okapi::store
