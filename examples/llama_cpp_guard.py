"""A generation of llama.cpp under a guard. Usage: MODEL.gguf PROMPT CLASSIFIER EMBEDDINGS"""

import sys

import llama_cpp
import witan

gguf, prompt, classifier, embeddings = sys.argv[1:5]
model = witan.Model.load(classifier, embeddings)
vocabulary = witan.Vocabulary.load(gguf)
llama = llama_cpp.Llama(gguf, n_ctx=512, verbose=False)
options = dict(hold_words=4, windows=[8, 16], rule=witan.Rule(on=0.9))

with model.stream(**options) as stream:
    for token in llama.generate(llama.tokenize(prompt.encode(), add_bos=False), temp=0):
        is_end = llama_cpp.llama_vocab_is_eog(llama._model.vocab, token)
        step = stream.finish() if is_end else stream.push_token(token, vocabulary)
        sys.stdout.buffer.write(step.text)  # whole words: never half a character
        sys.stdout.flush()
        if step.action == witan.TERMINATE:
            sys.exit(f"\nstopped: {stream.reason}; {step.held} bytes never went out")
        if is_end:
            break
