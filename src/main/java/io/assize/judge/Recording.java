package io.assize.judge;

/**
 * A recorded output: either the raw text or the ruling.
 *
 * @param output the judge's raw text; null where only the ruling was recorded
 * @param ruling the ruling; null where only the text was recorded
 * @param fault why what was recorded is no verdict; null where it may be one
 */
public record Recording(String output, Ruling ruling, String fault) {}
