/**
 * What a table is ({@link io.assize.table.Table}: its columns with types, values and meanings), and
 * the folder of tables, in which they are swapped in whole ({@link io.assize.table.TableStore}).
 *
 * <p>May use {@code config} and {@code spark.base}. May be used by {@code corpus}, {@code store},
 * {@code summary}, {@code report}, {@code job} and {@code cli}.
 */
package io.assize.table;
