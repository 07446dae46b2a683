#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: evaluate.sh WHOSWHO DATA SHARED NAME
# Repeats the figures of the model cards with the models compiled into WHOSWHO: DATA has LFW (sources.py, README.md), SHARED a folder
# with footage/, photos/ and models/ as the tests use it. Scans are kept in DATA/eval/NAME*; what is there is used again.
set -eu
[ $# = 4 ] || { sed -n '3,5s/^# //p' "$0"; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
whoswho=$1 data=$2 shared=$3 name=$4
python=/usr/bin/python3
scrfd=$shared/models/scrfd_500m_bnkps.onnx mobilefacenet=$shared/models/mobilefacenet_foamliu.onnx

echo "## The detector against SCRFD-500M: footage, photos"
for input in footage/dev_cast8.mp4 footage/short_hamilton_clip.mp4 photos/groups photos/lfw_dev; do
    echo "$input"
    $python "$here/eval_detector.py" "$whoswho" "$scrfd" "$data/eval/$name-detector-$(basename "$input")" "$shared/$input"
done
echo "## The detector by the turn of the face"
$python "$here/eval_detector.py" "$whoswho" "$scrfd" "$data/eval/$name-detector-turned" "$data/pictures/vggturned"
echo "## Labeled Faces in the Wild through the program: View 2, all faces sorted at a range of thresholds"
$python "$here/eval_lfw.py" "$whoswho" "$data" "$name" --thresholds default,0.90,0.95,1.00,1.05,1.10,1.15
$python "$here/eval_lfw.py" "$whoswho" "$data" "$name-teacher" --detector "$scrfd" --embedder "$mobilefacenet" --thresholds default,0.95,1.00,1.05,1.10,1.15
echo "## Where the detector breaks: the same faces turned, masked, in the dark, tiny; ours, then SCRFD-500M"
$python "$here/eval_spoilt.py" "$whoswho" "$data" "$name"
$python "$here/eval_spoilt.py" "$whoswho" "$data" "$name" --detector "$scrfd"
echo "## Where the embedder breaks"
$python "$here/eval_ages.py" "$whoswho" "$data" "$name"
$python "$here/eval_ages.py" "$whoswho" "$data" "$name-teacher" --detector "$scrfd" --embedder "$mobilefacenet"
$python "$here/eval_breaks.py" "$data" "$name" "$here/../models/embedder.onnx"
$python "$here/eval_groups.py" "$data" "$name" "$here/../models/embedder.onnx" "$mobilefacenet"
