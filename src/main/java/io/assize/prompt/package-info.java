/**
 * How a judge is asked: protocols, templates and chat formats; a row's fields become a {@link
 * io.assize.prompt.Request}, and what is too long is cut. A row's text is data, never template.
 *
 * <p>May use {@code config} and {@code verdict}; no Spark. May be used by {@code judge}, {@code
 * job} and {@code cli}.
 */
package io.assize.prompt;
