// What loading the library and opening a model costs a program. Usage: MODEL EMBEDDINGS.
#include <dlfcn.h>

#include "check.h"

int main(int argc, char **argv) {
  (void)argc;
  witan_context *context;
  double start = now();
  witan_model *model = open_model(argc, argv, &context);
  double opened = now();
  witan_stream *stream;
  witan_step step;
  CHECK(witan_stream_create(model, NULL, &stream) == WITAN_OK);
  CHECK(witan_stream_push(stream, (const uint8_t *)HARMLESS, strlen(HARMLESS), &step) == WITAN_OK);
  printf("model open %.2f ms, first stream and push %.2f ms\n", 1e3 * (opened - start), 1e3 * (now() - opened));
  return 0;
}
