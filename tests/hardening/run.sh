#!/bin/sh
# The program has what the compiler and the linker were asked for: a place that differs each time,
# a table of calls that cannot be written once it started, a stack that is not code and is guarded.
#   sh tests/hardening/run.sh PROGRAM
set -eu
program=$1
failed=0

expect() { # what it is, the pattern that shows it, the listing
  printf '%s\n' "$3" | grep -qE "$2" || { echo "hardening: $program has no $1" >&2; failed=1; }
}

headers=$(readelf -hlW "$program")
dynamic=$(readelf -dW "$program")
symbols=$(readelf -W --dyn-syms "$program")
expect 'position-independent code (-fPIE -pie)' 'Type: +DYN' "$headers"
expect 'read-only relocations (-z relro)' 'GNU_RELRO' "$headers"
expect 'stack without code (-z noexecstack)' 'GNU_STACK.* RW +0x' "$headers"
expect 'relocations done at the start (-z now)' 'BIND_NOW|FLAGS_1.*NOW' "$dynamic"
expect 'guarded stack (-fstack-protector-strong)' '__stack_chk_fail' "$symbols"
expect 'checked calls of libc (-D_FORTIFY_SOURCE)' '__[a-z]+_chk' "$symbols"
if [ "$(uname -m)" = x86_64 ]; then
  expect 'marked targets of jumps (-fcf-protection)' 'endbr64' \
    "$(objdump -d --disassemble=main "$program")"
fi
[ $failed = 1 ] || echo 'hardening: all is there'
exit $failed
