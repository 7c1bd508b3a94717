/**
 * Checkpoints as they lie on disk: Hugging Face's directories and GGUF, their tensors, tokenizers
 * and chat formats, and the families of models ({@link io.assize.judge.model.Architecture}). A
 * checkpoint is a stranger's file: nothing in it is run, and nothing believed before it is checked.
 *
 * <p>May use {@code config} and {@code prompt}; nothing else of {@code judge}, no engine, no Spark.
 * Used by {@code judge.generate}, {@code judge.djl} and {@code spark}.
 */
package io.assize.judge.model;
