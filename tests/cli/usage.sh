# SPDX-License-Identifier: MIT
. "$TOOLS/_media.sh"
whoswho --version
whoswho run
whoswho --nonsense x.mp4
whoswho x.mp4 --every never
whoswho x.mp4 --threads
whoswho cluster
whoswho cluster nowhere
whoswho export nowhere
whoswho --help
whoswho run --help
whoswho cluster --help
