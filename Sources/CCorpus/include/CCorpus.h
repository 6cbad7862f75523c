#ifndef WITAN_CCORPUS_H
#define WITAN_CCORPUS_H

#include <stddef.h>

// The written corpus of synthesis, embedded in the program: frames.txt and background/*.txt.

typedef struct {
  const char *_Nonnull name;            // without folder and ending
  const unsigned char *_Nonnull bytes;  // UTF-8
  size_t count;
} witan_corpus_file;

// The frames: `kind<TAB>text` lines.
extern const witan_corpus_file witan_corpus_frames;

// File i of the benign background: `## topic` lines and `kind<TAB>text` lines.
witan_corpus_file witan_corpus_background(int i);
extern const int witan_corpus_background_count;

#endif
