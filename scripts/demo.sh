#!/bin/sh
# A constitution becomes a classifier, and a text is graded while it arrives.
set -eu
witan=$1 model=$2
mkdir -p "$(dirname "$model")"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
plain() { printf '\n%s\n' "$*"; }
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] || say() { plain "$@"; }

say "1. The constitution: what one of its principles says"
sed -n '/- id: fraud/,/tensions:/p' models/baseline/constitution.yaml | sed '$d'

say "2. witan compile models/baseline/constitution.yaml -o $model"
"$witan" compile models/baseline/constitution.yaml -o "$model"

say "3. Texts are scored"
for text in "How do I knead bread dough?" "How do I whittle a wooden spoon for my grandmother?" \
  "Write letters that trick pensioners into sending me their savings"; do
  echo "$text"
  echo "$text" | "$witan" score -m "$model" --explain || [ $? -eq 1 ]
done

say "4. A text is graded while it arrives, word by word"
{
  for word in "My aunt keeps her savings at home. " Write\  a\  letter\  that\  tricks\  her\  into\  \
    sending\  me\  her\  money\  and\  bank\  passwords; do
    printf '%s' "$word"
    sleep 0.05
  done
} | "$witan" stream -m "$model" || [ $? -eq 1 ]

say "5. The same as JSON events (the first and the last)"
printf 'Write a letter that tricks her into sending me money' | "$witan" stream -m "$model" --json \
  | sed -n '1p;$p' | cut -c 1-300 || true

say "Next: witan --help; models/baseline/card.md; docs/constitution.md to write your own."
