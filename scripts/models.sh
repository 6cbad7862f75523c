#!/bin/sh
# Recompiles the shipped models and their cards. The same sources give the same bytes.
set -eu
witan=$1
for folder in models/*/; do
  measured=
  [ ! -e "$folder/measured.json" ] || measured="--measured $folder/measured.json"
  "$witan" compile "$folder/constitution.yaml" -o "$folder/model.witan" --card "$folder/card.md" $measured
done
