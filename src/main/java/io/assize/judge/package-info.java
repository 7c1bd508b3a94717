/**
 * The judges: what all kinds share. A {@link io.assize.judge.JudgeProvider} is a kind, a {@link
 * io.assize.judge.Judge} answers prompts, {@link io.assize.judge.JudgeRegistry} keeps one for each
 * device of a JVM, and {@link io.assize.judge.Answering} asks one until there is an answer. Each
 * kind has a package below.
 *
 * <p>May use {@code config}, {@code prompt}, {@code stats} and {@code verdict}; no Spark, and no
 * kind of judge. May be used by {@code scenario}, {@code spark}, {@code job} and {@code cli}.
 */
package io.assize.judge;
