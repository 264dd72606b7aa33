# Writes OUTPUT, a C++ file with the text of every file below FOLDER, for the folder NAME of mock/:
#   cmake -D NAME=… -D FOLDER=… -D OUTPUT=… -P embed.cmake
file(GLOB_RECURSE names RELATIVE ${FOLDER} ${FOLDER}/*)
list(SORT names)
set(rows "")
foreach(name IN LISTS names)
  file(READ "${FOLDER}/${name}" text)
  string(FIND "${text}" ")okapi_asset\"" end)
  if(NOT end EQUAL -1)
    message(FATAL_ERROR "${name} holds the delimiter of its own raw literal")
  endif()
  string(APPEND rows "    {\"${name}\", R\"okapi_asset(${text})okapi_asset\"sv},\n")
endforeach()
file(WRITE "${OUTPUT}" "// Written by embed.cmake.
#include \"${NAME}/assets.h\"

namespace okapi::${NAME} {
namespace {

using namespace std::string_view_literals;

constexpr Asset assets[] = {
${rows}};

}  // namespace

std::span<const Asset> embedded_assets() { return assets; }

}  // namespace okapi::${NAME}
")
