/**
 * The language of Jinja2 under the settings that Hugging Face gives chat templates, character by
 * character. Templates are strangers' programs: they reach nothing but strings, numbers, lists and
 * maps, and a rendering is bounded.
 *
 * <p>May use {@code config}; no Spark. Used by {@code prompt} only.
 */
package io.assize.prompt.jinja;
