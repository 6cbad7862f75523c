// A guard as one of llama.cpp's samplers: `accept` feeds it, and after a terminate `apply` leaves only the end of
// generation. Usage: MODEL.gguf PROMPT CLASSIFIER EMBEDDINGS
#include <llama.h>
#include <witan.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>

static void check(witan_status status) {
  if (status != WITAN_OK) throw std::runtime_error(witan_error_message());
}

// What a sampler of the guard owns. The classifier and the vocabulary are the program's.
struct Guard {
  witan_stream *stream = nullptr;
  const witan_vocabulary *tokens = nullptr;
  const llama_vocab *vocab = nullptr;
  std::string *sent = nullptr;  // what may go out
  bool is_failed = false;
  witan_step step{};
};

static Guard &guard(llama_sampler *sampler) { return *static_cast<Guard *>(sampler->ctx); }

static const char *name(const llama_sampler *) { return "witan"; }

static void accept(llama_sampler *sampler, llama_token token) {
  Guard &g = guard(sampler);
  witan_status status = llama_vocab_is_eog(g.vocab, token)
                            ? witan_stream_finish(g.stream, &g.step)
                            : witan_stream_push_token(g.stream, g.tokens, token, &g.step);
  // Fail closed: what cannot be graded ends the text.
  g.is_failed = g.is_failed || status != WITAN_OK;
  if (status == WITAN_OK && g.sent && g.step.emit > 0)
    g.sent->append(reinterpret_cast<const char *>(g.step.bytes), g.step.emit);
}

static void apply(llama_sampler *sampler, llama_token_data_array *candidates) {
  Guard &g = guard(sampler);
  if (!g.is_failed && g.step.action < WITAN_ASK) return;
  for (size_t i = 0; i < candidates->size; i++)
    if (!llama_vocab_is_eog(g.vocab, candidates->data[i].id)) candidates->data[i].logit = -INFINITY;
  candidates->sorted = false;
}

static void reset(llama_sampler *sampler) {
  Guard &g = guard(sampler);
  g.is_failed = witan_stream_reset(g.stream) != WITAN_OK;
  g.step = {};
}

static void release(llama_sampler *sampler) {
  witan_stream_free(guard(sampler).stream);
  delete &guard(sampler);
}

static llama_sampler *clone(const llama_sampler *sampler);

static llama_sampler_i methods() {
  llama_sampler_i methods{};
  methods.name = name;
  methods.accept = accept;
  methods.apply = apply;
  methods.reset = reset;
  methods.clone = clone;
  methods.free = release;
  return methods;
}
static llama_sampler_i interface = methods();

static llama_sampler *clone(const llama_sampler *sampler) {
  Guard *copy = new Guard(*static_cast<const Guard *>(sampler->ctx));
  copy->sent = nullptr;
  copy->is_failed = witan_stream_fork(copy->stream, &copy->stream) != WITAN_OK;
  return llama_sampler_init(&interface, copy);
}

int main(int argc, char **argv) try {
  if (argc < 5) return 64;
  witan_context *shared = nullptr;
  witan_model *classifier = nullptr;
  witan_vocabulary *tokens = nullptr;
  check(witan_context_create(&shared));
  check(witan_context_add_embeddings(shared, argv[4], std::strlen(argv[4])));
  check(witan_model_open(shared, argv[3], std::strlen(argv[3]), &classifier));
  check(witan_vocabulary_open(argv[1], std::strlen(argv[1]), &tokens));

  llama_model *model = llama_model_load_from_file(argv[1], llama_model_default_params());
  llama_context *context = model ? llama_init_from_model(model, llama_context_default_params()) : nullptr;
  if (!context) throw std::runtime_error("llama.cpp cannot load the model");
  const llama_vocab *vocab = llama_model_get_vocab(model);

  std::string sent;
  Guard *g = new Guard;
  g->tokens = tokens;
  g->vocab = vocab;
  g->sent = &sent;
  witan_guard_options options{};
  options.struct_size = sizeof options;
  check(witan_guard_options_init(&options));
  const uint32_t windows[] = {8, 16};
  options.on = 0.9f;
  options.hold_words = 4;
  options.windows = windows;
  options.window_count = 2;
  check(witan_stream_create(classifier, &options, &g->stream));
  llama_sampler *chain = llama_sampler_chain_init(llama_sampler_chain_default_params());
  llama_sampler_chain_add(chain, llama_sampler_init(&interface, g));
  llama_sampler_chain_add(chain, llama_sampler_init_greedy());

  llama_token prompt[512], token = 0;
  int n = llama_tokenize(vocab, argv[2], (int)std::strlen(argv[2]), prompt, 512, false, true);
  llama_batch batch = llama_batch_get_one(prompt, n);
  int count = 0;
  while (llama_decode(context, batch) == 0) {
    token = llama_sampler_sample(chain, context, -1);  // which also accepts it
    if (llama_vocab_is_eog(vocab, token)) break;
    count++;
    batch = llama_batch_get_one(&token, 1);
  }
  std::printf("%s\n%d tokens, action %d\n", sent.c_str(), count, g->step.action);
  int stopped = g->step.action == WITAN_TERMINATE;
  llama_sampler_free(chain);
  llama_free(context);
  llama_model_free(model);
  check(witan_vocabulary_free(tokens));
  check(witan_model_free(classifier));
  check(witan_context_free(shared));
  return stopped;
} catch (const std::exception &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
