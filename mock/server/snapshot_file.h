// All accounts of a server as one file, for --snapshot and --save-on-exit. A save leaves either the
// old file or the new one whole, whatever ends the program meanwhile; a file that cannot be read
// changes nothing.
#pragma once

#include <string>
#include <vector>

#include "server/accounts.h"
#include "store/atomic_file.h"
#include "store/snapshot.h"

namespace okapi::server {

class Dispatch;

// Replaces the accounts named in the file; a file that is not there is an empty world. Throws
// store::SnapshotError or store::FileError: one sentence that names the file and says what to do.
void load_snapshot_if_there(Dispatch& dispatch, const std::string& file);
// Throws store::FileError; the file of before is untouched then.
void save_snapshot(Dispatch& dispatch, const std::string& file);

// The same in memory, for the control paths.
[[nodiscard]] std::vector<store::NamedState> states_of(const std::vector<World*>& worlds);
// Every account is as `states` has it; those it does not name are empty.
void replace_all(Accounts& accounts, std::vector<store::NamedState> states);
void replace(World& world, store::NamedState state);

}  // namespace okapi::server
