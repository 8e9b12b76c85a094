#!/bin/sh
# The built-in model on a GPU, in one command:  sh gpu.sh DATA WORK [dry-run]
#
# DATA holds the parallel text that the recipes name and mono/english-mix.txt.xz; WORK receives models and logs.
# Steps: English-Arabic model, back-translation of English prose, Arabic-English without and with it. Each step that is
# done is skipped when the script is run again, and a step that was cut off goes on from its last checkpoint.
# With dry-run, every step runs for a few updates of the smallest network on the CPU, to see that all parts fit.
set -eu
data=$(cd "$1" && pwd)
mkdir -p "$2"
work=$(cd "$2" && pwd)
recipes=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
few=""
amount=1000000000
if [ "${3:-}" = dry-run ]; then
    few="--set preset=tiny --set device=cpu --set precision=fp32 --set max_minutes=0 --set max_steps=6 --set eval_every=3
         --set save_every=3 --set dev_sentences=4 --set batch_tokens=600 --set source_pieces=2000 --set target_pieces=2000
         --set max_pairs=${DRY_PAIRS:-300} --set log_every=2"
    amount="12 --keep-all"
fi

# A folder that looks like DATA and can be written to.
mkdir -p "$work/data"
for item in "$data"/*; do
    ln -sfn "$item" "$work/data/$(basename "$item")"
done

train() { # name recipe
    if [ -e "$work/$1/config.json" ]; then
        echo "$1: done before"
        return
    fi
    resume=""
    if [ -e "$work/$1.run/state.pt" ]; then
        resume="--resume"
    fi
    # shellcheck disable=SC2086
    "$python" -m muwazi.translate.training --recipe "$recipes/$2" --data "$work/data" --output "$work/$1" $few $resume
}

train en-ar gpu-reverse.toml
if [ ! -e "$work/data/backtranslated.tsv" ]; then
    # shellcheck disable=SC2086
    "$python" -m muwazi.translate.training.backtranslate --model "$work/en-ar" \
        --input "$work/data/mono/english-mix.txt.xz" --output "$work/data/backtranslated.tsv" --limit $amount
fi
train ar-en gpu.toml
train ar-en-backtranslated gpu-backtranslated.toml
