"""The Harmony format by token id: vocabulary, renderer, parser, header mask. No llama, no Qt."""
