# SPDX-License-Identifier: MIT
# Sourced by the scripts that pack whoswho (make_tarball.sh, make_wheel.sh) or try a package of it (check_*.sh).

copy_checkout() { # copy_checkout FROM TO: the files that git knows of the checkout FROM, into the folder TO
    (cd "$1" && git ls-files -z | xargs -0 tar cf -) | tar xf - -C "$2"
}

# bundle_libraries TO LICENCES [-x NAMES] FILE...: copies the shared libraries that the FILEs need, and those need in turn, into the folder TO, and the
# licences of their Debian packages into LICENCES. Not libwhoswho itself, nor the C library: the system's own must be used, with its loader.
# NAMES: others that are left out, as a pattern of grep -E.
bundle_libraries() {
    to=$1 licences=$2 others=
    shift 2
    [ "$1" != -x ] || { others="|$2"; shift 2; }
    ldd "$@" | grep -v 'libwhoswho\.so' | awk '$3 ~ /^\// {print $3}' |
        grep -Ev "/(libc|libm|libmvec|libdl|librt|libpthread|libresolv|libutil|libanl|libnsl$others)\.so" | sort -u | while read -r library; do
        cp -L "$library" "$to/"
        package=$(dpkg-query -S "$(readlink -f "$library")" 2>/dev/null | head -1 | cut -d: -f1 || true)
        [ -z "$package" ] || [ ! -e "/usr/share/doc/$package/copyright" ] || cp -L "/usr/share/doc/$package/copyright" "$licences/$package"
    done
}
