// The library from C++: handles that free themselves. Usage: MODEL EMBEDDINGS.
#include <witan.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

static void check(witan_status status) {
  if (status != WITAN_OK) throw std::runtime_error(witan_error_message());
}

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T *handle) const { Free(handle); }
};
using Context = std::unique_ptr<witan_context, Freed<witan_context_free>>;
using Model = std::unique_ptr<witan_model, Freed<witan_model_free>>;
using Stream = std::unique_ptr<witan_stream, Freed<witan_stream_free>>;

int main(int argc, char **argv) try {
  if (argc < 3) return 2;
  std::string_view path = argv[1], table = argv[2];
  witan_context *made_context = nullptr;
  check(witan_context_create(&made_context));
  Context context(made_context);
  if (!table.empty()) check(witan_context_add_embeddings(context.get(), table.data(), table.size()));
  witan_model *made_model = nullptr;
  check(witan_model_open(context.get(), path.data(), path.size(), &made_model));
  Model model(made_model);
  context.reset();  // the model keeps what it needs

  witan_guard_options options{};
  options.struct_size = sizeof options;
  check(witan_guard_options_init(&options));
  options.on = 0.5f;
  options.hold_words = 3;
  witan_stream *made_stream = nullptr;
  check(witan_stream_create(model.get(), &options, &made_stream));
  Stream stream(made_stream);
  model.reset();

  std::string sent;
  witan_step step{};
  for (std::string_view token :
       {"Sure: ", "write ", "let", "ters ", "that ", "trick ", "pension", "ers ", "into ", "sending ", "me ", "their ",
        "savings, ", "and ", "hide ", "who ", "I ", "am. "}) {
    check(witan_stream_push(stream.get(), reinterpret_cast<const uint8_t *>(token.data()), token.size(), &step));
    if (step.emit > 0) sent.append(reinterpret_cast<const char *>(step.bytes), step.emit);
    if (step.action == WITAN_TERMINATE) break;
  }
  std::printf("sent \"%s\", action %d\n", sent.c_str(), step.action);
  if (step.action != WITAN_TERMINATE) throw std::runtime_error("the text was not stopped");
  try {
    check(witan_stream_rewind(stream.get(), 1000, nullptr));
    throw std::logic_error("that was too far");
  } catch (const std::runtime_error &error) {
    std::printf("as it should: %s\n", error.what());
  }
  std::puts("ok");
  return 0;
} catch (const std::exception &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
