#!/usr/bin/env bash
# From nothing to a judged model: renders a data set, trains GC-A's recipe on it for a few epochs, imports the checkpoint and evaluates it.
#
#   bash models/training/walkthrough.sh [OUT]
#
# OUT (default: walkthrough) then holds data/, training/, gc-a/ and report/. On a CPU it takes a while;
# FRAMES, STAGES, WIDTH and SIZE (WIDTHxHEIGHT) make it smaller or larger. PYTHON: an interpreter with torch and torchvision.
set -euo pipefail
cd "$(dirname "$0")/../.."

out=${1:-walkthrough}
frames=${FRAMES:-1500}
stages=${STAGES:-4/2,3/1}
width=${WIDTH:-16}
size=${SIZE:-320x256}
python=${PYTHON:-python3}
classes=bipolar_forceps,prograsp_forceps,large_needle_driver,monopolar_curved_scissors,ultrasound_probe,suction,clip_applier,stapler,tissue

surgicam() { node dist/src/cli/main.js "$@"; }
say() { printf '\n== %s\n' "$*"; }

[ -f dist/src/cli/main.js ] || { echo 'run `npm ci` first: there is no dist/' >&2; exit 1; }
"$python" -c 'import torch, torchvision' || { echo "PYTHON=$python has no torch and torchvision" >&2; exit 1; }
mkdir -p "$out"

say "1/4 rendering $frames frames in the layout of EndoVis18"
surgicam phantom render --layout endovis18 --out "$out/data" --frames "$frames" --size "$size" --force

say "2/4 training GC-A's recipe, stages $stages"
rm -rf "$out/training"
"$python" models/training/train.py --recipe gc-a --endovis18 "$out/data" --out "$out/training" --width "$width" --batch 16 \
  --image-size "${size#*x}x${size%x*}" --cache memory --optimizer adamw --learning-rate 2e-3 --schedule one-cycle --stages "$stages"
checkpoint=$(ls "$out"/training/*.pth.tar | grep -v -e '\.last\.' -e '\.pretraining\.')

say "3/4 importing $checkpoint"
rm -rf "$out/gc-a"
surgicam model import "$checkpoint" --name gc-a --out "$out/gc-a" --classes "$classes" --input-size "$size"

say '4/4 evaluating on scenes that it has never seen'
surgicam evaluate "$out/data" --layout endovis18 --split val --model "$out/gc-a" --out "$out/report" --force
say "the report: $out/report/index.html"
