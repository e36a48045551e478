# Write the locked requirements out of pyproject.toml. Called by `make lock`, in the project's folder.
set -eu
uv="${UV:-uv}"
compile="$uv pip compile --universal --python-version 3.11 --no-header --no-annotate --quiet --generate-hashes"

# torch has builds for CUDA, for CPUs and others under the same version, and the right one depends on the machine. Such
# packages go without hashes to FILE-torch.txt. torch asks itself for the packages of CUDA that its build needs.
split_torch() {
    awk -v torch="${1%.txt}-torch.txt" '
        /^[A-Za-z0-9]/ { keep = $0 !~ /^(nvidia-|triton|cuda-|typing=|webrtcvad=)/ }
        /^(torch|torchaudio|torchcodec)==/ { keep = 0; sub(/ *\\$/, ""); print > torch }
        keep' "$1" > "$1.new"
    mv "$1.new" "$1"
}

$compile pyproject.toml --group build -o requirements/run.txt
$compile pyproject.toml --group build --group dev --extra train -o requirements/dev.txt
$compile pyproject.toml --extra train -o requirements/train.txt
$compile pyproject.toml --group build --extra slurm -o requirements/slurm.txt
$compile pyproject.toml --group build --group dev --extra pyannote --group slow -o requirements/pyannote.txt
split_torch requirements/pyannote.txt
$compile --no-deps requirements/whisperx.in -o requirements/whisperx.txt
# the systems that ours are compared with, each in an environment of its own (bench/peers)
for peer in senko resemblyzer; do
    folder=bench/peers/requirements
    $compile $folder/$peer.in --override $folder/overrides.txt -o $folder/$peer.txt
    split_torch $folder/$peer.txt
done
# pip and uv themselves
$compile requirements/pip.in -o requirements/pip.txt
$compile requirements/uv.in -o requirements/uv.txt
