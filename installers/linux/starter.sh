#!/bin/sh
# Starts Cloister from the folder it was unpacked into, or says why this system cannot.
here=$(dirname "$(readlink -f "$0")")
needed=@LIBC@
found=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d ' ' -f 2)
older=$(printf '%s\n%s\n' "$needed" "${found:-0}" | sort -V | head -n 1)
if [ "$older" != "$needed" ]; then
    echo "Nothing was changed. Cloister needs the GNU C library $needed or later, and this system has ${found:-another one}; a newer release of this system has it." >&2
    exit 1
fi
exec "$here/bin/cloister" "$@"
