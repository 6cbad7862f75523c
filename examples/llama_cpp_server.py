"""The OpenAI-compatible server of llama-cpp-python with a guard in each generation.

    WITAN_MODEL=model.witan WITAN_EMBEDDINGS=minilm-128.safetensors python llama_cpp_server.py MODEL.gguf PORT
"""

import sys

import llama_cpp

from guarded_llama import GuardedLlama

# The server makes its models by this name.
llama_cpp.Llama = GuardedLlama

import uvicorn  # noqa: E402
from llama_cpp.server.app import create_app  # noqa: E402
from llama_cpp.server.settings import ModelSettings, ServerSettings  # noqa: E402

if __name__ == "__main__":
    app = create_app(
        server_settings=ServerSettings(host="127.0.0.1", port=int(sys.argv[2])),
        model_settings=[ModelSettings(model=sys.argv[1], n_ctx=512, verbose=False)])
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
