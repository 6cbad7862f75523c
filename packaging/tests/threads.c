// 16 threads that share one model. Usage: MODEL EMBEDDINGS STREAMS TOKENS [THREADS].
//
// STREAMS generations of TOKENS tokens each, a hundred open at once in each thread's pool, and now and then a
// stream by itself, a whole text and an explanation. Prints tokens a second, and fails when memory grows after
// a fifth of the work.
#include <pthread.h>

#include "check.h"

enum { OPEN = 100 };

static witan_model *model;
static long streams_each, tokens_each;
static pthread_barrier_t warm, done;  // all threads have done a fifth of the work; all of it

static void *serve(void *argument) {
  unsigned long long seed = 0x9E3779B97F4A7C15ull * ((size_t)argument + 1);
  witan_guard_options options = {.struct_size = sizeof options};
  CHECK(witan_guard_options_init(&options) == WITAN_OK);
  options.rewind_tokens = 0;
  options.on = 0.999f;  // what is stopped at once would be no work
  witan_pool *pool;
  witan_scorer *scorer;
  CHECK(witan_pool_create(model, &options, OPEN, &pool) == WITAN_OK);
  CHECK(witan_scorer_create((const witan_model *const *)&model, 1, &scorer) == WITAN_OK);
  witan_pool_step_entry entries[OPEN];
  static const char *const tokens[] = {"The ", "old ",  "mill", "er ", "baked ", "br",   "ead", ", ",
                                       "and ", "Gr\xC3", "\xBC\xC3\x9F", "e ", "went ", "out.", "\n",  "42 "};
  float scores[256];
  for (long served = 0; served < streams_each; served += OPEN) {
    if (served <= streams_each / 5 && served + OPEN > streams_each / 5) pthread_barrier_wait(&warm);
    uint64_t names[OPEN];
    for (int i = 0; i < OPEN; i++) CHECK(witan_pool_open(pool, &names[i]) == WITAN_OK);
    uint64_t emitted = 0, pushed = 0;
    size_t count;
    for (long t = 0; t < tokens_each; t++) {
      for (int i = 0; i < OPEN; i++) {
        const char *token = tokens[next_random(&seed) % 16];
        CHECK(witan_pool_push(pool, names[i], (const uint8_t *)token, strlen(token)) == WITAN_OK);
        pushed += strlen(token);
      }
      CHECK(witan_pool_step(pool, entries, OPEN, &count) == WITAN_OK);
      for (size_t i = 0; i < count; i++) emitted += entries[i].step.emit;
    }
    for (int i = 0; i < OPEN; i++) {
      witan_step step;
      CHECK(witan_pool_finish(pool, names[i], &step) == WITAN_OK);
      if (step.action == WITAN_TERMINATE) pushed = emitted = 0;
      emitted += step.emit;
      CHECK(witan_pool_close(pool, names[i]) == WITAN_OK);
    }
    CHECK(emitted == pushed || pushed < (uint64_t)(OPEN * tokens_each));
    witan_stream *stream, *copy;
    witan_step step;
    CHECK(witan_stream_create(model, NULL, &stream) == WITAN_OK);
    CHECK(witan_stream_push(stream, (const uint8_t *)HARMLESS, strlen(HARMLESS), &step) == WITAN_OK);
    CHECK(witan_stream_fork(stream, &copy) == WITAN_OK);
    CHECK(witan_stream_rewind(stream, 1, NULL) == WITAN_OK);
    CHECK(witan_stream_free(stream) == WITAN_OK && witan_stream_free(copy) == WITAN_OK);
    witan_text text = {(const uint8_t *)HARMFUL, strlen(HARMFUL)};
    CHECK(witan_scorer_score(scorer, &text, NULL, 1, scores, 256) == WITAN_OK);
  }
  pthread_barrier_wait(&done);
  CHECK(witan_scorer_free(scorer) == WITAN_OK && witan_pool_free(pool) == WITAN_OK);
  return NULL;
}

int main(int argc, char **argv) {
  witan_context *context;
  model = open_model(argc, argv, &context);
  CHECK(argc >= 5);
  long streams = atol(argv[3]);
  tokens_each = atol(argv[4]);
  int threads = argc > 5 ? atoi(argv[5]) : 16;
  CHECK(threads >= 1 && threads <= 64);
  streams_each = streams / threads;
  streams = streams_each = (streams_each + OPEN - 1) / OPEN * OPEN;
  streams *= threads;
  CHECK(pthread_barrier_init(&warm, NULL, (unsigned)threads + 1) == 0);
  CHECK(pthread_barrier_init(&done, NULL, (unsigned)threads + 1) == 0);
  pthread_t all[64];
  double start = now();
  for (size_t i = 0; i < (size_t)threads; i++) CHECK(pthread_create(&all[i], NULL, serve, (void *)i) == 0);
  pthread_barrier_wait(&warm);
  long before = resident();
  pthread_barrier_wait(&done);
  double seconds = now() - start, cpu = (double)clock() / CLOCKS_PER_SEC;
  long after = resident(), grown = after - before;
  for (int i = 0; i < threads; i++) pthread_join(all[i], NULL);
  printf("%d threads, %ld streams of %ld tokens: %.0f tokens a second, %.0f ns of CPU each, %ld KiB resident, %+ld KiB since warm\n",
         threads, streams, tokens_each, (double)(streams * tokens_each) / seconds, 1e9 * cpu / (double)(streams * tokens_each), after, grown);
  CHECK(witan_model_free(model) == WITAN_OK && witan_context_free(context) == WITAN_OK);
#if !defined(SANITIZED)
  // Sanitizers keep what is freed.
  CHECK(grown < 64 * threads + 256);
#endif
  return 0;
}
