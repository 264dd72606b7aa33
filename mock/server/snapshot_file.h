// All accounts of a server as one file, for --snapshot and --save-on-exit. A save leaves either the
// old file or the new one whole, whatever ends the program meanwhile; a file that cannot be read
// changes nothing.
#pragma once

#include <stdexcept>
#include <string>

namespace okapi::server {

class Dispatch;

// One sentence that names the file and says what to do.
struct SnapshotFileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Replaces the accounts named in the file; a file that is not there is an empty world.
void load_snapshot_if_there(Dispatch& dispatch, const std::string& file);
void save_snapshot(Dispatch& dispatch, const std::string& file);

}  // namespace okapi::server
