# SPDX-License-Identifier: MIT
# bash completion for whoswho
_whoswho() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
    local commands="run scan cluster export check people name merge split reject same different ignore sync undo redo log why eval models help version"
    local shared="--quiet --verbose --json --help" sorting="--known --threshold --eps --min-samples --method --min-quality --threads"
    local looking="--output --no-track --preset --every --fps --threads --detector --embedder --landmarks --upsample --jitter --detect-size --min-face --min-score --frame-max"
    case $before in
        -o|--output|-O|--out|--known) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        --detector) mapfile -t COMPREPLY < <(compgen -W "hog yunet mmod" -- "$word"; compgen -f -X '!*.@(onnx|dat|dat.bz2|svm)' -- "$word"; compgen -d -- "$word"); return ;;
        --embedder) mapfile -t COMPREPLY < <(compgen -W "sface dlib" -- "$word"; compgen -f -X '!*.@(onnx|dat|dat.bz2)' -- "$word"; compgen -d -- "$word"); return ;;
        --landmarks) mapfile -t COMPREPLY < <(compgen -W "dlib5 dlib68" -- "$word"; compgen -f -X '!*.@(dat|dat.bz2)' -- "$word"; compgen -d -- "$word"); return ;;
        --truth) mapfile -t COMPREPLY < <(compgen -W "folders names" -- "$word"; compgen -f -X '!*.csv' -- "$word"; compgen -d -- "$word"); return ;;
        --pairs) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        --face) mapfile -t COMPREPLY < <(compgen -W "middle largest" -- "$word"); return ;;
        --to) mapfile -t COMPREPLY < <(compgen -W "yolo coco imagefolder chips embeddings" -- "$word"); return ;;
        --unlabelled) mapfile -t COMPREPLY < <(compgen -W "blur unknown leave-out" -- "$word"); return ;;
        --method) mapfile -t COMPREPLY < <(compgen -W "templates dbscan chinese-whispers hac map-equation auto" -- "$word"); return ;;
        --every|--fps|--threads|-t|--upsample|--jitter|--detect-size|--min-face|--min-score|--frame-max|--eps|--min-samples|--min-quality|--thresholds|--worst) return ;;
    esac
    if [[ $word == -* ]]; then
        case $command in
            cluster) mapfile -t COMPREPLY < <(compgen -W "$sorting --detector --embedder $shared" -- "$word") ;;
            export) mapfile -t COMPREPLY < <(compgen -W "--restore --to --out --split --seed --near-duplicate --unlabelled --named --chip-size $shared" -- "$word") ;;
            name|merge|same) mapfile -t COMPREPLY < <(compgen -W "--force --output $shared" -- "$word") ;;
            reject|different|ignore|undo|redo|log|people|why) mapfile -t COMPREPLY < <(compgen -W "--output $shared" -- "$word") ;;
            split) mapfile -t COMPREPLY < <(compgen -W "--yes --output $shared" -- "$word") ;;
            sync) mapfile -t COMPREPLY < <(compgen -W "--dry-run --output $shared" -- "$word") ;;
            eval) mapfile -t COMPREPLY < <(compgen -W "--truth --pairs --face --worst --thresholds --method --min-samples --threads $shared" -- "$word") ;;
            models) mapfile -t COMPREPLY < <(compgen -W "$shared" -- "$word") ;;
            scan) mapfile -t COMPREPLY < <(compgen -W "$looking $shared" -- "$word") ;;
            *) mapfile -t COMPREPLY < <(compgen -W "$looking $sorting $shared --version" -- "$word") ;;
        esac
        return
    fi
    if [[ $command == models && $COMP_CWORD -gt 1 ]]; then
        local models="yunet mmod sface dlib dlib5 dlib68"
        [[ $COMP_CWORD -eq 2 ]] && models="list get check"
        mapfile -t COMPREPLY < <(compgen -W "$models" -- "$word")
        return
    fi
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
    if [[ $COMP_CWORD -eq 1 ]]; then
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$commands" -- "$word")
    fi
}
complete -o filenames -F _whoswho whoswho
