# SPDX-License-Identifier: MIT
# What makes no sense is refused in words, and changes nothing.
. "$TOOLS/_people.sh"
say name 0 Ada -o out
say name Adda Bea -o out
say name 99 Bea -o out
say name 1 12 -o out
say name 1 Face_7 -o out
say name 1 "$(printf 'a\nb')" -o out
say name 1 "$(printf '%0300d' 0)x" -o out
say name 0 Ada Lovelace -o out
say name 0 -o out
say merge 0 Ada -o out
say merge 0 -o out
say reject nothing.jpg -o out
say reject out/index.html out -o out
say same 0 0 -o out
say same 0 out/Frames/frame_1.jpg -o out
say different 1 -o out
say ignore -o out
say redo -o out
say undo now -o out
say split 0 1 -o out
say why 0 -o out
say why 100000 -o out
say name 1 Bea -o out
say same Ada Bea -o out
say people -o elsewhere
say sync elsewhere
say log -o out
