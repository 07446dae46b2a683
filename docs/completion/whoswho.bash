# SPDX-License-Identifier: MIT
# bash completion for whoswho
_whoswho() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
    local shared="--quiet --json --help" sorting="--eps --min-samples --method --min-quality --threads"
    local looking="--output --every --fps --threads --detector --embedder --detect-size --min-face --min-score --frame-max"
    case $before in
        -o|--output) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        --detector|--embedder) mapfile -t COMPREPLY < <(compgen -f -X '!*.onnx' -- "$word"; compgen -d -- "$word"); return ;;
        --method) mapfile -t COMPREPLY < <(compgen -W "dbscan chinese-whispers hac map-equation" -- "$word"); return ;;
        --every|--fps|--threads|-t|--detect-size|--min-face|--min-score|--frame-max|--eps|--min-samples|--min-quality) return ;;
    esac
    if [[ $word == -* ]]; then
        case $command in
            cluster) mapfile -t COMPREPLY < <(compgen -W "$sorting $shared" -- "$word") ;;
            export) mapfile -t COMPREPLY < <(compgen -W "$shared" -- "$word") ;;
            scan) mapfile -t COMPREPLY < <(compgen -W "$looking $shared" -- "$word") ;;
            *) mapfile -t COMPREPLY < <(compgen -W "$looking $sorting $shared --version" -- "$word") ;;
        esac
        return
    fi
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
    if [[ $COMP_CWORD -eq 1 ]]; then
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "run scan cluster export help version" -- "$word")
    fi
}
complete -o filenames -F _whoswho whoswho
