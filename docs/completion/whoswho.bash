# SPDX-License-Identifier: MIT
# made by tools/make_completion.py from the option tables: do not edit
_whoswho() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
    case $command:$before in
        scan:--shard) return ;;
        cluster:--embeddings) return ;;
        cluster:--meta) return ;;
        cluster:--out|cluster:-O) return ;;
        cluster:--detector|add-face:--detector|review:--detector|find:--detector) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        cluster:--embedder|add-face:--embedder|review:--embedder|find:--embedder) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        cluster:--landmarks|add-face:--landmarks|review:--landmarks|find:--landmarks) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        export:--to) mapfile -t COMPREPLY < <(compgen -W "yolo imagefolder chips coco embeddings cvat labelstudio timeline xmp article" -- "$word"); return ;;
        export:--out|export:-O) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        export:--split) return ;;
        export:--seed) return ;;
        export:--near-duplicate) return ;;
        export:--unlabelled) mapfile -t COMPREPLY < <(compgen -W "blur unknown leave-out" -- "$word"); return ;;
        export:--best) return ;;
        export:--apart) return ;;
        export:--per-track) return ;;
        export:--box) mapfile -t COMPREPLY < <(compgen -W "tight widened" -- "$word"); return ;;
        export:--crop) mapfile -t COMPREPLY < <(compgen -W "head tight portrait" -- "$word"; compgen -f -- "$word"); return ;;
        export:--format) mapfile -t COMPREPLY < <(compgen -W "jpeg png webp" -- "$word"); return ;;
        export:--quality) return ;;
        export:--chip-size) return ;;
        export:--margin) return ;;
        add-face:--name|add-face:-n) return ;;
        review:--port) return ;;
        find:--in) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        find:--top) return ;;
        eval:--truth) mapfile -t COMPREPLY < <(compgen -W "folders names" -- "$word"; compgen -f -- "$word"); return ;;
        eval:--pairs) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        eval:--face) mapfile -t COMPREPLY < <(compgen -W "middle largest" -- "$word"); return ;;
        eval:--worst) return ;;
        eval:--thresholds) return ;;
        eval:--method) mapfile -t COMPREPLY < <(compgen -W "templates hac map-equation chinese-whispers dbscan plain-dbscan" -- "$word"); return ;;
        *:--output|*:-o) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        *:--files-from) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        *:--every) return ;;
        *:--fps) return ;;
        *:--threads|*:-t) return ;;
        *:--detector) mapfile -t COMPREPLY < <(compgen -W "hog cnn yunet mmod" -- "$word"; compgen -f -- "$word"); return ;;
        *:--embedder) mapfile -t COMPREPLY < <(compgen -W "sface dlib" -- "$word"; compgen -f -- "$word"); return ;;
        *:--landmarks) mapfile -t COMPREPLY < <(compgen -W "dlib5 dlib68" -- "$word"; compgen -f -- "$word"); return ;;
        *:--precision) mapfile -t COMPREPLY < <(compgen -W "float32 int8" -- "$word"; compgen -f -- "$word"); return ;;
        *:--upsample) return ;;
        *:--jitter) return ;;
        *:--detect-size) return ;;
        *:--min-face) return ;;
        *:--min-score) return ;;
        *:--hwaccel) mapfile -t COMPREPLY < <(compgen -W "none auto cuda vaapi vdpau" -- "$word"); return ;;
        *:--frame-max) return ;;
        *:--portrait-width) return ;;
        *:--preset) mapfile -t COMPREPLY < <(compgen -W "article" -- "$word"); return ;;
        *:--eps) return ;;
        *:--threshold) return ;;
        *:--min-samples) return ;;
        *:--method) mapfile -t COMPREPLY < <(compgen -W "templates hac map-equation chinese-whispers dbscan plain-dbscan auto" -- "$word"); return ;;
        *:--min-quality) return ;;
        *:--known) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    esac
    if [[ $word == -* ]]; then
        local options=""
        case $command in
            scan) options="--output --files-from --null --every --fps --exact-times --near-times --count-frames --threads --detector --embedder --landmarks --precision --upsample --jitter --detect-size --min-face --min-score --track --no-track --fast --hwaccel --frame-max --portrait-width --original-size --preset --quiet --verbose --json --help --shard" ;;
            join) options="--output --quiet --verbose --json --help" ;;
            cluster) options="--csv-safe --no-csv-safe --output --quiet --verbose --json --help --eps --threshold --min-samples --method --min-quality --known --embeddings --meta --out --approximate --threads --detector --embedder --landmarks --upsample --jitter" ;;
            export) options="--restore --to --out --split --seed --near-duplicate --unlabelled --named --best --apart --per-track --box --crop --original-size --portrait-width --format --quality --chip-size --margin --csv-safe --no-csv-safe --output --quiet --verbose --json --help" ;;
            check) options="--faces --quiet --json --help" ;;
            people|reject|different|ignore|cover|undo|redo|log|why) options="--output --quiet --json --help" ;;
            name|merge|same) options="--output --quiet --json --help --force" ;;
            split) options="--output --quiet --json --help --yes" ;;
            add-face) options="--output --quiet --json --help --name --detector --embedder --landmarks" ;;
            forget) options="--output --quiet --json --help --gone" ;;
            review) options="--output --port --no-open --detector --embedder --landmarks --quiet --help" ;;
            sync|import) options="--output --quiet --json --help --dry-run" ;;
            find) options="--output --quiet --json --help --in --every --top --threads --detector --embedder --landmarks --upsample --jitter" ;;
            eval) options="--output --truth --pairs --face --worst --thresholds --method --min-samples --threads --quiet --json --help" ;;
            models) options="--quiet --json --help" ;;
            *) options="--output --files-from --null --every --fps --exact-times --near-times --count-frames --threads --detector --embedder --landmarks --precision --upsample --jitter --detect-size --min-face --min-score --track --no-track --fast --hwaccel --frame-max --portrait-width --original-size --preset --quiet --verbose --json --help --eps --threshold --min-samples --method --min-quality --known --csv-safe --no-csv-safe --version" ;;
        esac
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
        return
    fi
    if [[ $command == models && $COMP_CWORD -gt 1 ]]; then
        local words="yunet mmod sface dlib dlib5 dlib68"
        [[ $COMP_CWORD -eq 2 ]] && words="list get check"
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
        return
    fi
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
    if [[ $COMP_CWORD -eq 1 || ( $command == help && $COMP_CWORD -eq 2 ) ]]; then
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "run scan join watch cluster export check people name merge split reject same different ignore cover add-face forget review sync import undo redo log find why eval demo models help version" -- "$word")
    fi
}
complete -o filenames -F _whoswho whoswho
