#!/bin/sh
# Recompiles the shipped models and their cards. The same sources give the same bytes.
set -eu
witan=$1
for constitution in models/*/constitution.yaml; do
  folder=$(dirname "$constitution")
  measured=
  [ ! -e "$folder/measured.json" ] || measured="--measured $folder/measured.json"
  "$witan" compile "$folder/constitution.yaml" -o "$folder/model.witan" --card "$folder/card.md" $measured
done
