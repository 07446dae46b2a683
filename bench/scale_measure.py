#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: scale_measure.py WHOSWHO WHOSWHO_MPI FOOTAGE [SECONDS]

Measures what scale_sim.py is fed with, on FOOTAGE transcoded (ffmpeg) by codec and resolution: CPU seconds of a scan per
hour of footage, bytes in the store, bytes through rank 0, memory of a rank, and what opening a film costs. CPU time, not
wall time: it holds on a machine that does other things too. Prints a table, and writes scale_measured.json."""
import json
import os
import re
import resource
import subprocess
import sys
import tempfile

program, with_mpi, footage = (os.path.abspath(p) for p in sys.argv[1:4])
seconds = float(sys.argv[4]) if len(sys.argv) > 4 else 30
LOOPS = 20
KINDS = (("libx264", 480), ("libx264", 1080), ("libx264", 2160), ("libx265", 1080))
ENVIRONMENT = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", WHOSWHO_LOG="info")


def measured(line, **more):
    """CPU seconds of a command with all its children, peak memory of the largest in bytes, and what it said."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(["/usr/bin/time", "-f", "PEAK %M", *line], capture_output=True, text=True, check=True, env=ENVIRONMENT, **more)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return cpu_s, int(re.search(r"PEAK (\d+)", done.stderr).group(1)) * 1024, done.stderr


def transcode(codec, height, path):
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-i", footage, "-t", str(seconds), "-an", "-vf", f"scale=-2:{height}",
                    "-c:v", codec, "-preset", "ultrafast" if codec == "libx265" else "veryfast", "-g", "125", path], check=True, stderr=subprocess.DEVNULL)


def opening_s_per_hour(film, folder, begin_s):
    """CPU seconds to hash an hour of this footage and read its packets' times: a long film of which one frame is looked at."""
    long, out = film + ".long.mp4", os.path.join(folder, "long")
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-stream_loop", str(LOOPS - 1), "-i", film, "-c", "copy", long], check=True)
    cpu_s, _, _ = measured([program, "scan", long, "-o", out, "-t", "1", "-q", "--every", "1440m"])
    subprocess.run(["rm", "-rf", out, long], check=True)
    return max(cpu_s - begin_s, 0) * 3600 / (seconds * LOOPS)


def begin_s(folder):
    """CPU seconds that every scan costs, whatever it looks at."""
    picture, out = os.path.join(folder, "picture.png"), os.path.join(folder, "begin")
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", footage, "-frames:v", "1", "-vf", "scale=64:64", picture], check=True)
    return min(measured([program, "scan", picture, "-o", out, "-t", "1", "-q"])[0] for _ in range(3))


def measure(codec, height, folder, before_s):
    film = os.path.join(folder, f"{codec}{height}.mp4")
    transcode(codec, height, film)
    out = os.path.join(folder, f"out_{codec}{height}")
    cpu_s, peak, _ = measured([program, "scan", film, "-o", out, "-t", "1", "-q"])
    _, _, said = measured(["mpirun", "--oversubscribe", "-n", "2", with_mpi, "scan", film, "-o", out + "_mpi", "-t", "1", "-q"])
    through = int(re.search(r"workers and (\d+) from them", said).group(1))
    store = sum(os.path.getsize(os.path.join(out, name)) for name in os.listdir(out))
    hour = 3600 / seconds
    return {"codec": codec, "height": height, "cpu_s_per_hour": (cpu_s - before_s) * hour,
            "open_cpu_s_per_hour": opening_s_per_hour(film, folder, before_s),
            "film_bytes_per_hour": os.path.getsize(film) * hour, "store_bytes_per_hour": store * hour,
            "message_bytes_per_hour": through * hour, "rank_bytes": peak}


def main():
    rows = []
    print("| codec | lines | x real time per core | CPU s per hour | opening, CPU s per hour | film MB/h | store MB/h | through rank 0 MB/h | memory MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="whoswho-scale-") as folder:
        before_s = begin_s(folder)
        for codec, height in KINDS:
            r = measure(codec, height, folder, before_s)
            rows.append(r)
            print(f"| {codec[3:]} | {height} | {3600 / r['cpu_s_per_hour']:.1f} | {r['cpu_s_per_hour']:.0f} | {r['open_cpu_s_per_hour']:.1f} |"
                  f" {r['film_bytes_per_hour'] / 1e6:.0f} | {r['store_bytes_per_hour'] / 1e6:.0f} | {r['message_bytes_per_hour'] / 1e6:.0f} |"
                  f" {r['rank_bytes'] / 1e6:.0f} |", flush=True)
    with open("scale_measured.json", "w") as f:
        json.dump(rows, f, indent=1)


main()
