#ifndef WITAN_CEMBEDDINGS_H
#define WITAN_CEMBEDDINGS_H

#include <stddef.h>

#pragma clang assume_nonnull begin

// The shared table of word-piece vectors (models/embeddings), embedded so that the command is one file.
extern const unsigned char *const witan_embeddings;
extern const size_t witan_embeddings_count;

#pragma clang assume_nonnull end

#endif
