/**
 * What a user configures: HOCON over defaults as immutable records, each value checked where it is
 * read with an error that names its key; and {@link io.assize.config.UserError}, what a user can
 * mend.
 *
 * <p>Uses nothing of ours and no Spark. May be used by all but {@code stats}, {@code verdict},
 * {@code summary} and {@code report}.
 */
package io.assize.config;
