# Write the locked requirements out of pyproject.toml. Called by `make lock`, in the project's folder.
set -eu
compile="${UV:-uv} pip compile pyproject.toml --universal --python-version 3.11 --no-header --no-annotate --quiet"

$compile --generate-hashes --group build -o requirements/run.txt
$compile --generate-hashes --group build --group dev --group train -o requirements/dev.txt
$compile --generate-hashes --group train -o requirements/train.txt
$compile --generate-hashes --group build --group slurm -o requirements/slurm.txt
# no hashes, and no CUDA packages: torch asks for them itself where its build needs them
$compile --group build --group dev --group pyannote --group slow -o requirements/pyannote.txt
sed -i -E '/^(nvidia-|triton|cuda-)/d' requirements/pyannote.txt
# the systems that ours are compared with, each in an environment of its own (bench/peers)
for peer in senko resemblyzer; do
    folder=bench/peers/requirements
    ${UV:-uv} pip compile $folder/$peer.in --override $folder/overrides.txt --universal --python-version 3.11 \
        --no-header --no-annotate --quiet -o $folder/$peer.txt
    sed -i -E '/^(nvidia-|triton|cuda-|typing=|webrtcvad=)/d' $folder/$peer.txt
done
