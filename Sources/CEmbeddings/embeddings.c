#include "CEmbeddings.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char bytes[] = {
#embed "../../models/embeddings/minilm-128.safetensors"
};

const unsigned char *const witan_embeddings = bytes;
const size_t witan_embeddings_count = sizeof bytes;
