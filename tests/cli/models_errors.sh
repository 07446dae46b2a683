# SPDX-License-Identifier: MIT
# What can go wrong between a server and the folder of models; nothing is left under a model's name.
. "$TOOLS/_models.sh"
models whole
models whole get
models whole list yunet
models whole get yunet nonsense
models whole check
models whole check yunet
echo "--- 404"
models whole get yunet
left
echo "--- wrong content"
head -c 232589 /dev/zero >served/face_detection_yunet_2023mar.onnx
models whole get yunet
left
echo "--- too long"
head -c 232590 /dev/zero >served/face_detection_yunet_2023mar.onnx
models whole get yunet
left
echo "--- cut"
models cut-100000 get -q yunet | grep -v '^  '
left
echo "--- no room"
(ulimit -f 64; models whole get yunet | grep -v '^  ')
left
echo "--- a file where the folder should be"
(WHOSWHO_DATA=port; models whole get yunet | grep -v '^  ')
echo "--- not https"
WHOSWHO_MODELS_URL=http://models.example.org "$WHOSWHO" models get yunet 2>&1 | grep -v '^  '
echo "--- nobody there"
kill $server
trap - EXIT
wait $server 2>/dev/null
models whole get yunet | grep -v '^  ' | sed 's/(.*)/(WHY)/'
left
: >photo.jpg
echo "--- used by name"
for option in "--detector yunet" "--detector sface" "--embedder dlib" "--embedder mmod" "--landmarks dlib68"; do
    "$WHOSWHO" photo.jpg -o out $option
    echo "exit code $?"
done
