// A generation of llama.cpp under a guard. Usage: MODEL.gguf PROMPT CLASSIFIER EMBEDDINGS
#include <llama.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <witan.h>

static void check(witan_status status) {
  if (status == WITAN_OK) return;
  fprintf(stderr, "%s\n", witan_error_message());
  exit(2);
}

int main(int argc, char **argv) {
  if (argc < 5) return 64;
  witan_context *shared;
  witan_model *classifier;
  witan_vocabulary *tokens;
  witan_stream *stream;
  check(witan_context_create(&shared));
  check(witan_context_add_embeddings(shared, argv[4], strlen(argv[4])));
  check(witan_model_open(shared, argv[3], strlen(argv[3]), &classifier));
  check(witan_vocabulary_open(argv[1], strlen(argv[1]), &tokens));
  witan_guard_options options = {.struct_size = sizeof options};
  check(witan_guard_options_init(&options));
  uint32_t windows[] = {8, 16};
  options.on = 0.9f, options.hold_words = 4, options.windows = windows, options.window_count = 2;
  check(witan_stream_create(classifier, &options, &stream));

  struct llama_model *model = llama_model_load_from_file(argv[1], llama_model_default_params());
  struct llama_context *context = model ? llama_init_from_model(model, llama_context_default_params()) : NULL;
  if (!context) return 2;
  const struct llama_vocab *vocab = llama_model_get_vocab(model);
  struct llama_sampler *sampler = llama_sampler_init_greedy();
  llama_token prompt[512];
  int n = llama_tokenize(vocab, argv[2], (int)strlen(argv[2]), prompt, 512, false, true);
  struct llama_batch batch = llama_batch_get_one(prompt, n);
  llama_token token;
  witan_step step = {0};
  while (!step.is_ended && llama_decode(context, batch) == 0) {
    token = llama_sampler_sample(sampler, context, -1);
    check(llama_vocab_is_eog(vocab, token) ? witan_stream_finish(stream, &step)
                                           : witan_stream_push_token(stream, tokens, token, &step));
    fwrite(step.bytes, 1, step.emit, stdout);
    batch = llama_batch_get_one(&token, 1);
  }
  if (step.action == WITAN_TERMINATE) printf("\nstopped; %zu bytes never went out", (size_t)step.held);
  return step.action == WITAN_TERMINATE;
}
