#!/bin/sh
# Starts Cloister from the folder it was unpacked into, or says why this system cannot. Whatever the caller's
# PATH names, only the system's own tools are asked; the program gets that PATH as it was.
PATH_OF_CALLER=$PATH
PATH=/usr/bin:/bin:/usr/sbin:/sbin

say() {
    if ! [ -t 2 ] && [ -n "$DISPLAY$WAYLAND_DISPLAY" ]; then
        # Started by a double click: nobody sees what is written.
        zenity --error --no-markup --text "$1" || kdialog --error "$1" || xmessage "$1" ||
            notify-send Cloister "$1"
    fi >/dev/null 2>&1
    echo "$1" >&2
    exit 1
}

# The dot keeps a line's end that a folder's name may end with.
file=$(readlink -f -- "$0" && echo .)
here=${file%/*}
program=$here/bin/cloister

[ "$(uname -m)" = "@MACHINE@" ] ||
    say "Nothing was changed. This Cloister is for @MACHINE@ processors, and this computer has another one; get the archive for $(uname -m), if there is one."
needed=@LIBC@
found=$({ getconf GNU_LIBC_VERSION || ldd --version; } 2>/dev/null | sed -n '1s/.* //p')
older=$(printf '%s\n%s\n' "$needed" "${found:-0}" | sort -V | head -n 1)
[ -e "@LOADER@" ] && [ "$older" = "$needed" ] ||
    say "Nothing was changed. Cloister needs the GNU C library $needed or later, and this system has ${found:-another one}; a newer release of this system has it."
[ -x "$program" ] ||
    say "Nothing was changed. This system starts no programs from the folder that Cloister lies in; put the folder on a disk where it does, such as your home."
PATH=$PATH_OF_CALLER
exec "$program" "$@"
