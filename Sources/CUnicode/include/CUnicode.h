#ifndef WITAN_CUNICODE_H
#define WITAN_CUNICODE_H

#include <stdint.h>

// Folding of code points: NFKC, case fold, accents stripped, look-alikes to Latin, ignorables
// dropped. A *symbol* is class << 24 | code point. Generated: see scripts/unicode_tables.py.

enum {
  WITAN_CLASS_SPACE = 0,       // separates, is no token
  WITAN_CLASS_WORD = 1,        // letters, digits and marks of scripts with spaces
  WITAN_CLASS_IDEOGRAPH = 2,   // a character that is a word by itself
  WITAN_CLASS_SYMBOL = 3,      // punctuation, emoji: a token by itself
  WITAN_CLASS_APOSTROPHE = 4,  // dropped inside a word, else a symbol
};

extern const char *const _Nonnull witan_unicode_version;
extern const uint32_t witan_ascii_symbols[128];
extern const uint8_t witan_fold_index[0x1100];
extern const uint32_t witan_fold_pages[][256];
extern const uint32_t witan_fold_sequences[];

// The longest folding of one code point, in symbols (U+FDFA).
#define WITAN_FOLD_MAX 18

// The symbol of an ASCII byte. Swift would copy the table to look into it.
static inline uint32_t witan_ascii_symbol(uint8_t byte) { return witan_ascii_symbols[byte & 127]; }

// Writes the symbols of `cp` (0x80 ... 0x10FFFF) to `out`; returns how many, 0 when it is dropped.
static inline long witan_fold(uint32_t cp, uint32_t *_Nonnull out) {
  uint32_t entry = witan_fold_pages[witan_fold_index[cp >> 8]][cp & 255];
  switch (entry >> 24 & 15) {
    case 0:
      *out = (entry >> 28) << 24 | cp;
      return 1;
    case 1:
      *out = (entry >> 28) << 24 | (entry & 0x1FFFFF);
      return 1;
    case 2: {
      long n = entry >> 16 & 31;
      const uint32_t *from = witan_fold_sequences + (entry & 0xFFFF);
      for (long i = 0; i < n; i++) out[i] = from[i];
      return n;
    }
    default:
      return 0;
  }
}

// What BERT's tokenisation does to a code point. Generated: see scripts/wordpiece_tables.py.

enum {
  WITAN_WORDPIECE_REMOVED = 1,      // control characters, U+FFFD: cleaning drops them
  WITAN_WORDPIECE_SPACE = 2,        // separates, is no token
  WITAN_WORDPIECE_HAN = 4,          // an ideograph, a word by itself where they are set apart
  WITAN_WORDPIECE_PUNCTUATION = 8,  // a word by itself
  WITAN_WORDPIECE_STRIPPED = 16,    // stripping accents (NFD less non-spacing marks) changes it
  WITAN_WORDPIECE_LOWERED = 32,     // lower case changes it
  WITAN_WORDPIECE_FOLLOWS = 64,     // NFD is of marks alone, which canonical ordering may move
};

#define WITAN_WORDPIECE_BLOCK 64

typedef struct {
  uint8_t flags;
  uint8_t count;   // what stripping leaves: so many of witan_wordpiece_sequences,
  uint16_t place;  // from here on
  int32_t lower;   // added, gives the lower case
} witan_wordpiece_record;

extern const char *const _Nonnull witan_wordpiece_reference;
extern const uint16_t witan_wordpiece_index[0x110000 / WITAN_WORDPIECE_BLOCK];
extern const uint16_t witan_wordpiece_blocks[][WITAN_WORDPIECE_BLOCK];
extern const witan_wordpiece_record witan_wordpiece_records[];
extern const uint32_t witan_wordpiece_sequences[];
extern const uint32_t witan_wordpiece_marks[];
extern const uint32_t witan_wordpiece_mark_count;

// The record of `cp` (0 ... 0x10FFFF).
static inline witan_wordpiece_record witan_wordpiece_of(uint32_t cp) {
  uint32_t block = witan_wordpiece_index[cp / WITAN_WORDPIECE_BLOCK];
  return witan_wordpiece_records[witan_wordpiece_blocks[block][cp % WITAN_WORDPIECE_BLOCK]];
}

// The most code points that stripping or lower case makes of one.
#define WITAN_WORDPIECE_MAX 4

// Writes what stripping leaves of `cp`, whose record has STRIPPED, to `out`; returns how many.
static inline long witan_wordpiece_strip(uint32_t cp, witan_wordpiece_record r, uint32_t *_Nonnull out) {
  if (cp >= 0xAC00 && cp < 0xAC00 + 11172) {  // Hangul syllables (Unicode, section 3.12)
    uint32_t i = cp - 0xAC00, tail = i % 28;
    out[0] = 0x1100 + i / 588;
    out[1] = 0x1161 + i % 588 / 28;
    out[2] = 0x11A7 + tail;
    return tail ? 3 : 2;
  }
  for (long i = 0; i < r.count; i++) out[i] = witan_wordpiece_sequences[r.place + i];
  return r.count;
}

// Writes the lower case of `cp`, whose record has LOWERED, to `out`; returns how many.
static inline long witan_wordpiece_lower(uint32_t cp, witan_wordpiece_record r, uint32_t *_Nonnull out) {
  if (cp == 0x130) {  // the only one that becomes two
    out[0] = 'i';
    out[1] = 0x307;
    return 2;
  }
  out[0] = cp + (uint32_t)r.lower;
  return 1;
}

// The canonical combining class of a mark that has FOLLOWS and is not stripped; 0 for any other.
static inline uint32_t witan_wordpiece_class(uint32_t cp) {
  uint32_t low = 0, high = witan_wordpiece_mark_count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    uint32_t mark = witan_wordpiece_marks[middle];
    if (mark >> 8 == cp) return mark & 255;
    if (mark >> 8 < cp) low = middle + 1; else high = middle;
  }
  return 0;
}

// Room for the characters of an open word, in a type that Swift copies with its owner.
#define WITAN_WORDPIECE_WORD 512
typedef struct {
  uint64_t words[WITAN_WORDPIECE_WORD / 8];
} witan_wordpiece_word;

#endif
