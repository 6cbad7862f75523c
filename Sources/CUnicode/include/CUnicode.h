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

#endif
